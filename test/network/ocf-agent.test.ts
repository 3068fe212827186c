import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import type { Child } from "../../src/cli/local/child.ts";
import { exchange } from "../../src/cli/local/exchange.ts";
import { openExchange, type TestExchange } from "../e2e/support.ts";
import { until } from "../support/until.ts";

let cluster: TestExchange;
/** Of NODE1, which has the group. */
let agent: Child;
/** There while the agent's resource is online. */
let state = "";
beforeAll(async () => {
  cluster = await openExchange();
  agent = cluster.running.startAgent("NODE1");
  await cluster.bound("NODE1");
  state = await addDummy(cluster);
  await until(() => isThere("NODE1"), 20_000, "the agent's resource online");
}, 60_000);
afterAll(() => cluster.close());

/** The knowledge-base group with an agent of Debian's `resource-agents` in it, whose resource is a file. */
async function addDummy({ running, stage }: TestExchange): Promise<string> {
  const state = join(stage.stateFolder, "dummy.state");
  await running.ask((client) =>
    client.createResource(exchange.cluster, exchange.group, {
      name: "Dummy",
      type: "OCF Agent",
      properties: {
        Agent: "ocf:heartbeat:Dummy",
        Parameters: [`state=${state}`],
        LooksAlivePollInterval: 100,
        RestartThreshold: 1,
      },
    }),
  );
  return state;
}

const isThere = async (owner: string): Promise<boolean> => {
  const group = await cluster.group();
  return existsSync(state) && group.owner === owner && group.state === "Online";
};

test("DR14 what a killed agent has left is stopped before its next run joins", { timeout: 60_000 }, async () => {
  const { running } = cluster;
  await agent.kill();
  expect(existsSync(state)).toBe(true);
  const { epoch } = await cluster.group();
  running.startAgent("NODE1");
  await until(() => !existsSync(state), 20_000, "its stop by the next run");
  await until(async () => (await cluster.group()).epoch > epoch && isThere("NODE1"), 20_000, "its next epoch");
  const log = readFileSync(running.logFile("NODE1"), "utf8");
  expect(log.indexOf("left-over-gone")).toBeLessThan(log.lastIndexOf("joined"));
  expect(log).toContain("left-over-gone");
});

test(
  "DR13 an agent of Debian's resource-agents is started, watched, found failed, restarted, and fails over",
  { timeout: 90_000 },
  async () => {
    const { running } = cluster;
    running.startAgent("NODE2");
    await until(async () => (await cluster.view()).nodes["NODE2"]?.leaseRemainingMs != null, 10_000, "NODE2 up");

    rmSync(state);
    await until(() => isThere("NODE1"), 20_000, "its restart");
    const { events } = await running.ask((client) => client.events(exchange.cluster, 0));
    const failed: JournalEntry | undefined = events.find(({ kind }) => kind === "resource.failed");
    expect(failed).toMatchObject({ resource: "Dummy", mscsId: 1069 });
    expect(failed?.sentence).toContain("No process state file found (OCF_NOT_RUNNING");

    rmSync(state);
    await until(() => isThere("NODE2"), 20_000, "its failover");
    await running.ask((client) => client.commandResource(exchange.cluster, exchange.group, "Dummy", "offline"));
    await until(() => !existsSync(state), 20_000, "its stop");
    await until(async () => (await cluster.group()).resources["Dummy"]?.state === "Offline", 20_000, "that it is told");
  },
);
