import { evictDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, test } from "vitest";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { type Notifications, notificationsSchema, notifyPortSchema } from "../../src/protocol/notify.ts";
import { limits } from "../../src/cluster/limits.ts";
import { allRows, ask, createExchange, eventually, expectProblem, inside, json, stubOf, tokenOf } from "./support.ts";

const at = "/clusters/notify";
const states = ["CLUSTER_CHANGE_NODE_STATE"];

async function open(body: unknown, token?: string): Promise<string> {
  const response = await ask("POST", `${at}/notify-ports`, { body, ...(token === undefined ? {} : { token }) });
  expect(response.status, await response.clone().text()).toBe(201);
  return notifyPortSchema.strict().parse(await response.json()).port;
}
const next = (port: string, timeoutMs = 0) => ask("GET", `${at}/notify-ports/${port}/next?timeoutMs=${timeoutMs}`);
async function told(port: string): Promise<Notifications> {
  return notificationsSchema.strict().parse(await json(next(port)));
}
const names = ({ notifications }: Notifications) => notifications.map(({ name }) => name);
const pause = (node: string) => ask("POST", `${at}/nodes/${node}/pause`);
const resume = (node: string) => ask("POST", `${at}/nodes/${node}/resume`);
const setValue = (key: string, name: string, value: number) =>
  ask("POST", `${at}/registry-batch`, {
    body: {
      commands: [
        { command: "create-key", key },
        { command: "set-value", key, name, data: { type: "REG_DWORD", value } },
      ],
    },
  });

beforeAll(async () => {
  await createExchange("notify");
});

describe("a port", () => {
  test("NT2: tells what its filter asks for from when it was made, once and in order", async () => {
    await pause("NODE2");
    await resume("NODE2");
    const port = await open({ filter: states, notifyKey: "all nodes" });
    expect((await next(port)).status).toBe(204);
    await pause("NODE1");
    await setValue("App", "unwanted", 1);
    await resume("NODE1");
    await pause("NODE2");
    const first = await told(port);
    expect(first).toMatchObject({ gap: null });
    expect(first.notifications).toMatchObject([
      { changes: states, bits: 1, object: "node", name: "NODE1", notifyKey: "all nodes" },
      { name: "NODE1" },
      { name: "NODE2" },
    ]);
    const seqs = first.notifications.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(first.position).toBeGreaterThanOrEqual(seqs.at(-1) ?? Infinity);
    expect((await next(port)).status).toBe(204);
    await resume("NODE2");
    expect(names(await told(port))).toEqual(["NODE2"]);
  });

  test("NT1: a resource type that is made and deleted is told to who asked for types", async () => {
    const changes = ["CLUSTER_CHANGE_RESOURCE_TYPE_ADDED"];
    const port = await open({ registrations: [{ object: "resource-type", changes }] });
    const body = { name: "Told Disk", basedOn: "Physical Disk" };
    expect((await ask("POST", `${at}/resource-types`, { body })).status).toBe(201);
    expect((await told(port)).notifications).toMatchObject([{ changes }]);
    expect((await ask("DELETE", `${at}/resource-types/Told%20Disk`)).status).toBe(200);
  });

  test("NT2: more than one answer holds is told by several", async () => {
    const port = await open({ filter: states });
    const times = protocolLimits.notifications / 2 + 1;
    for (let n = 0; n < times; n++) {
      await pause("NODE1");
      await resume("NODE1");
    }
    const [first, second] = [await told(port), await told(port)];
    expect(first.notifications).toHaveLength(protocolLimits.notifications);
    expect(second.notifications).toHaveLength(2);
    expect(second.notifications[0]?.seq).toBeGreaterThan(first.notifications.at(-1)?.seq ?? Infinity);
  });

  test("NT2: goes on where it was after an eviction", async () => {
    const nodes = await open({ filter: states });
    await pause("NODE1");
    await evictDurableObject(stubOf("notify"));
    await resume("NODE1");
    expect(names(await told(nodes))).toEqual(["NODE1", "NODE1"]);
  });

  test("NT2: what nobody wants is not written for each entry of the journal", async () => {
    const port = await open({ filter: ["CLUSTER_CHANGE_GROUP_STATE"] });
    const before = (await allRows("notify"))["notify_ports"];
    await pause("NODE1");
    await resume("NODE1");
    expect((await next(port)).status).toBe(204);
    expect((await allRows("notify"))["notify_ports"]).toEqual(before);
  });
});

test("NT8: who says how far it got is told again what was lost on the way, until it says that it has it", async () => {
  const port = await open({ filter: states });
  const after = async (position: number) =>
    notificationsSchema.parse(await json(ask("GET", `${at}/notify-ports/${port}/next?after=${position}`)));
  const { last } = await json<{ last: number }>(ask("GET", `${at}/events?limit=1`));
  await pause("NODE1");
  const lost = await after(last);
  await resume("NODE1");
  const again = await after(last);
  expect(lost.notifications).toHaveLength(1);
  expect(again.notifications).toHaveLength(2);
  expect(again.notifications[0]).toEqual(lost.notifications[0]);
  expect((await ask("GET", `${at}/notify-ports/${port}/next?after=${again.position}`)).status).toBe(204);
  // The port has moved to what was said, also for who says nothing.
  expect((await next(port)).status).toBe(204);
  expect((await after(again.position + 1_000)).gap).toEqual({
    after: again.position + 1_000,
    resumesAt: again.position,
  });
});

