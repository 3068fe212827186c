// Time without the virtual IP, for each way in which a node can lose it, on hosts that are network namespaces:
//   node bench/failover/main.ts [rounds] [ttlMs] [part of a scene's name]
// Needs root, iproute2, nftables, iputils-arping and tshark. What it made it removes.
import { setTimeout as delay } from "node:timers/promises";
import { virtualAddress } from "../../test/network/lan.ts";
import { cluster, expectOk, group, nodeNames, openStage } from "../../test/network/stage.ts";
import { heading, judge, type Round, row, type Watched } from "./round.ts";
import { type Scene, scenes } from "./scenes.ts";
import { openWatch } from "./watch.ts";
import { captureFrames } from "./watchers.ts";

const rounds = Number(process.argv[2] ?? 10);
const ttlMs = Number(process.argv[3] ?? 2_000);
const only = process.argv[4];
const names = nodeNames;

const stories: string[] = [];
let lastSeq = 0;
const stage = await openStage({ ttlMs, renewMs: Math.floor(ttlMs / 4) });
try {
  const watch = await openWatch(stage.lan, names);
  for (const name of names) stage.startAgent(name);
  await stage.bothUp(60_000);
  console.log(`ttl ${ttlMs} ms, milliseconds (least/median/most)\n${heading}`);
  for (const scene of scenes.filter(({ name }) => only === undefined || name.includes(only))) {
    const capture = await captureFrames(stage.lan, names, virtualAddress);
    const watched: Watched[] = [];
    for (let round = 0; round < rounds; round += 1) watched.push(await play(scene, round));
    const frames = await capture.end();
    const judged = watched.map((one) => judge(one, frames));
    console.log(row(scene.name, judged));
    tellOutliers(judged);
  }

  /** What both nodes said in a round that took twice as long as most, and what the cluster's journal says of it. */
  function tellOutliers(judged: readonly Round[]): void {
    const sorted = judged.map(({ sinceFailure }) => sinceFailure).toSorted((a, b) => a - b);
    const long = 2 * (sorted[Math.floor(sorted.length / 2)] ?? 0);
    for (const [round, { sinceFailure }] of judged.entries()) {
      if (sinceFailure > long) console.error(`round ${round}: ${sinceFailure.toFixed(0)} ms\n${stories[round] ?? ""}`);
    }
  }

  /** What the journal has more than last time. */
  async function news() {
    const { events } = await expectOk(stage.client.events(cluster, lastSeq, 1_000));
    lastSeq = events.at(-1)?.seq ?? lastSeq;
    return events;
  }

  async function play(scene: Scene, round: number): Promise<Watched> {
    await news();
    const before = names.map((name) => stage.logOf(name).length);
    let mend = async (): Promise<void> => {};
    const seen = await watch(await ownerNow(), async (of) => {
      const after = await scene.play(stage, { ...of, round, ttlMs });
      mend = after.mend;
      return async () => {
        await stage.ownerIs(of.standby, 30_000);
        await after.wait();
      };
    });
    const told = await news();
    stories[round] = [
      ...names.map((name, index) => stage.logOf(name).slice(before[index])),
      ...told.map(({ at, sentence }) => `${(at - seen.startedAt).toFixed(0)} ${sentence}`),
    ].join("\n");
    await mend();
    await stage.bothUp(60_000);
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
