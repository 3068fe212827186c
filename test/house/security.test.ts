import { expect, test } from "vitest";
import { familiesOfRoutes } from "../../scripts/table-of-routes.ts";
import { tokenRoles } from "../../src/protocol/tokens.ts";
import { fileOf } from "./sources.ts";
import { rulesOf } from "./titles.ts";

const page = fileOf("SECURITY.md");
const rows = new Map(
  [...page.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, role = "", may = ""]) => [
    role,
    [...may.matchAll(/`(\w+)`/g)].map(([, id = ""]) => id).toSorted(),
  ]),
);
test("SE4: SECURITY.md says of each role what the table of routes says", async () => {
  const closed = (await familiesOfRoutes()).flatMap(({ routes }) =>
    routes.flatMap(({ spec: { id, roles } }) => (typeof roles === "string" ? [] : [{ id, roles }])),
  );
  const idsWhere = (holds: (roles: readonly string[]) => boolean): string[] =>
    closed.flatMap(({ id, roles }) => (holds(roles) ? [id] : [])).toSorted();
  expect(closed.length).toBeGreaterThan(100);
  expect([...rows.keys()].toSorted()).toEqual(["admin", ...tokenRoles].toSorted());
  expect(rows.get("admin")).toEqual(idsWhere((roles) => roles.every((role) => role === "admin")));
  for (const role of ["node", "partner"] as const) {
    expect(rows.get(role), role).toEqual(idsWhere((roles) => roles.includes(role)));
  }
});

test("SE4: the rules that it names are there", () => {
  const rules = rulesOf(fileOf("SPEC.md"));
  const named = [...page.matchAll(/\b([A-Z]{2}\d+)\b/g)].map(([, rule = ""]) => rule);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((rule) => !rules.includes(rule))).toEqual([]);
});
