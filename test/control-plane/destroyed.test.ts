import { expect, test } from "vitest";
import { runDurableObjectAlarm } from "cloudflare:test";
import { unconditional } from "../../src/control-plane/conditions.ts";
import { joinBoth, openLine } from "./fake-agent.ts";
import {
  allRows,
  ask,
  createExchange,
  eventually,
  exchange,
  expectProblem,
  inside,
  json,
  stubOf,
  tokenOf,
} from "./support.ts";

const anew = (cluster: string, token?: string) =>
  ask("PUT", `/clusters/${cluster}`, { body: exchange(cluster), ...(token === undefined ? {} : { token }) });

const names = async () =>
  (await json<{ clusters: { name: string }[] }>(ask("GET", "/clusters"))).clusters.map(({ name }) => name);

test("AU10: a cluster that was destroyed is created anew by the admin token alone, though its tokens live as long as its holds", async () => {
  await createExchange("phoenix");
  await joinBoth("phoenix");
  const token = await tokenOf("phoenix", { role: "operator" });
  expect((await ask("DELETE", "/clusters/phoenix?force")).status).toBe(202);
  await expectProblem(anew("phoenix", token), "forbidden");
  expect((await anew("phoenix")).status).toBe(201);
});

test("AU11: a cluster that is created anew has no webhook, no registry value, no port and no answer of the one before", async () => {
  const at = "/clusters/heir";
  const headers = { "Idempotency-Key": "first" };
  await createExchange("heir");
  await joinBoth("heir");
  const description = { body: { Description: "of the first" }, headers };
  expect((await ask("PATCH", `${at}/properties/common`, description)).status).toBe(200);
  expect((await ask("POST", `${at}/webhooks`, { body: { url: "https://example.org/" } })).status).toBe(201);
  const value = `${at}/registry/value?key=App&name=secret`;
  expect((await ask("PUT", `${at}/registry/key?key=App`)).status).toBeLessThan(300);
  expect((await ask("PUT", value, { body: { type: "REG_SZ", value: "x" } })).status).toBeLessThan(300);
  expect((await ask("DELETE", `${at}?force`)).status).toBe(202);
  await expectProblem(ask("GET", value), "cluster-not-defined");
  expect((await anew("heir")).status).toBe(201);
  expect(await json(ask("GET", `${at}/webhooks`))).toEqual({ webhooks: [] });
  expect((await ask("GET", value)).status).toBe(404);
  expect(await json(ask("PATCH", `${at}/properties/common`, description))).toMatchObject({ changed: ["properties"] });
});

test("AU11: a cluster that is created anew takes no token of the one before, but of nodes that still hold something", async () => {
  const at = "/clusters/successor";
  await createExchange("successor");
  const { owner } = await joinBoth("successor");
  const operator = await tokenOf("successor", { role: "operator" });
  const reader = await tokenOf("successor", { role: "reader" });
  const partner = await tokenOf("successor", { role: "partner", partner: "MTA9" });
  const watch = await openLine(`${at}/watch`, reader);
  expect((await ask("DELETE", `${at}?force`)).status).toBe(202);
  expect((await ask("PUT", `${at}?dryRun`, { body: exchange("successor") })).status).toBe(200);
  expect((await json<{ tokens: object[] }>(ask("GET", `${at}/tokens`))).tokens).toHaveLength(5);
  expect((await anew("successor")).status).toBe(201);
  for (const token of [operator, reader]) await expectProblem(ask("GET", at, { token }), "unauthorized");
  await expectProblem(ask("POST", `${at}/associations`, { token: partner, body: {} }), "unauthorized");
  expect(await watch.end()).toEqual({ code: 4005, reason: "token-revoked" });
  expect(watch.frames.join()).not.toContain("cluster.defined");
  const { tokens } = await json<{ tokens: { subject: string | null }[] }>(ask("GET", `${at}/tokens`));
  expect(tokens.map(({ subject }) => subject)).toEqual(["NODE1"]);
  owner.sendRenewal({ released: [{ group: "Exchange", epoch: 1 }] });
  await eventually(
    async () => (await allRows("successor"))["holds"],
    (holds) => !JSON.stringify(holds).includes('"epoch":1,'),
  );
  const { nodes } = await json<{ nodes: Record<string, { state: string }> }>(ask("GET", at));
  expect(nodes["NODE2"]?.state).toBe("Down");
});

