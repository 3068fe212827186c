import { lookup } from "../../cluster/definition/definition.ts";
import type { RefusedCode } from "../../cluster/events.ts";
import { butForCase } from "../../cluster/refusals.ts";
import type { Snapshot } from "../cluster-object.ts";
import { type Asking, asking } from "../question.ts";
import { notDefined, refuse } from "../respond.ts";

/**
 * Asks for the definition and the state of the cluster that the path names. Every object stands in the one definition, so the
 * entity tag of each is the revision that a change of it may name in `If-Match`.
 */
export function snapshotOf(respond: (snapshot: Snapshot) => Response): Asking {
  return asking("snapshot", [], (snapshot) => fromSnapshot(snapshot, respond));
}

/** For those who have the snapshot already. */
export function fromSnapshot(snapshot: Snapshot | null, respond: (snapshot: Snapshot) => Response): Response {
  if (snapshot === null) return notDefined();
  const response = respond(snapshot);
  if (response.ok) response.headers.set("ETag", `"${snapshot.view.revision}"`);
  return response;
}

/** `record[name]`, or the refusal that says that there is no such thing. */
export function found<T>(
  record: Readonly<Record<string, T>>,
  name: string,
  code: RefusedCode,
  respond: (value: T) => Response,
): Response {
  const value = lookup(record, name);
  if (value !== undefined) return respond(value);
  return refuse(code, `there is no ${name} here${butForCase(Object.keys(record), name)}`);
}
