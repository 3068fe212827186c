import type { GroupDefinition, ResourceDefinition } from "../../cluster/definition/definition.ts";
import type { Edit } from "../../cluster/definition/edit.ts";
import type { Snapshot } from "../cluster-object.ts";
import type { Asking } from "../question.ts";
import type { Call } from "../route.ts";
import { accept, type Asked } from "./accept.ts";
import { found, snapshotOf } from "./snapshot.ts";

/** What the routes below one resource have in common. */
export const notFound = ["cluster-not-defined", "group-not-found", "resource-not-found"] as const;
export const edited = [...notFound, "invalid-definition"] as const;

export type Found = {
  readonly snapshot: Snapshot;
  readonly groupName: string;
  readonly group: GroupDefinition;
  readonly name: string;
  readonly resource: ResourceDefinition;
};

export function withResource(
  { params }: { readonly params: { readonly group: string; readonly resource: string } },
  respond: (found: Found) => Response,
): Asking {
  const { group: groupName, resource: name } = params;
  return snapshotOf((snapshot) =>
    found(snapshot.definition.groups, groupName, "group-not-found", (group) =>
      found(group.resources, name, "resource-not-found", (resource) =>
        respond({ snapshot, groupName, group, name, resource }),
      ),
    ),
  );
}

export function edit(status: 200 | 201 | 202, call: Asked & Pick<Call, "principal">, change: Edit): Promise<Response> {
  return accept(status, call, { type: "edit", actor: call.principal.id, edit: change, force: false });
}