describe("registrations", () => {
  test("NT3: a port is told of the object that it registered for, and of no other", async () => {
    const port = await open({ registrations: [{ object: "node", name: "node2", changes: states, notifyKey: "two" }] });
    await pause("NODE1");
    await pause("NODE2");
    expect((await told(port)).notifications).toMatchObject([{ name: "NODE2", notifyKey: "two" }]);
    const body = { object: "node", name: "NODE1", changes: states, notifyKey: "one" };
    expect((await ask("POST", `${at}/notify-ports/${port}/registrations`, { body })).status).toBe(200);
    await resume("NODE1");
    await resume("NODE2");
    expect((await told(port)).notifications.map(({ notifyKey }) => notifyKey)).toEqual(["one", "two"]);
  });

  test("NT3: of the registry, by key and below", async () => {
    await setValue("Watched/Sub", "v", 0);
    const changes = ["CLUSTER_CHANGE_REGISTRY_VALUE"];
    const key = await open({ registrations: [{ object: "registry", name: "watched", changes }] });
    const all = ["CLUSTER_CHANGE_REGISTRY_VALUE", "CLUSTER_CHANGE_REGISTRY_SUBTREE"];
    const tree = await open({ registrations: [{ object: "registry", name: "Watched", changes: all }] });
    await setValue("Watched/Sub", "v", 1);
    await setValue("Elsewhere", "v", 1);
    await setValue("Watched", "v", 1);
    expect(names(await told(key))).toEqual(["Watched"]);
    expect(names(await told(tree))).toEqual(["Watched/Sub", "Watched"]);
  });

  test.each([
    { object: "node", name: "NODE9", changes: states },
    { object: "registry", name: "Nowhere", changes: ["CLUSTER_CHANGE_REGISTRY_VALUE"] },
    { object: "cluster", name: "other", changes: ["CLUSTER_CHANGE_CLUSTER_PROPERTY"] },
  ])("NT3: %j is for nothing that is there", async (registration) => {
    const port = await open({});
    const before = await allRows("notify");
    await expectProblem(
      ask("POST", `${at}/notify-ports`, { body: { registrations: [registration] } }),
      "object-not-found",
    );
    const path = `${at}/notify-ports/${port}/registrations`;
    await expectProblem(ask("POST", path, { body: registration }), "object-not-found");
    expect(await allRows("notify")).toEqual(before);
  });

  test("NT3: a change of another type of object is no change of this one", async () => {
    const body = { registrations: [{ object: "group", changes: states }] };
    const problem = await expectProblem(ask("POST", `${at}/notify-ports`, { body }), "invalid-request");
    expect(problem.problems).toMatchObject([{ path: "/registrations/0/changes/0", code: "change-of-another-object" }]);
  });
});

describe("waiting", () => {
  const waiting = (count: number) =>
    eventually(
      () => inside("notify", ({ waiters }) => waiters.count),
      (now) => now === count,
    );

  test("NT5: an answer comes as soon as there is something that the port wants", async () => {
    const port = await open({ filter: states });
    const began = Date.now();
    const answer = next(port, 20_000);
    await waiting(1);
    await setValue("App", "unwanted", began);
    await waiting(1);
    await pause("NODE1");
    expect(names(notificationsSchema.parse(await json(answer)))).toEqual(["NODE1"]);
    expect(Date.now() - began).toBeLessThan(10_000);
    await resume("NODE1");
  });

  test("NT5: when the time is over the answer is 204, and nothing is lost", async () => {
    const port = await open({ filter: states });
    const response = await next(port, 50);
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");
    await pause("NODE1");
    await resume("NODE1");
    expect(names(await told(port))).toEqual(["NODE1", "NODE1"]);
  });

  test("NT6: who is gone makes room when its time is over", async () => {
    const port = await open({ filter: states });
    let now = Date.now();
    await inside("notify", (object) => {
      object.clock = () => now;
      for (let n = object.waiters.count; n < protocolLimits.waiters; n++) void object.waiters.wait(null, now, 1_000);
    });
    await expectProblem(next(port, 20_000), "too-many-waiters");
    expect((await next(port)).status).toBe(204);
    now += 1_000;
    const answer = next(port, 20_000);
    await waiting(1);
    await pause("NODE1");
    expect((await answer).status).toBe(200);
    await resume("NODE1");
    await inside("notify", (object) => {
      object.clock = () => Date.now();
    });
  });

  test("NT6: who waits while the object is lost is answered when the time is over", async () => {
    const port = await open({ filter: states });
    const answer = next(port, 300);
    await waiting(1);
    await evictDurableObject(stubOf("notify"));
    expect((await answer).status).toBe(204);
    expect(await inside("notify", ({ waiters }) => waiters.count)).toBe(0);
  });

  test("NT7: a port that is closed while somebody waits is told to be none, when something happens", async () => {
    const port = await open({ filter: ["CLUSTER_CHANGE_GROUP_STATE"] });
    const answer = next(port, 20_000);
    await waiting(1);
    expect((await ask("DELETE", `${at}/notify-ports/${port}`)).status).toBe(204);
    await pause("NODE1");
    await expectProblem(answer, "notify-port-not-found");
    await resume("NODE1");
    await expectProblem(ask("DELETE", `${at}/notify-ports/${port}`), "notify-port-not-found");
  });

  test.each(["timeoutMs=30001", "timeoutMs=-1", "timeoutMs=x", "wait=1"])("NT5: %s is refused", async (query) => {
    const port = await open({});
    await expectProblem(ask("GET", `${at}/notify-ports/${port}/next?${query}`), "invalid-request");
  });
});

