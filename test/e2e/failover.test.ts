import { afterEach, expect, test } from "vitest";
import { exchange } from "../../src/cli/local/exchange.ts";
import { openExchange, socketsOf, watchSockets, type TestExchange } from "./support.ts";
import { until } from "../support/until.ts";

/** More of them in CI: each takes some three seconds. */
const repetitions = Number(process.env["BRIDGEHEAD_FAILOVERS"] ?? 2);
/** ttl, a renewal interval, and what a loaded machine needs for processes. */
const longestFailoverMs = 2_000 + 500 + 300;

let cluster: TestExchange | null = null;
afterEach(async () => {
  await cluster?.close();
  cluster = null;
});

test(
  "EE3 when the active agent is killed the standby owns in time, higher, and never two hold the address",
  { timeout: 30_000 + repetitions * 20_000 },
  async () => {
    const opened = await openExchange();
    cluster = opened;
    const { running, stage } = opened;
    const agents = Object.fromEntries(exchange.nodes.map((node) => [node, running.startAgent(node)]));
    let [active, standby] = exchange.nodes as readonly ["NODE1" | "NODE2", "NODE1" | "NODE2"];
    let epoch = await opened.bound(active);
    const tookMs: number[] = [];
    for (let turn = 0; turn < repetitions; turn += 1) {
      await until(async () => (await opened.view()).nodes[standby]?.leaseRemainingMs != null, 10_000, `${standby} up`);
      const sockets = watchSockets(stage.virtualAddress, stage.peer.port);
      const killedAt = performance.now();
      await agents[active]?.kill();
      const next = await opened.bound(standby, 10_000);
      tookMs.push(performance.now() - killedAt);
      expect(next).toBeGreaterThan(epoch);
      await until(async () => (await opened.group()).state === "Online", 10_000, "the group online");
      const open = (): number => socketsOf(stage.virtualAddress, stage.peer.port).calling.length;
      await until(() => open() === 1, 10_000, "the association");
      const most = sockets.end();
      expect(most.listening.length, most.listening.join("; ")).toBeLessThanOrEqual(1);
      expect(most.calling.length, most.calling.join("; ")).toBeLessThanOrEqual(1);
      expect(most.samples).toBeGreaterThan(100);
      epoch = next;
      agents[active] = running.startAgent(active);
      [active, standby] = [standby, active];
    }
    expect(Math.max(...tookMs)).toBeLessThan(longestFailoverMs);
  },
);

test("EE4 a move goes to its target, under a higher epoch, and refuses nobody", { timeout: 60_000 }, async () => {
  const opened = await openExchange();
  cluster = opened;
  const { running } = opened;
  for (const node of exchange.nodes) running.startAgent(node);
  const before = await opened.bound("NODE1");
  await until(async () => (await opened.view()).nodes["NODE2"]?.leaseRemainingMs != null, 10_000, "NODE2 up");
  await running.ask((client) => client.moveGroup(exchange.cluster, exchange.group, { target: "NODE2" }));
  expect(await opened.bound("NODE2", 10_000)).toBe(before + 1);
  expect(await opened.verdict("NODE1")).toMatchObject({ decision: "DEFER" });
  const { events } = await running.ask((client) => client.events(exchange.cluster, 0));
  expect(events.filter(({ kind }) => kind === "association.refused")).toEqual([]);
});
