import type { ClusterDefinition, GroupDefinition } from "./definition.ts";
import type { RefusedCode } from "../events.ts";

/** What became of an edit. */
export type Edited =
  | { readonly ok: true; readonly definition: ClusterDefinition }
  | { readonly ok: false; readonly code: RefusedCode; readonly detail: string };

export function add<Key extends "nodes" | "networks" | "groups" | "resourceTypes">(
  definition: ClusterDefinition,
  part: Key,
  name: string,
  added: ClusterDefinition[Key][string],
  code: RefusedCode,
): Edited {
  const known = sameName(definition[part], name);
  if (known !== undefined) return exists(code, known);
  return done({ ...definition, [part]: { ...definition[part], [name]: added } });
}

/** Names are unique without regard to case. */
export function sameName(record: Readonly<Record<string, unknown>>, name: string): string | undefined {
  return Object.keys(record).find((other) => other.toLowerCase() === name.toLowerCase());
}

export function withGroup(definition: ClusterDefinition, name: string, group: GroupDefinition): Edited {
  return done({ ...definition, groups: { ...definition.groups, [name]: group } });
}

export function done(definition: ClusterDefinition): Edited {
  return { ok: true, definition };
}

export function noSuch(code: RefusedCode, what: string, name: string): Edited {
  return { ok: false, code, detail: `there is no ${what} ${name}` };
}

export function exists(code: RefusedCode, name: string): Edited {
  return { ok: false, code, detail: `there is one already that is called ${name}` };
}

export function without<T>(record: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> {
  const { [name]: _gone, ...rest } = record;
  return rest;
}

export function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  map: (value: T, key: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
