import { env } from "cloudflare:workers";
import { listDurableObjectIds } from "cloudflare:test";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import { clusterTagOf } from "../../src/control-plane/tokens.ts";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { type TokenList, tokenListSchema } from "../../src/protocol/tokens.ts";
import { FakeAgent, joinBoth, openLine } from "./fake-agent.ts";
import {
  adminToken,
  allRows,
  ask,
  createExchange,
  eventually,
  exchange,
  expectProblem,
  inside,
  json,
  tokenOf,
} from "./support.ts";

beforeAll(async () => {
  await createExchange("tokens");
  await createExchange("others");
});

const everythingThatExists = async () => ({
  objects: (await listDurableObjectIds(env.CLUSTER)).length,
  clusters: await json(ask("GET", "/clusters")),
  rows: await allRows("tokens"),
});

describe("a token that is none", () => {
  const forged = `bh_${"0".repeat(16)}_${"0".repeat(16)}_${"0".repeat(64)}`;
  const secretChanged = async () => (await tokenOf("tokens", { role: "operator" })).replace(/.{4}$/, "0000");
  const idChanged = async () =>
    (await tokenOf("tokens", { role: "operator" })).replace(/_[0-9a-f]{16}_(?=[0-9a-f]{64})/, `_${"0".repeat(16)}_`);
  const bad: readonly [what: string, token: () => Promise<string | null>][] = [
    ["none", async () => null],
    ["the admin token and one character more", async () => `${adminToken}x`],
    ["text", async () => "undefined"],
    ["a token of no cluster", async () => forged],
    [
      "a token that names a cluster which is not there",
      async () => forged.replace(/0{16}/, await clusterTagOf("unheard-of")),
    ],
    ["a token with another secret", secretChanged],
    ["a token with another id", idChanged],
    ["a token of another cluster", () => tokenOf("others", { role: "operator" })],
  ];

  test.each(bad)("AU5: %s is refused and creates nothing", async (_, make) => {
    const token = await make();
    const before = await everythingThatExists();
    for (const cluster of ["tokens", "unheard-of"]) {
      await expectProblem(ask("GET", `/clusters/${cluster}`, { token }), "unauthorized");
      await expectProblem(ask("PUT", `/clusters/${cluster}`, { token, body: exchange(cluster) }), "unauthorized");
      await expectProblem(ask("POST", `/clusters/${cluster}/groups/Exchange/move`, { token }), "unauthorized");
      const headers = { Upgrade: "websocket" };
      await expectProblem(ask("GET", `/clusters/${cluster}/nodes/NODE1/session`, { token, headers }), "unauthorized");
    }
    expect(await everythingThatExists()).toEqual(before);
  });

  test("AU1: the refusal says how to ask, as RFC 6750 does", async () => {
    const response = await ask("GET", "/clusters", { token: null });
    expect(response.headers.get("WWW-Authenticate")).toBe("Bearer");
  });
});

test("AU5: an unknown cluster is created by no request but an admin's PUT of a definition that can be applied", async () => {
  const before = await everythingThatExists();
  await expectProblem(ask("GET", "/clusters/unheard-of"), "cluster-not-found");
  await expectProblem(ask("GET", "/clusters/unheard-of/watch"), "cluster-not-found");
  await expectProblem(ask("POST", "/clusters/unheard-of/tokens", { body: { role: "reader" } }), "cluster-not-found");
  await expectProblem(ask("POST", "/clusters/unheard-of/nodes/NODE1/pause"), "cluster-not-found");
  await expectProblem(
    ask("PUT", "/clusters/unheard-of", { body: { cluster: "unheard-of", nodes: 1 } }),
    "invalid-definition",
  );
  await expectProblem(ask("PUT", "/clusters/unheard-of", { body: exchange("tokens") }), "cluster-name-differs");
  const headers = { "If-Match": '"1"' };
  await expectProblem(
    ask("PUT", "/clusters/unheard-of", { body: exchange("unheard-of"), headers }),
    "revision-differs",
  );
  expect(await everythingThatExists()).toEqual(before);
});

