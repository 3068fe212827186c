import { beforeAll, describe, expect, test, vi } from "vitest";
import { pathParameters, parametersOf } from "../../src/control-plane/path-parameters.ts";
import type { Role, RouteSpec } from "../../src/control-plane/route.ts";
import { families } from "../../src/control-plane/routes.ts";
import { each, isWithout, made, type Refused, type Row } from "./conformance/row.ts";
import { askAs, makeStage, pathOf, type Stage } from "./conformance/stage.ts";
import { conformance } from "./conformance/table.ts";
import { allRows, ask, expectProblem } from "./support.ts";

/** Every route of the table, each with its row; `ask` holds each answer to what the route's spec says. */

// A row may have much to make first; on a loaded machine that takes its time.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

const roles = ["admin", "operator", "reader", "node", "partner"] as const satisfies readonly Role[];
const wrongInput = ["invalid-request", "invalid-definition", "not-json"];

const tables = families.map((family) => ({
  family: family.name,
  table: conformance[family.name],
  specs: family.routes.map(({ spec }) => spec),
}));

describe("the conformance table", () => {
  test.each(tables)("HT13: every route of $family has a row, and every row a route", ({ family, table, specs }) => {
    const file = `test/control-plane/conformance/${family}.ts`;
    const rows = Object.keys(table?.rows ?? {});
    const routes = specs.map(({ id }) => id);
    expect(
      routes.filter((id) => !rows.includes(id)).map((id) => `the route ${id} has no row in ${file}: add one`),
    ).toEqual([]);
    expect(rows.filter((id) => !routes.includes(id)).map((id) => `${file} has a row ${id}, which is no route`)).toEqual(
      [],
    );
  });

  test("HT13: every family of rows is one of routes", () => {
    const known = new Set(tables.map(({ family }) => family));
    expect(Object.keys(conformance).filter((family) => !known.has(family))).toEqual([]);
  });

  test("HT13: no two routes have one id, or one method and path", () => {
    const specs = tables.flatMap((entry) => entry.specs);
    for (const of of [specs.map(({ id }) => id), specs.map(({ method, path }) => `${method} ${path}`)]) {
      expect(of.filter((key, index) => of.indexOf(key) !== index)).toEqual([]);
    }
  });

  test("HT15: every parameter of a path is described, and every description is used", () => {
    const used = new Set(tables.flatMap(({ specs }) => specs.flatMap(({ path }) => parametersOf(path))));
    expect([...used].filter((name) => !Object.hasOwn(pathParameters, name))).toEqual([]);
    expect(Object.keys(pathParameters).filter((name) => !used.has(name))).toEqual([]);
  });
});

describe.each(tables)("$family", ({ family, table, specs }) => {
  let stage: Stage;
  const rows = specs.flatMap((spec) => {
    const row = table?.rows[spec.id];
    return row === undefined ? [] : [{ id: spec.id, spec, row }];
  });
  const guarded = rows.filter(({ spec }) => spec.roles !== "anyone");

  beforeAll(async () => {
    stage = await makeStage(family);
    await table?.setUp?.(stage);
  });

  test.each(rows)("HT13: $id takes what is not understood for that, and changes nothing", async ({ spec, row }) => {
    await refuses(spec, row.badInput, (code) => expect(wrongInput).toContain(code));
  });

  test.each(rows)("HT13: $id refuses what cannot be, and changes nothing", async ({ spec, row }) => {
    // A change of one thing may make a definition that cannot be: that is understood, and not bad input.
    const notUnderstood = ["invalid-request", "not-json", spec.body?.refusal];
    await refuses(spec, row.refusal, (code) => expect(notUnderstood).not.toContain(code));
  });

  async function refuses(spec: RouteSpec, column: Row["refusal"], check: (code: string) => void): Promise<void> {
    if (isWithout(column)) return expect(column.without.length, "a reason is a sentence").toBeGreaterThan(20);
    for (const entry of each<Refused>(column)) {
      const request = await made(entry, stage);
      check(request.code);
      const before = await allRows(stage.cluster);
      await expectProblem(askAs(spec, stage, request), request.code);
      expect(await allRows(stage.cluster)).toEqual(before);
    }
  }

  test.each(guarded)("HT14: $id takes no request without a token, or with one that is none", async ({ spec }) => {
    const path = pathOf(spec, stage);
    const { operator } = stage.tokens;
    const otherSecret = operator.slice(0, -1) + (operator.endsWith("0") ? "1" : "0");
    for (const token of [null, "wrong", `${operator}0`, otherSecret]) {
      const response = await ask(spec.method, path, { token });
      expect(response.headers.get("WWW-Authenticate")).toBe("Bearer");
      await expectProblem(response, "unauthorized");
    }
  });

  test.each(guarded)("HT14: $id takes no token of another cluster", async ({ spec }) => {
    await expectProblem(ask(spec.method, pathOf(spec, stage), { token: stage.strangersToken }), "unauthorized");
  });

  test.each(guarded)("HT14: $id takes no token of a role that its row does not name", async ({ spec }) => {
    for (const role of roles.filter((role) => !spec.roles.includes(role))) {
      // Where the path names no cluster, nobody can say whose the token is.
      const code = spec.path.includes("{cluster}") ? "forbidden" : "unauthorized";
      await expectProblem(ask(spec.method, pathOf(spec, stage), { token: stage.tokens[role] }), code);
    }
  });

  test.each(rows)("HT13: $id does what it says", async ({ spec, row }) => {
    for (const entry of each(row.success)) {
      const request = await made(entry, stage);
      const response = await askAs(spec, stage, request);
      const { status } = request;
      if (response.status !== status) expect.fail(`${response.status} instead of ${status}: ${await response.text()}`);
      await request.after?.(stage, response);
      response.webSocket?.accept();
      response.webSocket?.close(1000, "done");
      if (!response.bodyUsed) await response.body?.cancel();
    }
  });
});
