import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startControlPlane } from "../../src/cli/workerd/process.ts";
import { createClient } from "../../src/client/http-client.ts";
import type { Measure, Surroundings } from "../measure.ts";
import type { Goal } from "../measured.ts";
import { figuresOf } from "../process-figures.ts";
import { numberText } from "../report/numbers.ts";
import { folderInMemory, syncMsOf } from "../scale/disk.ts";
import { Fleet } from "../scale/fleet.ts";
import { growthOf, medianOf } from "../statistics.ts";

const lease = { ttlMs: 10_000, renewMs: 2_500 };

type Stage = {
  readonly clusters: number;
  readonly bytesEach: number;
  readonly renewals: number;
  /** CPU seconds a second that workerd uses for a thousand such clusters. */
  readonly cpuOfThousand: number;
  readonly openFiles: number;
};

export const scale: Measure = {
  name: "scale",
  title: "Many clusters on one machine",
  what:
    "Clusters of two nodes each (ttl 10 s, `lease: wan`), one virtual server, on one plain workerd: each agent is the real session machine on a WebSocket of its own, without a host behind it, all of them in one other process. " +
    "When there are as many as wanted, a quarter of the owners fall silent at one moment, with their connections open; how long it takes until each of their groups has been assigned to its other node.",
  run: async (surroundings) => {
    const counts = surroundings.quick ? [50, 100, 200] : [250, 500, 1_000, 2_000];
    const syncMs = syncMsOf(surroundings.folder);
    const { stages, took, empty } = await grow(surroundings, counts);
    const last = stages.at(-1);
    const percentile = (part: number): number =>
      took.toSorted((a, b) => a - b)[Math.ceil(part * took.length) - 1] ?? Number.NaN;
    return {
      tables: [
        {
          title: `Clusters on one workerd, which has ${Math.round(empty / 2 ** 20)} MiB without any`,
          of: "clusters",
          columns: [
            { name: "memory, each", unit: "bytes" },
            { name: "renewals", unit: "perSecond" },
            { name: "processors for 1 000", unit: "slope" },
            { name: "open files", unit: "count" },
          ],
          rows: stages.map((stage) => ({
            name: String(stage.clusters),
            cells: [[stage.bytesEach], [stage.renewals], [stage.cpuOfThousand], [stage.openFiles]],
          })),
        },
        {
          title: `${took.length} owners of ${last?.clusters ?? 0} fall silent at once (ttl ${lease.ttlMs / 1_000} s)`,
          of: "until the other node owns the group",
          columns: [{ name: "time", unit: "microseconds" }],
          rows: [
            { name: "median", cells: [[1_000 * percentile(0.5)]] },
            { name: "99 %", cells: [[1_000 * percentile(0.99)]] },
            { name: "the last", cells: [[1_000 * percentile(1)]] },
          ],
        },
      ],
      ratios: [
        { name: "until the other node owns the group / ttl", better: "less", samples: [medianOf(took) / lease.ttlMs] },
        {
          name: "memory each, of most / of fewest clusters",
          better: "less",
          samples: [(last?.bytesEach ?? Number.NaN) / (stages[0]?.bytesEach ?? Number.NaN)],
        },
      ],
      goals: [goalOfDisk(syncMs)],
      plots: [
        {
          name: "scale-cpu",
          title: "Processors that workerd uses, as clusters grow",
          x: { label: "clusters", unit: "count", scale: "linear" },
          y: { label: "processors", unit: "slope", scale: "linear" },
          lines: [
            {
              name: "workerd",
              points: stages.map(({ clusters, cpuOfThousand }) => ({
                x: clusters,
                samples: [(cpuOfThousand * clusters) / 1_000],
              })),
            },
          ],
        },
      ],
      notes: [
        `As clusters grow, the processor time grows with their exponent ${growthOf(stages.map(({ clusters, cpuOfThousand }) => ({ x: clusters, y: cpuOfThousand * clusters }))).toFixed(2)} and memory with ${growthOf(stages.map(({ clusters, bytesEach }) => ({ x: clusters, y: bytesEach * clusters }))).toFixed(2)}; 1 is linear.`,
        "The clusters' data is in memory (`/dev/shm`, where there is one): what is measured is workerd, and not this machine's disk.",
        "The silence is told from the owner's last renewal on, up to a quarter of a ttl before; so nine tenths of a ttl are the usual time for one cluster by itself.",
      ],
      skipped: [],
    };
  },
};

const clustersWanted = 2_000;

/** Each renewal of an owner is a row, confirmed before it is answered, and one workerd waits for one confirmation at a time. */
function goalOfDisk(syncMs: number): Goal {
  const clusters = Math.floor(lease.renewMs / syncMs);
  const what = `the disk of this machine bears ${clustersWanted} clusters with an owner each`;
  const measured = `${clusters}: a write is confirmed within ${numberText(syncMs * 1_000, "microseconds")}`;
  const because =
    "each renewal of an owner is a row that is confirmed before it is answered, and one workerd waits for one confirmation at a time; a disk that keeps what it is given " +
    "through a loss of power confirms at once, a longer lease asks for less, and at the edge each object has a storage of its own";
  return clusters >= clustersWanted ? { kind: "met", what, measured } : { kind: "missed", what, measured, because };
}

async function grow(
  { folder, later, say, quick }: Surroundings,
  counts: readonly number[],
): Promise<{ readonly stages: readonly Stage[]; readonly took: readonly number[]; readonly empty: number }> {
  const memory = folderInMemory();
  if (memory !== null) later(() => rmSync(memory, { recursive: true, force: true }));
  const controlPlane = await startControlPlane({
    folder: memory ?? join(folder, "scale"),
    host: "127.0.0.1",
    port: 0,
    tls: null,
  });
  later(controlPlane.stop);
  const { url, adminToken, pid } = controlPlane;
  const fleet = new Fleet(createClient({ url, token: adminToken, timeoutMs: 20_000 }), url, lease);
  later(() => fleet.end());
  const empty = figuresOf(pid).residentBytes;
  const stages: Stage[] = [];
  const watchedMs = quick ? 5_000 : 30_000;
  for (const clusters of counts) {
    say(`${clusters} clusters`);
    await fleet.growTo(clusters);
    await delay(lease.ttlMs);
    const [before, answered] = [figuresOf(pid), fleet.answered];
    await delay(watchedMs);
    const after = figuresOf(pid);
    const perSecond = (a: number, b: number): number => ((b - a) * 1_000) / watchedMs;
    stages.push({
      clusters,
      bytesEach: (after.residentBytes - empty) / clusters,
      renewals: perSecond(answered, fleet.answered),
      cpuOfThousand: (perSecond(before.cpuSeconds, after.cpuSeconds) * 1_000) / clusters,
      openFiles: after.openFiles,
    });
  }
  say("a quarter of the owners falls silent");
  const took = await fleet.silenceOwners(Math.floor((counts.at(-1) ?? 0) / 4));
  return { stages, took, empty };
}