test("AU6: a token is shown once, listed without its secret, and kept as a digest", async () => {
  const created = await json<{ id: string; token: string }>(
    ask("POST", "/clusters/tokens/tokens", { body: { role: "node", node: "NODE1" } }),
  );
  expect(created.token).toMatch(/^bh_[0-9a-f]{16}_[0-9a-f]{16}_[0-9a-f]{64}$/);
  const secret = created.token.split("_")[3] ?? "";
  const listed = await (await ask("GET", "/clusters/tokens/tokens")).text();
  expect(listed).not.toContain(secret);
  const { tokens } = tokenListSchema.strict().parse(JSON.parse(listed));
  expect(tokens.find(({ id }) => id === created.id)).toMatchObject({
    role: "node",
    subject: "NODE1",
    createdBy: "admin",
  });
  const rows = await inside("tokens", (_, { storage }) =>
    storage.sql.exec("SELECT id, role, subject, hex(digest) AS digest FROM tokens WHERE id = ?", created.id).toArray(),
  );
  expect(JSON.stringify(rows)).not.toContain(secret);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(created.token)));
  expect(rows[0]?.["digest"]).toBe(
    Array.from(digest, (byte) => byte.toString(16).padStart(2, "0"))
      .join("")
      .toUpperCase(),
  );
});

test("AU6: every token is compared in constant time, digest with digest, also where there is none to compare with", async () => {
  const token = await tokenOf("tokens", { role: "reader" });
  const compared = vi.spyOn(crypto.subtle, "timingSafeEqual");
  try {
    const unknown = token.replace(/_[0-9a-f]{16}_(?=[0-9a-f]{64})/, `_${"0".repeat(16)}_`);
    for (const [asked, status] of [
      [token, 200],
      [token.replace(/.{4}$/, "0000"), 401],
      [unknown, 401],
    ] as const) {
      compared.mockClear();
      expect((await ask("GET", "/clusters/tokens", { token: asked })).status).toBe(status);
      // With the admin token's digest, and with that of a token of the cluster.
      expect(compared).toHaveBeenCalledTimes(2);
      for (const [a, b] of compared.mock.calls) expect([a.byteLength, b.byteLength]).toEqual([32, 32]);
    }
  } finally {
    compared.mockRestore();
  }
});

test("AU6: no two tokens are the same, and a name in other letters is the same cluster's", async () => {
  const tokens = await Promise.all(Array.from({ length: 8 }, () => tokenOf("tokens", { role: "reader" })));
  expect(new Set(tokens).size).toBe(8);
  expect((await ask("GET", "/clusters/TOKENS", { token: tokens[0] ?? "" })).status).toBe(200);
});

test("AU7: a revoked token is refused, and the session and the watches that it opened are closed", async () => {
  const make = async (body: unknown) =>
    json<{ id: string; token: string }>(ask("POST", "/clusters/tokens/tokens", { body }));
  const node = await make({ role: "node", node: "NODE1" });
  const reader = await make({ role: "reader" });
  const agent = await FakeAgent.join("tokens", "NODE1", node.token, "run-revoked");
  const watch = await openLine("/clusters/tokens/watch", reader.token);
  const other = await openLine("/clusters/tokens/watch", adminToken);
  const stream = await ask("GET", "/clusters/tokens/watch", { token: reader.token });

  for (const { id } of [node, reader]) expect((await ask("DELETE", `/clusters/tokens/tokens/${id}`)).status).toBe(204);
  expect(await agent.line.end()).toEqual({ code: 4005, reason: "token-revoked" });
  expect(await watch.end()).toEqual({ code: 4005, reason: "token-revoked" });
  await stream.text();
  expect(other.closed).toBeNull();
  other.close();
  await expectProblem(ask("GET", "/clusters/tokens", { token: reader.token }), "unauthorized");
  await expectProblem(ask("DELETE", `/clusters/tokens/tokens/${node.id}`), "token-not-found");
  const view = await json<{ nodes: Record<string, { state: string }> }>(ask("GET", "/clusters/tokens"));
  expect(view.nodes["NODE1"]?.state).toBe("Down");
});

