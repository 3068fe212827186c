// Time without the virtual IP, for each way in which a node can lose it, on hosts that are network namespaces:
//   node bench/failover/main.ts [rounds] [ttlMs] [part of a scene's name]
// Needs root, iproute2, nftables, iputils-arping and tshark. What it made it removes.
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { recordAddress } from "../../test/network/address-record.ts";
import { virtualAddress } from "../../test/network/lan.ts";
import { cluster, expectOk, group, openStage } from "../../test/network/stage.ts";
import { until } from "../../test/support/until.ts";
import { heading, judge, row, type Watched } from "./round.ts";
import { type Scene, scenes } from "./scenes.ts";
import { captureFrames, macOf, watchNeighbours, watchReached } from "./watchers.ts";

const rounds = Number(process.argv[2] ?? 10);
const ttlMs = Number(process.argv[3] ?? 2_000);
const only = process.argv[4];
const port = 4_102;
const names = ["NODE1", "NODE2"] as const;

const stage = await openStage({ ttlMs, renewMs: Math.floor(ttlMs / 4) });
try {
  const peer = stage.lan.host("PEER");
  const macs = new Map<string, string>();
  for (const name of names) {
    macs.set(name, await macOf(stage.node(name)));
    stage.node(name).start(process.execPath, [join(import.meta.dirname, "listener.ts"), String(port)]);
    stage.startAgent(name);
  }
  await bothUp();
  console.log(`ttl ${ttlMs} ms, milliseconds (least/median/most)\n${heading}`);
  for (const scene of scenes.filter(({ name }) => only === undefined || name.includes(only))) {
    const capture = await captureFrames(stage.lan, names, virtualAddress);
    const watched: Watched[] = [];
    for (let round = 0; round < rounds; round += 1) watched.push(await watch(scene, round));
    const frames = await capture.end();
    console.log(
      row(
        scene.name,
        watched.map((one) => judge(one, frames)),
      ),
    );
  }

  async function watch(scene: Scene, round: number): Promise<Watched> {
    const owner = (await expectOk(stage.client.getCluster(cluster))).groups[group]?.owner ?? "";
    const standby = owner === "NODE1" ? "NODE2" : "NODE1";
    const records = [
      await recordAddress(stage.node(owner), virtualAddress),
      await recordAddress(stage.node(standby), virtualAddress),
    ];
    const neighbours = await watchNeighbours(peer, virtualAddress);
    const reached = await watchReached(peer, virtualAddress, port);
    await until(() => reached.times.length > 10, 10_000, "connections of the peer");
    const startedAt = now();
    const { wait, mend } = await scene.play(stage, { owner, standby, round, ttlMs });
    await stage.ownerIs(standby, 30_000);
    const after = now();
    await until(() => (reached.times.at(-1) ?? 0) > after, 10_000, "the peer's connection to the new owner");
    await wait();
    const endedAt = now();
    for (const one of [...records, neighbours, reached]) await one.end();
    await mend();
    await bothUp();
    // Announcements and what an ended process left are over: rounds do not weigh on each other.
    await delay(300);
    return {
      startedAt,
      endedAt,
      old: { host: owner, mac: macs.get(owner) ?? "" },
      next: { host: standby, mac: macs.get(standby) ?? "" },
      addresses: records.flatMap((record) => record.events()),
      reached: reached.times,
      neighbours: neighbours.seen,
    };
  }
} finally {
  await stage.close();
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

async function bothUp(): Promise<void> {
  await until(
    async () => {
      const { nodes, groups } = await expectOk(stage.client.getCluster(cluster));
      return names.every((name) => nodes[name]?.state === "Up") && groups[group]?.state === "Online";
    },
    60_000,
    "both nodes up",
  );
}
