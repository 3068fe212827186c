import { setTimeout as delay } from "node:timers/promises";
import type { Failover } from "../../src/cluster/questions/failovers.ts";
import type { LeaseTerms } from "../../src/cluster/lease/lease.ts";
import { virtualAddress } from "../../test/network/lan.ts";
import { cluster, expectOk, group, nodeNames, openStage } from "../../test/network/stage.ts";
import { judge, type Played, type Round, type Watched } from "./round.ts";
import { type Scene, scenes } from "./scenes.ts";
import { openWatch } from "./watch.ts";
import { captureFrames } from "./watchers.ts";

export type OursOptions = {
  readonly rounds: number;
  readonly lease: LeaseTerms;
  /** Only scenes whose name holds this. */
  readonly only: string;
  /** Told of each scene when it is over. */
  readonly played: (played: Played) => void;
};

/** What was watched in one round, and what the cluster's own history says of it. */
type Told = { readonly watched: Watched; readonly failover: Failover | null; readonly story: string };

/** Plays each scene so many times between two hosts with agents, a control plane on plain workerd, and a peer. */
export async function playOurs({ rounds, lease, only, played }: OursOptions): Promise<void> {
  const stage = await openStage(lease);
  let lastSeq = 0;
  try {
    const watch = await openWatch(stage.lan, nodeNames);
    for (const name of nodeNames) stage.startAgent(name);
    await stage.bothUp(60_000);
    for (const scene of scenes.filter(({ name }) => name.includes(only))) {
      const capture = await captureFrames(stage.lan, nodeNames, virtualAddress);
      const told: Told[] = [];
      for (let round = 0; round < rounds; round += 1) told.push(await play(scene, round));
      const frames = await capture.end();
      const judged = told.map(({ watched }) => judge(watched, frames));
      tellOutliers(judged, told);
      const phases = told.flatMap(({ watched, failover }) =>
        failover === null ? [] : [phasesOf(failover, watched.startedAt)],
      );
      played({ scene: scene.name, rounds: judged, phases });
    }

    /** What the journal has more than last time. */
    async function news() {
      const { events } = await expectOk(stage.client.events(cluster, lastSeq, 1_000));
      lastSeq = events.at(-1)?.seq ?? lastSeq;
      return events;
    }

    async function play(scene: Scene, round: number): Promise<Told> {
      await news();
      const before = nodeNames.map((name) => stage.logOf(name).length);
      let mend = async (): Promise<void> => {};
      const owner = (await expectOk(stage.client.getCluster(cluster))).groups[group]?.owner ?? "";
      const watched = await watch(owner, async (of) => {
        const after = await scene.play(stage, { ...of, round, ttlMs: lease.ttlMs });
        mend = after.mend;
        return async () => {
          await stage.ownerIs(of.standby, 30_000);
          await after.wait();
        };
      });
      const { failovers } = await expectOk(stage.client.failovers(cluster, group));
      const story = [
        ...nodeNames.map((name, index) => stage.logOf(name).slice(before[index])),
        ...(await news()).map(({ at, sentence }) => `${(at - watched.startedAt).toFixed(0)} ${sentence}`),
      ].join("\n");
      await mend();
      await stage.bothUp(60_000);
      // Announcements and what an ended process left are over: rounds do not weigh on each other.
      await delay(300);
      return { watched, failover: failovers[0] ?? null, story };
    }
  } finally {
    await stage.close();
  }
}

/** What both nodes said in a round that took twice as long as most, and what the cluster's journal says of it. */
function tellOutliers(judged: readonly Round[], told: readonly Told[]): void {
  const sorted = judged.map(({ sinceFailure }) => sinceFailure).toSorted((a, b) => a - b);
  const long = 2 * (sorted[Math.floor(sorted.length / 2)] ?? 0);
  for (const [round, { sinceFailure }] of judged.entries()) {
    if (sinceFailure > long)
      console.error(`round ${round}: ${sinceFailure.toFixed(0)} ms\n${told[round]?.story ?? ""}`);
  }
}

function phasesOf({ phases }: Failover, startedAt: number): Played["phases"][number] {
  const since = (at: number | null): number | null => (at === null ? null : at - startedAt);
  return { noticed: since(phases.detectedAt), owned: phases.ownedAt - startedAt, online: since(phases.onlineAt) };
}
