// Time without the virtual IP, for each way in which a node can lose it, on hosts that are network namespaces:
//   node bench/failover/main.ts [rounds] [ttlMs] [part of a scene's name]
// Needs root, iproute2, nftables, iputils-arping and tshark. What it made it removes.
import { setTimeout as delay } from "node:timers/promises";
import { virtualAddress } from "../../test/network/lan.ts";
import { cluster, expectOk, group, openStage } from "../../test/network/stage.ts";
import { until } from "../../test/support/until.ts";
import { heading, judge, row, type Watched } from "./round.ts";
import { type Scene, scenes } from "./scenes.ts";
import { openWatch } from "./watch.ts";
import { captureFrames } from "./watchers.ts";

const rounds = Number(process.argv[2] ?? 10);
const ttlMs = Number(process.argv[3] ?? 2_000);
const only = process.argv[4];
const names = ["NODE1", "NODE2"] as const;

const stage = await openStage({ ttlMs, renewMs: Math.floor(ttlMs / 4) });
try {
  const watch = await openWatch(stage.lan, names);
  for (const name of names) stage.startAgent(name);
  await bothUp();
  console.log(`ttl ${ttlMs} ms, milliseconds (least/median/most)\n${heading}`);
  for (const scene of scenes.filter(({ name }) => only === undefined || name.includes(only))) {
    const capture = await captureFrames(stage.lan, names, virtualAddress);
    const watched: Watched[] = [];
    for (let round = 0; round < rounds; round += 1) watched.push(await play(scene, round));
    const frames = await capture.end();
    const judged = watched.map((one) => judge(one, frames));
    console.log(row(scene.name, judged));
  }

  async function play(scene: Scene, round: number): Promise<Watched> {
    let mend = async (): Promise<void> => {};
    const seen = await watch(await ownerNow(), async (of) => {
      const after = await scene.play(stage, { ...of, round, ttlMs });
      mend = after.mend;
      return async () => {
        await stage.ownerIs(of.standby, 30_000);
        await after.wait();
      };
    });
    await mend();
    await bothUp();
    // Announcements and what an ended process left are over: rounds do not weigh on each other.
    await delay(300);
    return seen;
  }
} finally {
  await stage.close();
}

async function ownerNow(): Promise<string> {
  return (await expectOk(stage.client.getCluster(cluster))).groups[group]?.owner ?? "";
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
