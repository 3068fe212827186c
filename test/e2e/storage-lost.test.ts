import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { freeStage } from "../../src/cli/demo/stage.ts";
import { exchange, startExchange, type RunningExchange } from "../../src/cli/local/exchange.ts";
import { clusterFile } from "../../src/cli/workerd/object-files.ts";
import { until } from "../support/until.ts";

let folder = "";
let running: RunningExchange | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
  rmSync(folder, { recursive: true, force: true });
});

test(
  "DK4 a cluster whose database is gone is defined anew, and the first agent that comes shows what it has seen: the next epoch is above",
  { timeout: 60_000 },
  async () => {
    folder = mkdtempSync(join(tmpdir(), "bridgehead-lost-"));
    const stage = await freeStage(folder);
    const start = async (): Promise<RunningExchange> => {
      running = await startExchange({ ...stage, folder: stage.stateFolder, port: 0 });
      for (const node of exchange.nodes) running.startAgent(node);
      return running;
    };
    const epochOf = async (cluster: RunningExchange): Promise<number> => {
      let epoch = 0;
      await until(
        async () => {
          const view = await cluster.ask((client) => client.getCluster(exchange.cluster));
          const group = view.groups[exchange.group];
          epoch = group?.epoch ?? 0;
          return group?.state === "Online";
        },
        20_000,
        "the group online",
      );
      return epoch;
    };
    const first = await start();
    await epochOf(first);
    const there = await first.ask((client) => client.getCluster(exchange.cluster));
    const target = there.groups[exchange.group]?.owner === "NODE1" ? "NODE2" : "NODE1";
    await until(
      async () => {
        const view = await first.ask((client) => client.getCluster(exchange.cluster));
        return view.nodes[target]?.state === "Up";
      },
      10_000,
      "the target up",
    );
    await first.ask((client) => client.moveGroup(exchange.cluster, exchange.group, { target }));
    await until(async () => (await epochOf(first)) > 1, 20_000, "the second epoch");
    const { generation } = await first.ask((client) => client.getCluster(exchange.cluster));
    await first.stop();
    running = null;

    for (const end of ["", "-wal", "-shm"]) {
      rmSync(clusterFile(stage.stateFolder, exchange.cluster) + end, { force: true });
    }
    const again = await start();
    expect(again.controlPlane.warnings).toEqual([expect.stringContaining(`cluster ${exchange.cluster}`)]);
    expect(await epochOf(again)).toBeGreaterThan(2);
    const view = await again.ask((client) => client.getCluster(exchange.cluster));
    expect(view.generation).toBeGreaterThan(generation);
    const { events } = await again.ask((client) => client.events(exchange.cluster, 0));
    expect(events.filter(({ kind }) => kind === "object.rolled-back")).not.toEqual([]);
  },
);
