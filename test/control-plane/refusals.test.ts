import { beforeAll, describe, expect, test } from "vitest";
import { type FakeAgent, joinBoth } from "./fake-agent.ts";
import { allRows, ask, createExchange, eventually, exchange, expectProblem, inside, json, tokenOf } from "./support.ts";
import type { ProblemCode } from "../../src/protocol/problems.ts";

const at = "/clusters/refusals";

describe("a request that is refused", () => {
  let owner: FakeAgent;

  beforeAll(async () => {
    await createExchange("refusals");
    ({ owner } = await joinBoth("refusals"));
  });

  const bad = exchange("refusals");
  const refusals: readonly [method: string, path: string, body: unknown, code: ProblemCode][] = [
    ["POST", `${at}/groups/Nothing/move`, {}, "group-not-found"],
    ["POST", `${at}/groups/Exchange/move`, { target: "NODE9" }, "node-not-found"],
    ["POST", `${at}/groups/Exchange/move`, { target: "NODE1" }, "already-owner"],
    ["POST", `${at}/groups/Exchange/move`, { target: 7 }, "invalid-request"],
    ["POST", `${at}/groups/Exchange/move`, { to: "NODE2" }, "invalid-request"],
    ["POST", `${at}/groups/constructor/online`, undefined, "group-not-found"],
    ["POST", `${at}/nodes/NODE9/pause`, undefined, "node-not-found"],
    ["POST", `${at}/nodes/NODE9/resume`, undefined, "node-not-found"],
    ["POST", `${at}/nodes/NODE1/confirm-down`, undefined, "node-is-connected"],
    ["PUT", at, { ...bad, lease: { ttlMs: 2_000, renewMs: 1_000 } }, "invalid-definition"],
    ["PUT", at, { ...bad, cluster: "another" }, "cluster-name-differs"],
    ["PUT", at, "{", "not-json"],
    ["POST", `${at}/tokens`, { role: "admin" }, "invalid-request"],
    ["POST", `${at}/tokens`, { role: "node" }, "invalid-request"],
    ["DELETE", `${at}/tokens/0123456789abcdef`, undefined, "token-not-found"],
    ["DELETE", `${at}/tokens/x`, undefined, "invalid-request"],
    ["POST", `${at}/webhooks`, { url: "http://peer.test/" }, "invalid-request"],
    ["POST", `${at}/webhooks`, { url: "https://peer.test/", kinds: ["no.such-kind"] }, "invalid-request"],
    ["DELETE", `${at}/webhooks/0123456789abcdef`, undefined, "webhook-not-found"],
    ["DELETE", `${at}/webhooks/Exchange`, undefined, "invalid-request"],
    ["POST", `${at}/webhooks/0123456789abcdef/enable`, { from: "then" }, "invalid-request"],
    ["POST", `${at}/webhooks/0123456789abcdef/test`, undefined, "webhook-not-found"],
  ];

  test.each(refusals)("CP4: %s %s %j changes no row (%s)", async (method, path, body, code) => {
    const before = await allRows("refusals");
    await expectProblem(ask(method, path, { body }), code);
    expect(await allRows("refusals")).toEqual(before);
  });

  test.each([
    ["/groups/exchange/explain", "there is no group exchange; there is Exchange"],
    ["/groups/exchange/properties/common", "there is no group exchange; there is Exchange"],
    [
      "/groups/Exchange/resources/exchange ip/enum",
      "there is no resource exchange ip in group Exchange; there is Exchange IP",
    ],
    ["/groups/Nothing/resources/Exchange IP/properties/private", "there is no group Nothing"],
    ["/nodes/node1/enum", "there is no node node1; there is NODE1"],
    ["/networks/Client/properties/common", "there is no network Client"],
    ["/resource-types/ip address", "there is no resource type ip address; there is IP Address"],
    ["/net-interfaces/none/properties/common", "there is no interface none"],
  ])("CP4: %s is told as %s", async (path, sentence) => {
    const { detail } = await json<{ detail: string }>(ask("GET", at + encodeURI(path)));
    expect(detail).toContain(sentence);
  });

  test("CP4: the guard of a run that is not known is refused, and changes no row", async () => {
    const token = await tokenOf("refusals", { role: "node", node: "NODE2" });
    const before = await allRows("refusals");
    const body = { incarnation: "no-such-run", epochs: [{ group: "Exchange", epoch: 1 }] };
    const response = await ask("POST", `${at}/nodes/NODE2/release`, { token, body });
    expect(response.status === 200 || response.status === 409).toBe(true);
    expect(await allRows("refusals")).toEqual(before);
    expect((await owner.renew()).outcome).toMatchObject({ kind: "grant", holds: [{ group: "Exchange", epoch: 1 }] });
  });

  test("CP4: a definition of another revision than is expected is refused", async () => {
    const before = await allRows("refusals");
    const put = (revision: string) => ask("PUT", at, { body: exchange("refusals"), headers: { "If-Match": revision } });
    await expectProblem(put('"7"'), "revision-differs");
    await expectProblem(put("7"), "invalid-request");
    expect(await allRows("refusals")).toEqual(before);
    expect((await put('"1"')).status).toBe(200);
  });
});

test("CP2: a write that is not taken ends the instance, and nobody is told of it", async () => {
  await createExchange("broken");
  const { owner } = await joinBoth("broken");
  const before = await allRows("broken");
  await inside("broken", (object) => {
    object.store.apply = () => {
      throw new Error("the disk is full");
    };
  });
  owner.sendRenewal();
  expect(await owner.line.end()).not.toBeNull();
  expect(owner.line.frames).toEqual([]);

  const view = await eventually(
    () => json<{ generation?: number }>(ask("GET", "/clusters/broken")),
    ({ generation }) => generation !== undefined,
  );
  expect(view.generation).toBe(2);
  const { generation: _, journal: __, ...rows } = before;
  expect(await allRows("broken")).toMatchObject(rows);
});

test("CP2: a fault of the brain ends one session, and the others go on", async () => {
  await createExchange("faulty");
  const { owner, standby } = await joinBoth("faulty");
  await inside("faulty", (object) => {
    object.clock = () => {
      object.clock = () => Date.now();
      throw new Error("a fault");
    };
  });
  standby.sendRenewal();
  expect(await standby.line.end()).toEqual({ code: 1011, reason: "internal" });
  expect(await inside("faulty", (object) => object.figures()?.sessions)).toBe(1);
  expect((await owner.renew()).outcome.kind).toBe("grant");
});
