import type { FamilyRow, RouteRow } from "../table-of-routes.ts";

/** What is known of the functions: `exported` is all that have to be accounted for. */
export type Functions = {
  readonly exported: readonly string[];
  readonly internal: readonly string[];
  /** Of later versions: routes may name them. */
  readonly newer: readonly string[];
  readonly notMapped: Readonly<Record<string, string>>;
  readonly pending: readonly string[];
};

/** A route that does a function, with the file that holds its row of the conformance table. */
export type Mapped = { readonly route: RouteRow; readonly test: string };
export type Mapping = ReadonlyMap<string, readonly Mapped[]>;

export function testOf({ name }: FamilyRow): string {
  return `test/control-plane/conformance/${name}.ts`;
}

/** Which routes do which function. */
export function mappingOf(families: readonly FamilyRow[]): Mapping {
  const mapping = new Map<string, Mapped[]>();
  for (const family of families) {
    for (const { spec } of family.routes) {
      for (const name of spec.clusapi ?? []) {
        mapping.set(name, [...(mapping.get(name) ?? []), { route: spec, test: testOf(family) }]);
      }
    }
  }
  return mapping;
}

/** What is wrong, a sentence each: every function is done by a route, or is not and has a reason, or is still to be done. */
export function faultsOf(mapping: Mapping, functions: Functions): string[] {
  const { exported, newer, notMapped, pending } = functions;
  const known = new Set([...exported, ...newer]);
  const places = (name: string): string[] => [
    ...(mapping.has(name) ? ["is done by a route"] : []),
    ...(Object.hasOwn(notMapped, name) ? ["has a reason in not-mapped.ts"] : []),
    ...(pending.includes(name) ? ["stands in pending.ts"] : []),
  ];
  return [
    ...exported.flatMap((name) => {
      const found = places(name);
      if (found.length === 0) return [`${name} is done by no route and has no reason in not-mapped.ts`];
      return found.length === 1 ? [] : [`${name} ${found.join(" and ")}: one of them has to go`];
    }),
    ...Array.from(mapping, ([name, routes]) => [name, routes] as const)
      .filter(([name]) => !known.has(name))
      .map(([name, [first]]) => `the route ${first?.route.id} names ${name}, which clusapi.dll does not export`),
    ...[...Object.keys(notMapped), ...pending]
      .filter((name) => !exported.includes(name))
      .map((name) => `${name} has a place in not-mapped.ts or pending.ts, and is not exported`),
    ...newer.filter((name) => exported.includes(name)).map((name) => `${name} is exported, so it is not newer`),
  ];
}

/** The routes whose row is not in the file that it should be in. `textOf` gives null for a file that is not there. */
export function missingRows(mapping: Mapping, textOf: (file: string) => string | null): string[] {
  const routes = new Map([...mapping.values()].flat().map((mapped) => [mapped.route.id, mapped]));
  return [...routes.values()]
    .filter(({ route, test }) => !new RegExp(`^\\s+${route.id}: `, "m").test(textOf(test) ?? ""))
    .map(({ route, test }) => `the route ${route.id} has no row in ${test}`);
}
