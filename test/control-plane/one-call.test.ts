import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { Asked } from "../../src/control-plane/route.ts";
import { routes } from "../../src/control-plane/routes.ts";
import { protocolLimits } from "../../src/protocol/limits.ts";
import worker from "../../src/worker.ts";
import { makeStage, pathOf, type Stage } from "./conformance/stage.ts";
import { adminToken, expectProblem, inside, tokenOf } from "./support.ts";

const questions = routes.filter((route): route is Asked => route.kind === "asked").map((route) => ({ ...route.spec }));

let stage: Stage;
let forged: string;

beforeAll(async () => {
  stage = await makeStage("one-call");
  forged = stage.tokens.reader.replace(/.{4}$/, "0000");
  // From then on this instance of the Worker knows that the cluster is there.
  await asked(question("getQuorum"), stage.tokens.reader);
});

/** Stands in for a binding, and notes each call to one of its objects. */
function noting<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
  calls: string[],
): DurableObjectNamespace<T> {
  const stubs: ProxyHandler<DurableObjectStub<T>> = {
    get: (stub, name) => {
      const method: unknown = Reflect.get(stub, name);
      if (typeof method !== "function") throw new Error(`the Worker is not known to use ${String(name)}`);
      return (...args: readonly unknown[]): unknown => {
        calls.push(String(name));
        return Reflect.apply(method, stub, args);
      };
    },
  };
  return new Proxy(namespace, {
    get: (target, name) => {
      if (name !== "getByName") throw new Error(`the Worker is not known to use ${String(name)}`);
      const getByName: typeof target.getByName = (...args) => new Proxy(target.getByName(...args), stubs);
      return getByName;
    },
  });
}

async function asked(
  { method, path }: { readonly method: string; readonly path: string },
  token: string,
  body: string | null = null,
): Promise<{ readonly response: Response; readonly calls: readonly string[]; readonly request: Request }> {
  const calls: string[] = [];
  const headers = { Authorization: `Bearer ${token}` };
  const request = new Request(`https://bridgehead.test/v1${path}`, { method, headers, body });
  const response = await worker.fetch(request, {
    ...env,
    CLUSTER: noting(env.CLUSTER, calls),
    DIRECTORY: noting(env.DIRECTORY, calls),
  });
  return { response, calls, request };
}

function question(id: string, search = ""): { readonly method: string; readonly path: string } {
  const spec = routes.find((route) => route.spec.id === id)?.spec;
  if (spec === undefined) throw new Error(`there is no route ${id}`);
  return { method: spec.method, path: `${pathOf(spec, stage)}${search}` };
}

const verdict = (node: string) => question("getSourceAddress", `?node=${node}`);

describe("a question", () => {
  const cases = questions.flatMap((spec) =>
    spec.roles.filter((role) => role !== "partner").map((role) => ({ id: spec.id, role })),
  );

  test.each(cases)("AU16: $id of $role is one call, which brings the token", async ({ id, role }) => {
    const needed: Readonly<Record<string, string>> = {
      getSourceAddress: "?node=NODE1",
      isGroupActive: "?node=NODE1",
      getRegistryValue: "?key=Nodes",
    };
    const { response, calls } = await asked(question(id, needed[id] ?? ""), stage.tokens[role]);
    await response.body?.cancel();
    expect([400, 401, 403]).not.toContain(response.status);
    expect(calls).toEqual(["ask"]);
  });

  test("AU16: the verdict is one of them", async () => {
    await stage.owner.renew();
    const { response, calls } = await asked(verdict("NODE1"), stage.tokens.node);
    expect(await response.json()).toMatchObject({ decision: "BIND", address: "127.0.1.100" });
    expect(calls).toEqual(["ask"]);
  });

  test("AU16: what asks for somebody who is kept out is not answered", async () => {
    const looked = await inside(stage.cluster, (object) => vi.spyOn(object, "sourceAddress"));
    for (const [token, code] of [
      [forged, "unauthorized"],
      [stage.tokens.partner, "forbidden"],
    ] as const) {
      const { response, calls } = await asked(verdict("NODE1"), token);
      await expectProblem(response, code);
      expect(calls).toEqual(["ask"]);
    }
    expect(looked).not.toHaveBeenCalled();
    await (await asked(verdict("NODE1"), stage.tokens.reader)).response.body?.cancel();
    expect(looked).toHaveBeenCalledOnce();
    looked.mockRestore();
  });

  test("AU16: a node's token that asks for another node is kept out by that call", async () => {
    const spec = { method: "GET", path: `/clusters/${stage.cluster}/nodes/NODE2` };
    const { response, calls } = await asked(spec, stage.tokens.node);
    expect((await expectProblem(response, "forbidden")).detail).toBe("a node's token is for that node only");
    expect(calls).toEqual(["ask"]);
  });

  test("AU16: the admin token, which no cluster judges, asks in one call too", async () => {
    const { response, calls } = await asked(verdict("NODE1"), adminToken);
    expect(response.status).toBe(200);
    expect(calls).toEqual(["ask"]);
  });

  test("AU16: it counts once, understood or not", async () => {
    const token = await tokenOf(stage.cluster, { role: "reader" });
    const now = Date.now();
    await inside(stage.cluster, (object) => {
      object.clock = () => now;
    });
    for (let n = 0; n < protocolLimits.requestsAtOnce - 2; n++) {
      await (await asked(verdict("NODE1"), token)).response.body?.cancel();
    }
    await expectProblem((await asked(question("getSourceAddress"), token)).response, "invalid-request");
    expect((await asked(verdict("NODE1"), token)).response.status).toBe(200);
    for (const path of [verdict("NODE1"), question("getSourceAddress")]) {
      const { response } = await asked(path, token);
      expect(response.headers.get("Retry-After")).toBe("1");
      await expectProblem(response, "rate-limited");
    }
    await inside(stage.cluster, (object) => {
      object.clock = () => Date.now();
    });
  });
});

describe("a question that cannot be understood", () => {
  const wrong = (id: string) => question(id, "?nobody-takes-this=1");
  const strict = questions.filter(({ query }) => query !== undefined);

  test.each(strict)("AU16: $id tells so to who may ask, in one call", async ({ id, roles: [, role = "admin"] }) => {
    const { response, calls } = await asked(wrong(id), stage.tokens[role]);
    await expectProblem(response, "invalid-request");
    expect(calls).toEqual(["admit"]);
  });

  test.each(strict)("AU16: $id tells nobody else", async ({ id }) => {
    for (const [token, code] of [
      [forged, "unauthorized"],
      [stage.strangersToken, "unauthorized"],
      [stage.tokens.partner, "forbidden"],
    ] as const) {
      await expectProblem((await asked(wrong(id), token)).response, code);
    }
  });
});

describe("what is more than a question", () => {
  const told = routes.filter(({ spec }) => spec.body !== undefined).map(({ spec }) => spec);

  test.each(told)("AU16: of the body of $id nothing is read before it is known who sends it", async ({ id }) => {
    const { response, calls, request } = await asked(question(id), forged, "{");
    await expectProblem(response, "unauthorized");
    expect(calls).toEqual(["admit"]);
    expect(request.bodyUsed).toBe(false);
  });
});