describe("the life of a port", () => {
  test("NT7: it goes when its token is revoked", async () => {
    const made = await json<{ id: string; token: string }>(ask("POST", `${at}/tokens`, { body: { role: "reader" } }));
    const port = await open({ filter: states }, made.token);
    expect((await next(port)).status).toBe(204);
    await ask("DELETE", `${at}/tokens/${made.id}`);
    await expectProblem(next(port), "notify-port-not-found");
  });

  test("NT7: it is forgotten when nobody asked for an hour, and not when somebody did", async () => {
    const [asked, left] = [await open({ filter: states }), await open({ filter: states })];
    let now = Date.now();
    await inside("notify", (object) => {
      object.clock = () => now;
    });
    now += protocolLimits.notifyPortIdleMs / 2;
    expect((await next(asked)).status).toBe(204);
    now += protocolLimits.notifyPortIdleMs / 2 + 10_000;
    expect((await next(asked)).status).toBe(204);
    await expectProblem(next(left), "notify-port-not-found");
    const body = { object: "node", changes: states };
    await expectProblem(ask("POST", `${at}/notify-ports/${left}/registrations`, { body }), "notify-port-not-found");
    await open({});
    const rows = (await allRows("notify"))["notify_ports"] as { id: string }[];
    expect(rows.map(({ id }) => id)).not.toContain(left);
    await inside("notify", (object) => {
      object.clock = () => Date.now();
    });
  });

  test("NT7: there are so many ports, and so many registrations of one", async () => {
    const registration = { object: "node", changes: states };
    const full = await open({
      filter: states,
      registrations: Array.from({ length: protocolLimits.notifyRegistrations }, () => registration),
    });
    const path = `${at}/notify-ports/${full}/registrations`;
    await expectProblem(ask("POST", path, { body: registration }), "too-many-registrations");
    const { length } = (await allRows("notify"))["notify_ports"] ?? [];
    const token = await tokenOf("notify", { role: "reader" });
    const ofToken = () => ask("POST", `${at}/notify-ports`, { token, body: {} });
    for (let n = 0; n < protocolLimits.notifyPorts / 2; n++) expect((await ofToken()).status).toBe(201);
    await expectProblem(ofToken(), "too-many-notify-ports");
    const left = protocolLimits.notifyPorts / 2 - length;
    for (let n = 0; n < left; n++) await open({});
    await expectProblem(ask("POST", `${at}/notify-ports`, { body: {} }), "too-many-notify-ports");
    await ask("DELETE", `${at}/notify-ports/${full}`);
    await open({});
  });

  test.each(["x", "0123456789abcdef", "constructor"])("NT7: %j is no port's id", async (port) => {
    const problem = await expectProblem(next(port), "invalid-request");
    expect(problem.problems?.[0]?.path).toBe("/path/port");
  });
});

test("NT4: a port that missed what is not there any more is told of the gap", async () => {
  await createExchange("gap");
  const token = await tokenOf("gap", { role: "reader" });
  const path = "/clusters/gap/notify-ports";
  const opened = await json<{ port: string; position: number }>(
    ask("POST", path, { token, body: { filter: ["CLUSTER_CHANGE_NODE_STATE"] } }),
  );
  const { oldest, last } = await inside("gap", ({ store: { journal } }) => {
    const [first] = journal.after(0, 1);
    if (first === undefined) throw new Error("the journal is empty");
    const from = journal.last + 1;
    const until = from + limits.journal + protocolLimits.journalTrimBatch;
    for (let seq = from; seq < until; seq++) journal.add({ ...first, seq, kind: "node.left", node: "NODE1" });
    return { oldest: journal.oldest ?? 0, last: journal.last };
  });
  const answer = notificationsSchema.parse(await json(ask("GET", `${path}/${opened.port}/next`, { token })));
  expect(answer.gap).toEqual({ after: opened.position, resumesAt: oldest - 1 });
  expect(answer.notifications[0]?.seq).toBe(oldest);
  const again = notificationsSchema.parse(await json(ask("GET", `${path}/${opened.port}/next`, { token })));
  expect(again.gap).toBeNull();
  expect(again.notifications[0]?.seq).toBe(oldest + protocolLimits.notifications);
  expect(last).toBeGreaterThan(limits.journal);
});