test("AU5: a cluster that is gone takes nothing more", async () => {
  await createExchange("forgotten");
  expect((await ask("DELETE", "/clusters/forgotten?force")).status).toBe(202);
  await eventually(names, (known) => !known.includes("forgotten"));
  await expectProblem(
    ask("POST", "/clusters/forgotten/webhooks", { body: { url: "https://example.org/" } }),
    "cluster-not-found",
  );
  await expectProblem(ask("POST", "/clusters/forgotten/tokens", { body: { role: "reader" } }), "cluster-not-found");
});

test("HT10: an interface of two long names can be asked for", async () => {
  const [node, network] = ["N".repeat(60), "w".repeat(60)];
  const nodes = { [node]: { address: "127.0.1.1" } };
  const body = { cluster: "long-names", networks: { [network]: { cidr: "127.0.1.0/24" } }, nodes };
  expect((await ask("PUT", "/clusters/long-names", { body })).status).toBe(201);
  const name = encodeURIComponent(`${node} - ${network}`);
  expect((await ask("GET", `/clusters/long-names/net-interfaces/${name}`)).status).toBe(200);
});

test("GP22: a move in a time that no alarm can be set for is waited for all the same", async () => {
  const { owner } = await createExchange("far").then(() => joinBoth("far"));
  await owner.renew();
  const body = { target: "NODE2", at: "9999-12-31T00:00:00Z" };
  expect((await ask("POST", "/clusters/far/groups/Exchange/move", { body })).status).toBe(202);
  await owner.renew();
  expect((await ask("POST", "/clusters/far/groups/Exchange/cancel")).status).toBe(200);
});

test("AU5: a refused creation leaves no name behind, and a name may be spelled anew after its cluster is gone", async () => {
  await createExchange("spelling");
  // Not by the route, which would forget that it has found the cluster: another Worker does this.
  await inside("spelling", (object) => {
    object.change({ type: "destroy", actor: "admin", force: true }, unconditional);
  });
  await eventually(names, (known) => !known.includes("spelling"));
  const headers = { "If-Match": "*" };
  await expectProblem(ask("PUT", "/clusters/spelling", { body: exchange("spelling"), headers }), "revision-differs");
  expect(await names()).not.toContain("spelling");
  const created = await ask("PUT", "/clusters/Spelling", { body: exchange("Spelling") });
  expect(created.status).toBe(201);
  expect(await json(ask("GET", "/clusters/spelling"))).toMatchObject({ name: "Spelling" });
});

test("AU11: a creation that is sent again under its key after its cluster is gone creates it, and leaves no name alone", async () => {
  const create = () =>
    ask("PUT", "/clusters/ghost", { body: exchange("ghost"), headers: { "Idempotency-Key": "create" } });
  expect((await create()).status).toBe(201);
  expect((await ask("DELETE", "/clusters/ghost?force", { headers: { "Idempotency-Key": "destroy" } })).status).toBe(
    202,
  );
  await eventually(names, (known) => !known.includes("ghost"));
  expect((await allRows("ghost"))["idempotency"]).toEqual([]);
  expect((await create()).status).toBe(201);
  expect(await names()).toContain("ghost");
  expect((await ask("GET", "/clusters/ghost")).status).toBe(200);
});

test("DF14: a destroy that is sent again under its key while ownerships last is answered again", async () => {
  await createExchange("twice-destroyed");
  await joinBoth("twice-destroyed");
  const destroy = () => ask("DELETE", "/clusters/twice-destroyed?force", { headers: { "Idempotency-Key": "destroy" } });
  const first = await json(destroy());
  expect(await json(destroy())).toEqual(first);
});