test("AU7: a question that waits for its answer is answered at once when its token is revoked, and its port is gone", async () => {
  await createExchange("waiting");
  const at = "/clusters/waiting";
  await joinBoth("waiting");
  const token = await tokenOf("waiting", { role: "operator" });
  const port = await json<{ port: string }>(
    ask("POST", `${at}/notify-ports`, {
      token,
      body: {},
    }),
  );
  const moved = await json<{ operation: { id: string } }>(
    ask("POST", `${at}/groups/Exchange/move`, { token, body: { target: "NODE2" } }),
  );
  const questions = [
    ask("GET", `${at}/operations/${moved.operation.id}?waitMs=20000`, { token }),
    ask("GET", `${at}/notify-ports/${port.port}/next?timeoutMs=20000`, { token }),
  ];
  await eventually(
    () => inside("waiting", ({ waiters }) => waiters.count),
    (count) => count === questions.length,
  );
  const [, , id = ""] = token.split("_");
  expect((await ask("DELETE", `${at}/tokens/${id}`)).status).toBe(204);
  for (const question of questions) await expectProblem(question, "unauthorized");
  await expectProblem(ask("GET", `${at}/notify-ports/${port.port}/next`), "notify-port-not-found");
});

test("AU13: an agent whose token is replaced goes on under the epoch that it has", async () => {
  await createExchange("rotated");
  const at = "/clusters/rotated";
  const { owner } = await joinBoth("rotated");
  const { tokens } = await json<TokenList>(ask("GET", `${at}/tokens`));
  const old = tokens.find(({ subject }) => subject === "NODE1")?.id ?? "";
  const token = await tokenOf("rotated", { role: "node", node: "NODE1" });
  expect((await ask("DELETE", `${at}/tokens/${old}`)).status).toBe(204);
  expect(await owner.line.end()).toEqual({ code: 4005, reason: "token-revoked" });

  const again = await FakeAgent.connect("rotated", "NODE1", token, owner.incarnation);
  const holding = [{ group: "Exchange", epoch: 1, addresses: ["127.0.1.100"] }];
  await again.hello({ connection: 2, holding });
  expect((await again.renew({ n: 1_000 })).outcome).toMatchObject({
    kind: "grant",
    holds: [{ group: "Exchange", epoch: 1 }],
  });
});

test.each([
  ["session", "/session?node=NODE1", { Upgrade: "websocket" }],
  ["watch", "/watch?", { Upgrade: "websocket" }],
  ["stream", "/watch?", {}],
])("AU7: a %s whose token was revoked after the Worker had looked is not opened", async (_, path, headers) => {
  const role = path.startsWith("/session") ? ({ role: "node", node: "NODE1" } as const) : ({ role: "reader" } as const);
  const [, , id = ""] = (await tokenOf("tokens", role)).split("_");
  const open = () =>
    inside("tokens", async (object) => {
      const answered = object.fetch(new Request(`https://cluster${path}&token=${id}`, { headers }));
      answered.webSocket?.accept();
      answered.webSocket?.close();
      if (answered.status === 200) await answered.body?.cancel();
      return answered.status < 400 ? answered.status : answered;
    });
  expect(await open()).toBe("Upgrade" in headers ? 101 : 200);
  expect((await ask("DELETE", `/clusters/tokens/tokens/${id}`)).status).toBe(204);
  const refused = await open();
  if (typeof refused === "number") expect.fail(`it was opened: ${refused}`);
  expect(refused.headers.get("WWW-Authenticate")).toBe("Bearer");
  await expectProblem(refused, "unauthorized");
});

test("AU7: a session names its token, and a port of a revoked one is not made", async () => {
  const session = await inside("tokens", (object) => object.fetch(new Request("https://cluster/session?node=NODE1")));
  await expectProblem(session, "unauthorized");
  const request = { filter: [], notifyKey: "", registrations: [] };
  expect(await inside("tokens", (object) => object.openNotifyPort("0", request, "0123456789abcdef"))).toBe("revoked");
});

