import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { recordAddress, type AddressRecord } from "./address-record.ts";
import { virtualAddress, virtualAddress6 } from "./lan.ts";
import { expectOk, cluster, group, openStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ ttlMs: 2_000, renewMs: 500 });
});
afterAll(() => stage.close());

test("LX1: the address is on the owner, moves with the group, and a peer reaches it", async () => {
  const records: AddressRecord[] = [];
  for (const name of ["NODE1", "NODE2"]) records.push(await recordAddress(stage.node(name), virtualAddress));
  stage.startAgent("NODE1");
  await stage.ownerIs("NODE1").catch((error: unknown) => {
    throw new Error(`${String(error)}\n${stage.logOf("NODE1")}`);
  });
  stage.startAgent("NODE2");
  const peer = stage.lan.host("PEER");
  for (const address of [virtualAddress, virtualAddress6]) await peer.run("ping", "-c", "1", "-W", "1", address);
  await until(async () => (await expectOk(stage.client.getCluster(cluster))).nodes["NODE2"]?.state === "Up", 10_000);
  await expectOk(stage.client.moveGroup(cluster, group, { target: "NODE2" }));
  await stage.ownerIs("NODE2");
  for (const address of [virtualAddress, virtualAddress6]) await peer.run("ping", "-c", "1", "-W", "1", address);
  const events = records.flatMap((record) => record.events()).toSorted((a, b) => a.at - b.at);
  expect(events.map(({ host, what }) => `${host} ${what}`)).toEqual(["NODE1 added", "NODE1 removed", "NODE2 added"]);
  for (const record of records) await record.end();
});

test("LX2: the guard takes away what an agent leaves that is killed, and releases it: a crash does not cost a lease", async () => {
  const records: AddressRecord[] = [];
  for (const name of ["NODE1", "NODE2"]) records.push(await recordAddress(stage.node(name), virtualAddress));
  stage.agent("NODE2").kill("SIGKILL");
  await stage.ownerIs("NODE1");
  const events = records.flatMap((record) => record.events()).toSorted((a, b) => a.at - b.at);
  console.log(events, stage.logOf("NODE1"), stage.logOf("NODE2"));
  for (const record of records) await record.end();
});
