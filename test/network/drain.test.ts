import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { recordAddress } from "./address-record.ts";
import { callFrom, serve } from "./connections.ts";
import { virtualAddress, virtualAddress6 } from "./lan.ts";
import { cluster, expectOk, group, openStage, type Stage } from "./stage.ts";

const ttlMs = 2_000;
let stage: Stage;
let owner = "NODE1";

beforeAll(async () => {
  stage = await openStage({ ttlMs, renewMs: ttlMs / 4 });
  for (const name of ["NODE1", "NODE2"]) await serve(stage.node(name));
  stage.startAgent("NODE1");
  await stage.ownerIs("NODE1");
  stage.startAgent("NODE2");
  await until(
    async () => (await expectOk(stage.client.getCluster(cluster))).nodes["NODE2"]?.state === "Up",
    30_000,
    "NODE2",
  );
});
afterAll(() => stage.close());

const other = (name: string): string => (name === "NODE1" ? "NODE2" : "NODE1");

async function limitIs(DrainTimeout: number): Promise<void> {
  for (const resource of ["IP", "IP6"]) {
    const what = { kind: "resource", group, name: resource } as const;
    await expectOk(stage.client.setProperties(cluster, what, "private", { DrainTimeout }));
  }
  await stage.ownerIs(owner);
  // The agent has it with the next assignment, which is on its way before this answer is.
  await delay(100);
}

/** Begins a move to the other node; resolves when it is carried out, with the milliseconds until the address had left. */
async function move(): Promise<{ leftMs: number }> {
  const [from, to] = [owner, other(owner)];
  const records = await Promise.all([from, to].map((name) => recordAddress(stage.node(name), virtualAddress)));
  const begunAt = Date.now();
  await expectOk(stage.client.moveGroup(cluster, group, { target: to }));
  await stage.ownerIs(to);
  owner = to;
  await Promise.all(records.map((record) => record.end()));
  const [left = Infinity] = records.flatMap((record) => record.events()).map(({ at }) => at);
  return { leftMs: left - begunAt };
}

const draining = async (name: string): Promise<string> =>
  (await stage.node(name).run("nft", "list", "ruleset")).match(/set draining[46] \{[^}]*\}/g)?.join() ?? "no set";
const resetsOf = (name: string): string[] => stage.logOf(name).match(/connections-reset: \d+/g) ?? [];

test("LX13: a connection that ends while its address drains is not reset, and a new one reaches the next owner, on both families", async () => {
  await limitIs(20_000);
  const [from, to] = [owner, other(owner)];
  const peer = stage.lan.host("PEER");
  const addresses = [virtualAddress, virtualAddress6];
  const open = addresses.map((address) => callFrom(peer, address, 2_500));
  await until(async () => open.every((one) => one.at("greeted") !== null), 5_000);
  const resets = resetsOf(from).length;
  const moved = move();
  await delay(500);
  expect(await draining(from)).toContain("elements");
  const late = addresses.map((address) => callFrom(peer, address, 200));
  await Promise.all([...open.map((one) => one.ended()), moved]);
  for (const one of open) expect(one.said().at(-1)).toMatch(/^finished/);
  for (const one of late) {
    await one.ended();
    expect(one.said().map((line) => line.replace(/ \d+$/, ""))).toEqual(["connected", `greeted by ${to}`, "finished"]);
  }
  expect(resetsOf(from)).toHaveLength(resets);
  expect((await moved).leftMs, "as soon as they had ended, and not at the limit").toBeLessThan(4_000);
  expect(await draining(from)).not.toContain("elements");
});

