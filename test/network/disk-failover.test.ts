import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Child } from "../../src/cli/local/child.ts";
import { exchange } from "../../src/cli/local/exchange.ts";
import { openExchange, type TestExchange } from "../e2e/support.ts";
import { until } from "../support/until.ts";
import { type LoopDevice, makeLoopDevice } from "./loop-device.ts";

/** The knowledge-base group with a mounted disk. Both nodes are this host: what the first has mounted, the second would find there. */

let cluster: TestExchange;
let disk: LoopDevice;
/** Of NODE1, which has the group. */
let agent: Child;
beforeAll(async () => {
  disk = await makeLoopDevice();
  cluster = await openExchange();
  agent = cluster.running.startAgent("NODE1");
  await cluster.bound("NODE1");
  await addDisk();
}, 60_000);
afterAll(async () => {
  await cluster.close();
  await disk.remove();
});

async function addDisk(): Promise<void> {
  const { device: Device, mountPoint: MountPoint } = disk;
  await cluster.running.ask((client) =>
    client.createResource(exchange.cluster, exchange.group, {
      name: "Store",
      type: "Physical Disk",
      properties: { Device, MountPoint },
    }),
  );
  await until(() => disk.isMounted() && isOnlineOn("NODE1"), 20_000, "the disk online");
}

const isOnlineOn = async (owner: string): Promise<boolean> => {
  const group = await cluster.group();
  return group.owner === owner && group.state === "Online";
};
const stamp = (): unknown => JSON.parse(readFileSync(join(disk.mountPoint, ".bridgehead-epoch"), "utf8"));

test("DR14 what a killed agent has mounted is unmounted before its next run joins", { timeout: 60_000 }, async () => {
  const { running } = cluster;
  const { epoch } = await cluster.group();
  await agent.kill();
  expect(disk.isMounted()).toBe(true);
  agent = running.startAgent("NODE1");
  await until(async () => (await cluster.group()).epoch > epoch && isOnlineOn("NODE1"), 30_000, "its next epoch");
  const log = readFileSync(running.logFile("NODE1"), "utf8");
  expect(log).toContain("left-over-gone");
  expect(log.indexOf("left-over-gone")).toBeLessThan(log.lastIndexOf("joined"));
  // It was silent, and is the same machine: nobody has to confirm anything.
  expect(log).not.toContain("holder-not-fenced");
  expect(stamp()).toMatchObject({ node: "NODE1" });
});

test(
  "DR20 after a silence the disk waits on the next node until an operator says that the host is off",
  { timeout: 90_000 },
  async () => {
    const { running } = cluster;
    running.startAgent("NODE2");
    await until(async () => (await cluster.view()).nodes["NODE2"]?.leaseRemainingMs != null, 10_000, "NODE2 up");
    expect(stamp()).toMatchObject({ cluster: exchange.cluster, group: exchange.group, node: "NODE1" });

    await agent.kill();
    // Another host would not have it.
    await promisify(execFile)("umount", [disk.mountPoint]);
    const problem = async () => (await cluster.group()).resources["Store"]?.problem;
    await until(async () => (await problem())?.code === "holder-not-fenced", 30_000, "that it is refused");
    expect((await problem())?.message).toContain("bridgehead node confirm-down NODE1 --cluster exchange");
    expect(disk.isMounted()).toBe(false);

    await running.ask((client) => client.confirmNodeDown(exchange.cluster, "NODE1"));
    await until(() => isOnlineOn("NODE2"), 30_000, "the group online");
    expect(stamp()).toMatchObject({ node: "NODE2" });
  },
);