test("AU6: which cluster a token names depends on the name alone, whatever was asked for before", async () => {
  const names = Array.from({ length: 1_100 }, (_, n) => `asked-for-${n}`).concat("x".repeat(1_000));
  const tags = await Promise.all(names.map((name) => clusterTagOf(name)));
  expect(new Set(tags).size).toBe(names.length);
  expect(await Promise.all(names.map((name) => clusterTagOf(name.toUpperCase())))).toEqual(tags);
});

test("AU6: a cluster has 256 tokens at most", async () => {
  await createExchange("many");
  await inside("many", (object) => {
    for (let i = 0; i < protocolLimits.tokens - 1; i++) {
      object.addToken(i.toString(16).padStart(16, "0"), new ArrayBuffer(32), { role: "reader" }, "test");
    }
  });
  await tokenOf("many", { role: "reader" });
  await expectProblem(ask("POST", "/clusters/many/tokens", { body: { role: "reader" } }), "too-many-tokens");
  expect((await ask("DELETE", `/clusters/many/tokens/${"0".repeat(16)}`)).status).toBe(204);
  await tokenOf("many", { role: "reader" });
});

test("AU7: the journal names each token that is made or revoked, and never the token", async () => {
  await createExchange("token-journal");
  const token = await tokenOf("token-journal", { role: "node", node: "NODE1" });
  const [, , id = ""] = token.split("_");
  expect((await ask("DELETE", `/clusters/token-journal/tokens/${id}`)).status).toBe(204);
  const { events } = await json<{ events: JournalEntry[] }>(ask("GET", "/clusters/token-journal/events"));
  expect(events.filter(({ kind }) => kind.startsWith("token."))).toMatchObject([
    { kind: "token.created", actor: "admin", node: "NODE1", details: { token: id, role: "node", subject: "NODE1" } },
    { kind: "token.revoked", actor: "admin", node: "NODE1", details: { token: id, role: "node", subject: "NODE1" } },
  ]);
  expect(JSON.stringify(events)).not.toContain(token);
});

test("AU12: a node's token is for a node that there is, and ends when that is evicted and holds nothing any more", async () => {
  await createExchange("strangers");
  const at = "/clusters/strangers";
  await expectProblem(ask("POST", `${at}/tokens`, { body: { role: "node", node: "NODE9" } }), "node-not-found");
  const { owner } = await joinBoth("strangers");
  const nodesOf = async () =>
    (await json<{ tokens: { subject: string | null }[] }>(ask("GET", `${at}/tokens`))).tokens.map(
      ({ subject }) => subject,
    );
  expect(await nodesOf()).toEqual(expect.arrayContaining(["NODE1", "NODE2"]));
  expect((await ask("DELETE", `${at}/nodes/NODE1`)).status).toBeLessThan(300);
  expect(await nodesOf()).toContain("NODE1");
  owner.sendRenewal({ released: [{ group: "Exchange", epoch: 1 }] });
  await eventually(nodesOf, (nodes) => !nodes.includes("NODE1"));
  expect(await nodesOf()).toContain("NODE2");
});

test("AU12: each of them is told once, also while another node still holds something", async () => {
  await createExchange("many-strangers");
  const at = "/clusters/many-strangers";
  await joinBoth("many-strangers");
  await tokenOf("many-strangers", { role: "node", node: "NODE2" });
  const body = { ...exchange("many-strangers"), nodes: { NODE3: { address: "127.0.1.3" } }, groups: {} };
  expect((await ask("PUT", `${at}?force`, { body })).status).toBe(200);
  const { events } = await json<{ events: JournalEntry[] }>(ask("GET", `${at}/events?limit=200`));
  const ended = events.flatMap(({ kind, details }) => (kind === "token.revoked" ? [details?.["token"]] : []));
  expect(ended.length).toBeGreaterThan(1);
  expect(new Set(ended).size).toBe(ended.length);
});