test("DF14: when its last ownership has ended, nothing of a cluster is left beside its journal", async () => {
  const at = "/clusters/left";
  await createExchange("left");
  const { owner } = await joinBoth("left");
  await tokenOf("left", { role: "operator" });
  expect((await ask("POST", `${at}/webhooks`, { body: { url: "http://127.0.0.1:9/" } })).status).toBe(201);
  expect((await ask("PUT", `${at}/registry/key?key=App`)).status).toBeLessThan(300);
  const value = { body: { type: "REG_SZ", value: "password" } };
  expect((await ask("PUT", `${at}/registry/value?key=App&name=secret`, value)).status).toBe(200);
  expect((await ask("POST", `${at}/notify-ports`, { body: { filter: ["CLUSTER_CHANGE_GROUP_STATE"] } })).status).toBe(
    201,
  );
  expect((await ask("DELETE", `${at}?force`, { headers: { "Idempotency-Key": "k" } })).status).toBe(202);
  owner.sendRenewal({ released: [{ group: "Exchange", epoch: 1 }] });
  await eventually(names, (known) => !known.includes("left"));
  const rows = await eventually(
    () => allRows("left"),
    ({ webhooks = [], tokens = [] }) => webhooks.length + tokens.length === 0,
  );
  expect(rows).toMatchObject({ registry_keys: [], registry_values: [], notify_ports: [], idempotency: [] });
});

test("DF14: until its last ownership has ended it answers nobody new, but for what its nodes need and how far the end is", async () => {
  const at = "/clusters/ending";
  await createExchange("ending");
  await joinBoth("ending");
  const token = await tokenOf("ending", { role: "operator" });
  const hook = await json<{ id: string }>(ask("POST", `${at}/webhooks`, { body: { url: "http://127.0.0.1:9/" } }));
  const port = { filter: ["CLUSTER_CHANGE_GROUP_STATE"] };
  const { port: open } = await json<{ port: string }>(ask("POST", `${at}/notify-ports`, { token, body: port }));
  const { operation } = await json<{ operation: { id: string } }>(ask("DELETE", `${at}?force`));
  const gone: readonly (readonly [string, string, unknown?])[] = [
    ["GET", ""],
    ["GET", "/events"],
    ["GET", "/failovers"],
    ["GET", "/operations"],
    ["GET", "/watch"],
    ["GET", "/webhooks"],
    ["GET", "/groups/Exchange/explain"],
    ["GET", "/metrics"],
    ["POST", "/simulate", { script: [{ do: "pass" }] }],
    ["POST", "/notify-ports", port],
    ["POST", `/notify-ports/${open}/registrations`, { object: "group", changes: port.filter }],
    ["POST", "/webhooks", { url: "https://example.org/" }],
  ];
  for (const [method, path, body] of gone) {
    const asked = ask(method, `${at}${path}`, { token, ...(body === undefined ? {} : { body }) });
    await expectProblem(asked, "cluster-not-defined");
  }
  await expectProblem(ask("POST", `${at}/tokens`, { body: { role: "reader" } }), "cluster-not-defined");
  await expectProblem(ask("POST", `${at}/webhooks/${hook.id}/rotate-secret`, { token }), "webhook-not-found");
  expect(await json(ask("GET", `${at}/operations/${operation.id}`, { token }))).toMatchObject({ kind: "destroy" });
  expect((await ask("GET", `${at}/notify-ports/${open}/next`, { token })).status).toBe(200);
});

test("AU5: a cluster that could not leave the directory tries again", async () => {
  await createExchange("stuck");
  await inside("stuck", (object) => {
    const { env } = object as unknown as { env: object };
    const away = () => {
      Object.assign(object, { env });
      throw new Error("the directory is away");
    };
    Object.assign(object, { env: { ...env, DIRECTORY: { getByName: away } } });
  });
  expect((await ask("DELETE", "/clusters/stuck?force")).status).toBe(202);
  await eventually(
    () => inside("stuck", (_, { storage }) => storage.getAlarm()),
    (at) => at !== null,
  );
  expect(await names()).toContain("stuck");
  await runDurableObjectAlarm(stubOf("stuck"));
  await eventually(names, (known) => !known.includes("stuck"));
});

test("EN11: what a host that is off still holds of a destroyed cluster ends by confirm-down, and the name is free", async () => {
  await createExchange("afterlife");
  const { owner, standby } = await joinBoth("afterlife");
  for (const { line } of [owner, standby]) line.close();
  expect((await ask("DELETE", "/clusters/afterlife?force")).status).toBe(202);
  expect(await names()).toContain("afterlife");
  expect((await ask("POST", "/clusters/afterlife/nodes/NODE1/confirm-down")).status).toBe(200);
  await eventually(names, (known) => !known.includes("afterlife"));
});
