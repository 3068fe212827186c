import { lookup } from "../../cluster/definition/definition.ts";
import { dwordOf } from "../../cluster/properties/properties.ts";
import { resourceProperties } from "../../cluster/properties/property-sets.ts";
import {
  driverTypeOf,
  requiredDependencies,
  resourceTypeProperties,
  resourceTypes,
} from "../../cluster/properties/property-tables.ts";
import { resourceTypeRequestSchema, resourceTypeSetSchema, resourceTypeStateSchema } from "../../protocol/objects.ts";
import type { Snapshot } from "../cluster-object.ts";
import { answer, refuse } from "../respond.ts";
import { thereIsNo } from "./absent.ts";
import { body, question, readers, route, type Route } from "../route.ts";
import { accept } from "./accept.ts";
import { changeQuerySchema, changing, createdNow, doneNow } from "./change.ts";
import { snapshotOf } from "./snapshot.ts";

export const resourceTypeRoutes: readonly Route[] = [
  question(
    {
      id: "listResourceTypes",
      method: "GET",
      path: "/clusters/{cluster}/resource-types",
      summary: "The resource types: the built-in ones, and the cluster's own",
      roles: readers,
      answers: { 200: { what: "The types", schema: resourceTypeSetSchema } },
      problems: ["cluster-not-defined"],
    },
    () =>
      snapshotOf((snapshot) => {
        const names = [...Object.keys(resourceTypes), ...Object.keys(snapshot.definition.resourceTypes)];
        return answer(200, { resourceTypes: names.map((name) => typeOf(snapshot, name)) });
      }),
  ),
  question(
    {
      id: "getResourceType",
      method: "GET",
      path: "/clusters/{cluster}/resource-types/{type}",
      summary: "A resource type: what serves it, what its resources have to depend on",
      roles: readers,
      answers: { 200: { what: "The type", schema: resourceTypeStateSchema } },
      problems: ["cluster-not-defined", "resource-type-not-found"],
    },
    (call) =>
      snapshotOf((snapshot) =>
        driverTypeOf(snapshot.definition, call.params.type) === undefined
          ? refuse(
              "resource-type-not-found",
              thereIsNo(snapshot.definition, { kind: "resource-type", name: call.params.type }),
            )
          : answer(200, typeOf(snapshot, call.params.type)),
      ),
  ),
  route(
    {
      id: "createResourceType",
      method: "POST",
      path: "/clusters/{cluster}/resource-types",
      summary: "Make a resource type: a name and intervals of one's own for a built-in type",
      clusapi: ["CreateClusterResourceType"],
      ...changing,
      query: changeQuerySchema,
      body: body(resourceTypeRequestSchema),
      answers: createdNow,
      problems: ["cluster-not-defined", "invalid-definition", "resource-type-exists"],
    },
    (call) => {
      const { name, ...definition } = call.body;
      const edit = { kind: "add-resource-type", type: name, definition } as const;
      return accept(201, call, { type: "edit", actor: call.principal.id, edit, force: false });
    },
  ),
  route(
    {
      id: "deleteResourceType",
      method: "DELETE",
      path: "/clusters/{cluster}/resource-types/{type}",
      summary: "Delete a resource type of the cluster's own that no resource is of",
      clusapi: ["DeleteClusterResourceType"],
      ...changing,
      query: changeQuerySchema,
      answers: doneNow,
      problems: ["cluster-not-defined", "invalid-definition", "resource-type-not-found", "resource-type-in-use"],
    },
    (call) => {
      const edit = { kind: "remove-resource-type", type: call.params.type } as const;
      return accept(200, call, { type: "edit", actor: call.principal.id, edit, force: false });
    },
  ),
];

function typeOf({ definition }: Snapshot, name: string) {
  const driverType = driverTypeOf(definition, name) ?? name;
  const all = Object.values(definition.groups).flatMap(({ resources }) => Object.values(resources));
  const own = lookup(definition.resourceTypes, name)?.properties ?? {};
  const intervals = (
    ["LooksAlivePollInterval", "IsAlivePollInterval", "PendingTimeout", "DeadlockTimeout"] as const
  ).map((interval) => [interval, dwordOf(own, resourceTypeProperties, interval)] as const);
  return {
    name,
    basedOn: driverType === name ? null : driverType,
    intervals: Object.fromEntries(intervals),
    properties: Object.keys(resourceProperties({ definition }, name, "private")),
    requiredDependencies: lookup(requiredDependencies, driverType) ?? [],
    resources: all.filter(({ type }) => type === name).length,
  };
}
