import { env } from "cloudflare:workers";
import * as z from "zod";
import { beforeAll, describe, expect, test } from "vitest";
import { app } from "../../src/control-plane/app.ts";
import { routes } from "../../src/control-plane/routes.ts";
import { acceptedSchema, definedSchema } from "../../src/protocol/changes.ts";
import { eventsSchema } from "../../src/protocol/journal.ts";
import { virtualServerSchema } from "../../src/protocol/virtual-servers.ts";
import { Schemas } from "../../src/control-plane/openapi/schemas.ts";
import type { OpenApiDocument } from "../../src/control-plane/openapi/types.ts";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { version } from "../../src/protocol/version.ts";
import { verdictSchema } from "../../src/protocol/verdict.ts";
import { clusterViewSchema } from "../../src/protocol/view.ts";
import { type FakeAgent, joinBoth } from "./fake-agent.ts";
import { ask, createExchange, exchange, expectProblem, json } from "./support.ts";

let owner: FakeAgent;
let standby: FakeAgent;

beforeAll(async () => {
  await createExchange("http");
  ({ owner, standby } = await joinBoth("http"));
});

test("HT24: whoever asks from where his question came is told what the edge says, or the runtime, or that nobody does", async () => {
  const told = async (headers: Record<string, string>, cf?: Record<string, unknown>): Promise<unknown> => {
    const request = new Request("https://c.test/echo-source", { headers, ...(cf === undefined ? {} : { cf }) });
    return json(await app.fetch(request, env));
  };
  expect(await told({ "CF-Connecting-IP": "203.0.113.5" })).toEqual({ address: "203.0.113.5" });
  expect(await told({}, { clientIp: "192.0.2.1:4711" })).toEqual({ address: "192.0.2.1" });
  expect(await told({}, { clientIp: "[2001:db8::1]:4711" })).toEqual({ address: "2001:db8::1" });
  expect(await told({}, { clientIp: "192.0.2.1" })).toEqual({ address: "192.0.2.1" });
  expect(await told({})).toEqual({ address: null });
});

describe("refusals", () => {
  test("HT2: an unknown path is 404, with a token and without", async () => {
    for (const path of ["/nothing", "/clusters/http/nothing", "/clusters/http/groups/Exchange/move/now"]) {
      await expectProblem(ask("GET", path), "not-found");
      await expectProblem(ask("GET", path, { token: null }), "not-found");
    }
  });

  test("HT2: a known path with another method is 405, and says which methods it takes", async () => {
    const response = await ask("PATCH", "/clusters/http");
    expect(response.headers.get("Allow")).toBe("PUT, GET, DELETE");
    await expectProblem(response, "method-not-allowed");
    await expectProblem(ask("GET", "/clusters/http/groups/Exchange/move"), "method-not-allowed");
    await expectProblem(ask("PATCH", "/healthz"), "method-not-allowed");
  });

  const marker = "submitted-and-never-to-come-back";
  test.each([
    ["text", marker],
    ["half a document", `{"cluster": "${marker}"`],
    ["two documents", `{} ${marker}`],
  ])("HT3: a body that is %s is refused and not repeated", async (_, body) => {
    const problem = await expectProblem(ask("PUT", "/clusters/http", { body }), "not-json");
    expect(JSON.stringify(problem)).not.toContain(marker);
  });

  test("HT3: a body that is not UTF-8 is refused", async () => {
    const body = new Uint8Array([0x22, 0xff, 0x22]);
    const init = { method: "PUT", body, headers: { Authorization: `Bearer ${env.BRIDGEHEAD_ADMIN_TOKEN}` } };
    await expectProblem(app.fetch(new Request("https://bridgehead.test/v1/clusters/http", init), env), "not-json");
  });

  test("HT3: a body over 1 MiB is refused, announced or not", async () => {
    const body = " ".repeat(protocolLimits.bodyBytes + 1);
    await expectProblem(ask("PUT", "/clusters/http", { body }), "body-too-large");
    const chunk = new TextEncoder().encode(" ".repeat(65_536));
    let sent = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (sent++ > 20) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const init = { method: "PUT", body: stream, headers: { Authorization: `Bearer ${env.BRIDGEHEAD_ADMIN_TOKEN}` } };
    await expectProblem(
      app.fetch(new Request("https://bridgehead.test/v1/clusters/http", init), env),
      "body-too-large",
    );
  });

  test("HT3: a value that is wrong is named by its place, and not repeated", async () => {
    const problem = await expectProblem(
      ask("POST", "/clusters/http/tokens", { body: { role: marker } }),
      "invalid-request",
    );
    expect(JSON.stringify(problem)).not.toContain(marker);
    expect(problem.problems?.map(({ path }) => path)).toContain("/role");
  });

  test("HT3: a document nested without end is refused", async () => {
    const body = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    const response = await ask("PUT", "/clusters/http", { body });
    expect([400, 422]).toContain(response.status);
    await response.body?.cancel();
  });

  test("HT1: what fails on this side says nothing of why", async () => {
    const broken = { ...env, DIRECTORY: undefined as unknown as typeof env.DIRECTORY };
    const headers = { Authorization: `Bearer ${env.BRIDGEHEAD_ADMIN_TOKEN}` };
    const response = await app.fetch(new Request("https://bridgehead.test/v1/clusters", { headers }), broken);
    const problem = await expectProblem(response, "internal");
    expect(JSON.stringify(problem)).not.toMatch(/TypeError|undefined|\.ts|at /);
  });

  test("HT1: a refusal that the cluster API knows carries its Win32 error", async () => {
    const problem = await expectProblem(ask("POST", "/clusters/http/groups/Nothing/move"), "group-not-found");
    expect(problem.win32).toEqual({ name: "ERROR_GROUP_NOT_FOUND", number: 5013 });
  });

  test.each(["%20Exchange", "Unknown", "a%2Fb", "x".repeat(64), "%00", "%C3%A9"])(
    "HT10: %s in a path is no name",
    async (name) => {
      const problem = await expectProblem(ask("POST", `/clusters/http/groups/${name}/move`), "invalid-request");
      expect(problem.problems?.[0]?.path).toBe("/path/group");
    },
  );
});