test("LX13: one that does not end is reset when the time is over, and that is told with its number", async () => {
  await limitIs(1_000);
  const from = owner;
  const open = callFrom(stage.lan.host("PEER"), virtualAddress, 20_000);
  await until(async () => open.at("greeted") !== null, 5_000);
  const { leftMs } = await move();
  await open.ended();
  expect(open.said().at(-1)).toMatch(/^broken/);
  expect(leftMs).toBeGreaterThan(1_000);
  expect(leftMs).toBeLessThan(1_500);
  expect(resetsOf(from).at(-1)).toBe("connections-reset: 1");
  await until(async () => {
    const { events } = await expectOk(stage.client.events(cluster, 0, 1_000));
    return events.some(({ sentence }) => sentence.includes("were open when its draining ended"));
  }, 5_000);
});

test("LX13: a move that is called off lets new connections in again, and the open one goes on", async () => {
  await limitIs(20_000);
  const peer = stage.lan.host("PEER");
  const open = callFrom(peer, virtualAddress, 3_000);
  await until(async () => open.at("greeted") !== null, 5_000);
  await expectOk(stage.client.moveGroup(cluster, group, { target: other(owner) }));
  await until(async () => (await draining(owner)).includes("elements"), 2_000);
  await expectOk(stage.client.commandGroup(cluster, group, "cancel"));
  await until(async () => !(await draining(owner)).includes("elements"), 2_000);
  const late = callFrom(peer, virtualAddress, 200);
  await Promise.all([open.ended(), late.ended()]);
  expect(late.said().map((line) => line.replace(/ \d+$/, ""))).toEqual([
    "connected",
    `greeted by ${owner}`,
    "finished",
  ]);
  expect(open.said().at(-1)).toMatch(/^finished/);
});

test("LX13: what a killed agent has left of a drain is gone with its next run", async () => {
  await limitIs(20_000);
  const from = owner;
  const open = callFrom(stage.lan.host("PEER"), virtualAddress, 20_000);
  await until(async () => open.at("greeted") !== null, 5_000);
  await expectOk(stage.client.moveGroup(cluster, group, { target: other(from) }));
  await until(async () => (await draining(from)).includes("elements"), 2_000);
  await stage.killAll(from);
  owner = other(from);
  await stage.ownerIs(owner);
  await open.ended();
  stage.startAgent(from);
  await until(async () => (await expectOk(stage.client.getCluster(cluster))).nodes[from]?.state === "Up", 30_000, from);
  await move();
  expect(await draining(from)).not.toContain("elements");
  const fresh = callFrom(stage.lan.host("PEER"), virtualAddress, 200);
  await fresh.ended();
  expect(fresh.at(`greeted by ${from}`)).not.toBeNull();
});

test("GU3: an agent that is killed while it drains: its guard releases only what is gone, and so at once", async () => {
  await limitIs(20_000);
  const [from, to] = [owner, other(owner)];
  const open = callFrom(stage.lan.host("PEER"), virtualAddress, 20_000);
  await until(async () => open.at("greeted") !== null, 5_000);
  await expectOk(stage.client.moveGroup(cluster, group, { target: to }));
  await until(async () => (await draining(from)).includes("elements"), 2_000);
  const records = await Promise.all([from, to].map((name) => recordAddress(stage.node(name), virtualAddress)));
  const killedAt = Date.now();
  stage.agent(from).kill("SIGKILL");
  owner = to;
  await stage.ownerIs(to);
  await Promise.all([open.ended(), ...records.map((record) => record.end())]);
  const events = records.flatMap((record) => record.events()).toSorted((a, b) => a.at - b.at);
  expect(events.map(({ host, what }) => `${host} ${what}`)).toEqual([`${from} removed`, `${to} added`]);
  expect((events[1]?.at ?? Infinity) - killedAt, "sooner than a lease").toBeLessThan(ttlMs);
  stage.startAgent(from);
  await until(async () => (await expectOk(stage.client.getCluster(cluster))).nodes[from]?.state === "Up", 30_000, from);
});

test("LX13: with nothing open a move waits for nothing", async () => {
  await limitIs(20_000);
  const { leftMs } = await move();
  expect(leftMs, "not even a round of looking again").toBeLessThan(1_000);
});
