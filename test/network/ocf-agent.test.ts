import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import { exchange } from "../../src/cli/local/exchange.ts";
import { openExchange, type TestExchange } from "../e2e/support.ts";
import { until } from "../support/until.ts";

let cluster: TestExchange | null = null;
afterEach(async () => {
  await cluster?.close();
  cluster = null;
});

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

const isOnlineOn = async (opened: TestExchange, owner: string): Promise<boolean> => {
  const group = await opened.group();
  return group.owner === owner && group.state === "Online";
};

test(
  "DR13 an agent of Debian's resource-agents is started, watched, found failed, restarted, and fails over",
  { timeout: 90_000 },
  async () => {
    const opened = await openExchange();
    cluster = opened;
    const { running } = opened;
    for (const node of exchange.nodes) running.startAgent(node);
    await opened.bound("NODE1");
    await until(async () => (await opened.view()).nodes["NODE2"]?.leaseRemainingMs != null, 10_000, "NODE2 up");
    const state = await addDummy(opened);
    const isThere = async (owner: string) => existsSync(state) && (await isOnlineOn(opened, owner));
    await until(() => isThere("NODE1"), 20_000, "the agent's resource online");

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
    await until(async () => (await opened.group()).resources["Dummy"]?.state === "Offline", 20_000, "that it is told");
  },
);

test("DR14 what a killed agent has left is stopped before its next run joins", { timeout: 60_000 }, async () => {
  const opened = await openExchange();
  cluster = opened;
  const { running } = opened;
  const agent = running.startAgent("NODE1");
  await opened.bound("NODE1");
  const state = await addDummy(opened);
  await until(() => existsSync(state), 20_000, "the agent's resource online");
  await until(() => isOnlineOn(opened, "NODE1"), 20_000, "that it is told");
  await agent.kill();
  expect(existsSync(state)).toBe(true);
  const { epoch } = await opened.group();
  running.startAgent("NODE1");
  await until(() => !existsSync(state), 20_000, "its stop by the next run");
  await until(async () => (await opened.group()).epoch > epoch && existsSync(state), 20_000, "its next epoch");
  const log = readFileSync(running.logFile("NODE1"), "utf8");
  expect(log.indexOf("left-over-gone")).toBeLessThan(log.lastIndexOf("joined"));
  expect(log).toContain("left-over-gone");
});