describe("PUT of a definition", () => {
  test("HT4: 201 when it creates, 200 when nothing changes, 200 with what changed when something does", async () => {
    const definition = exchange("put");
    const put = async (body: unknown) => {
      const response = await ask("PUT", "/clusters/put", { body });
      return { status: response.status, ...definedSchema.strict().parse(await response.json()) };
    };
    expect(await put(definition)).toMatchObject({ status: 201, created: true, revision: 1, name: "put" });
    expect(await put(definition)).toEqual({
      status: 200,
      created: false,
      revision: 1,
      name: "put",
      changed: [],
      differences: [],
      notes: [],
      entries: [],
      dryRun: false,
      operation: null,
    });
    const changed = await put({ ...definition, nodes: { ...definition.nodes, NODE3: { address: "127.0.1.3" } } });
    expect(changed).toMatchObject({ status: 200, created: false, revision: 2 });
    expect(changed.changed.join(" ")).toContain("NODE3");
  });

  test("HT10: a cluster's name is one whatever the case, and stays as it was written first", async () => {
    await createExchange("Casing");
    await expectProblem(ask("PUT", "/clusters/CASING", { body: exchange("CASING") }), "cluster-name-differs");
    expect(await json(ask("GET", "/clusters/cAsInG"))).toMatchObject({ name: "Casing" });
    const { clusters } = await json<{ clusters: { name: string }[] }>(ask("GET", "/clusters"));
    expect(clusters.filter(({ name }) => name.toLowerCase() === "casing")).toMatchObject([{ name: "Casing" }]);
  });
});

describe("answers", () => {
  test("HT8: the state has the shape that is written down, and says who owns what", async () => {
    const view = clusterViewSchema.strict().parse(await json(ask("GET", "/clusters/http")));
    expect(view.groups["Exchange"]).toMatchObject({ state: "Online", owner: "NODE1", epoch: 1, networkName: "EXCHVS" });
  });

  test("HT6: BIND, DEFER and DENY are all answered with 200", async () => {
    const verdict = async (group: string, node: string) => {
      const response = await ask(
        "GET",
        `/clusters/http/groups/${group}/source-address?node=${node}&destination=peer.test`,
      );
      expect(response.status).toBe(200);
      return verdictSchema.parse(await response.json());
    };
    await owner.renew();
    expect(await verdict("Exchange", "NODE1")).toMatchObject({
      decision: "BIND",
      address: "127.0.1.100",
      prefix: 24,
      networkName: "EXCHVS",
      epoch: 1,
    });
    expect(await verdict("Exchange", "NODE2")).toMatchObject({ decision: "DEFER", reason: "standby", owner: "NODE1" });
    expect(await verdict("Exchange", "NODE3")).toEqual({ decision: "DENY", reason: "no-such-node" });
    expect(await verdict("Nothing", "NODE1")).toEqual({ decision: "DENY", reason: "no-such-group" });
  });

  test("HT6: a question without a node is no question", async () => {
    const problem = await expectProblem(ask("GET", "/clusters/http/groups/Exchange/source-address"), "invalid-request");
    expect(problem.problems).toMatchObject([{ path: "/node", code: "required" }]);
  });

  test("HT8: a virtual server is found by its network name, whatever the case", async () => {
    const server = virtualServerSchema.strict().parse(await json(ask("GET", "/clusters/http/virtual-servers/exchvs")));
    expect(server).toMatchObject({ networkName: "EXCHVS", group: "Exchange", address: "127.0.1.100", owner: "NODE1" });
    await expectProblem(ask("GET", "/clusters/http/virtual-servers/nothing"), "virtual-server-not-found");
  });

  test("HT7: a move says what changed and from where to watch, and the journal tells the rest", async () => {
    const response = await ask("POST", "/clusters/http/groups/Exchange/move", { body: { target: "NODE2" } });
    expect(response.status).toBe(202);
    const { after, epoch } = acceptedSchema.strict().parse(await response.json());
    expect(epoch).toBe(1);
    await owner.hear("assignment");
    await owner.renew();
    await owner.renew({
      intact: [],
      released: [{ group: "Exchange", epoch: 1 }],
      report: { revision: null, holds: [], associations: [], notices: [] },
    });
    for (let i = 0; i < 3; i++) await standby.renew();
    const { events } = eventsSchema.strict().parse(await json(ask("GET", `/clusters/http/events?after=${after}`)));
    expect(events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["group.move-requested", "group.released", "group.owned", "group.online"]),
    );
    expect(events.every(({ seq }, index) => seq === after + 1 + index)).toBe(true);
    const view = clusterViewSchema.parse(await json(ask("GET", "/clusters/http")));
    expect(view.groups["Exchange"]).toMatchObject({ owner: "NODE2", epoch: 2, state: "Online" });
  });

  test("HT7: a group is taken offline and brought online, a node paused and resumed", async () => {
    const post = async (path: string, body?: unknown) => {
      const response = await ask("POST", `/clusters/http${path}`, { body });
      acceptedSchema.strict().parse(await response.json());
      return response.status;
    };
    expect(await post("/groups/Exchange/offline")).toBe(202);
    expect(await post("/groups/Exchange/online")).toBe(202);
    expect(await post("/nodes/NODE1/pause", { drain: false })).toBe(202);
    expect(await post("/nodes/NODE1/resume")).toBe(200);
  });

  test("HT9: answers carry the security headers, and are not to be kept", async () => {
    for (const response of [await ask("GET", "/clusters/http"), await ask("GET", "/nothing")]) {
      expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(response.headers.get("Cache-Control")).toBe("no-store");
      await response.body?.cancel();
    }
    const page = await app.fetch(new Request("https://bridgehead.test/"), env);
    expect(page.status).toBe(200);
    const policy = page.headers.get("Content-Security-Policy") ?? "";
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"])
      expect(policy).toContain(part);
    expect(policy).not.toContain("unsafe");
    await page.body?.cancel();
  });
});

describe("the OpenAPI document", () => {
  const document = () => json<OpenApiDocument>(ask("GET", "/openapi.json", { token: null }));
  const operationsOf = ({ paths }: OpenApiDocument) =>
    Object.values(paths).flatMap((methods) => Object.values(methods));

  test("HT8: it holds every route of the table, with its roles and its answers", async () => {
    const found = await document();
    expect(found.openapi).toBe("3.1.0");
    expect(found.info.version).toBe(version);
    expect(
      operationsOf(found)
        .map(({ operationId }) => operationId)
        .toSorted(),
    ).toEqual(routes.map(({ spec }) => spec.id).toSorted());
    for (const { spec } of routes) {
      const operation = found.paths[`/v1${spec.path}`]?.[spec.method.toLowerCase()];
      expect(operation?.["x-roles"]).toEqual(spec.roles === "anyone" ? [] : spec.roles);
      expect(Object.keys(operation?.responses ?? {})).toEqual(expect.arrayContaining(Object.keys(spec.answers)));
    }
  });

  test("HT8: every reference in it can be followed, and every parameter of a path is declared", async () => {
    const found = await document();
    const text = JSON.stringify(found);
    const references = new Set(Array.from(text.matchAll(/"\$ref":"#\/([^"]+)"/g), ([, path]) => path ?? ""));
    expect(references.size).toBeGreaterThan(20);
    for (const reference of references) {
      let at: unknown = found;
      for (const part of reference.split("/")) at = (at as Record<string, unknown>)[part];
      expect(at, reference).toBeDefined();
    }
    for (const [path, methods] of Object.entries(found.paths)) {
      for (const { parameters } of Object.values(methods)) {
        const inPath = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => `{${name}}`);
        expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
      }
    }
  });

  test("HT15: what stands in it is described: operations by a tag, parameters and answers by a sentence", async () => {
    const found = await document();
    const tags = new Set(found.tags.map(({ name }) => name));
    for (const { operationId, tags: own, summary, parameters, responses } of operationsOf(found)) {
      expect(tags, operationId).toContain(own[0]);
      expect(summary.length, operationId).toBeGreaterThan(10);
      for (const { name, description } of parameters) expect(description.length, `${operationId} ${name}`).not.toBe(0);
      for (const response of Object.values(responses)) {
        if (!("$ref" in response)) expect(response.description.length, operationId).toBeGreaterThan(3);
      }
    }
  });

  test.each(routes.filter(({ spec }) => spec.body !== undefined).map(({ spec }) => ({ id: spec.id, spec })))(
    "HT15: the example of $id is one that it takes; if not, give its schema `.meta({ examples })`",
    async ({ spec }) => {
      const operation = (await document()).paths[`/v1${spec.path}`]?.[spec.method.toLowerCase()];
      const example = operation?.requestBody?.content["application/json"]?.example;
      expect(spec.body?.parse(example)).toMatchObject({ ok: true });
      expect(operation?.requestBody?.required).toBe(spec.body?.parse({}).ok === false);
    },
  );

  test("HT15: a schema with a name is said once, and two ways of it have two names", () => {
    const schemas = new Schemas();
    const inner = z.object({ a: z.string().default("x") }).meta({ id: "Inner" });
    const outer = z.object({ inner, list: z.array(inner) }).meta({ id: "Outer" });
    const other = z.strictObject({ n: z.number() }).meta({ id: "Other" });
    const parts = [
      schemas.of(outer, "input"),
      schemas.of(outer, "output"),
      schemas.of(other, "input"),
      schemas.of(other, "output"),
      schemas.of(z.array(z.int()), "output"),
    ];
    const { document, components } = schemas.finish(parts);
    const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    expect(document.slice(0, 4)).toEqual(["OuterInput", "Outer", "Other", "Other"].map(reference));
    expect(document[4]).toEqual({ type: "array", items: { type: "integer" } });
    expect(Object.keys(components)).toEqual(["Inner", "InnerInput", "Other", "Outer", "OuterInput"]);
    expect(components["OuterInput"]?.properties).toMatchObject({ inner: reference("InnerInput") });
  });

  test("HT15: two schemas of one name are a mistake, and are told", () => {
    const schemas = new Schemas();
    const registry = (schema: z.ZodType) => schemas.of(z.object({ schema }), "output");
    const first = z.object({ a: z.string() }).meta({ id: "Twice" });
    registry(first);
    expect(() => registry(z.object({ b: z.string() }).meta({ id: "Twice" }))).toThrow(/Twice/);
  });
});
