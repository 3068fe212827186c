import { setImmediate } from "node:timers/promises";
import { type Size } from "../brain/definition.ts";
import { type Kind, kinds, kindTexts, turnsOn } from "../brain/events.ts";
import { type AtOnce, measureAtOnce, type Site } from "../brain/at-once.ts";
import { timed } from "../brain/timed.ts";
import type { Measure } from "../measure.ts";
import type { Goal, Measured, Plot, Ratio, Table } from "../measured.ts";
import { numberText } from "../report/numbers.ts";
import { growthOf, medianOf } from "../statistics.ts";

/** What grows, and what stays meanwhile. */
type Sweep = {
  readonly grows: "nodes" | "groups" | "resources";
  readonly at: readonly number[];
  readonly sizeAt: (x: number) => Size;
};

const sweeps: readonly Sweep[] = [
  {
    grows: "nodes",
    at: [2, 4, 8, 16, 32, 64],
    sizeAt: (nodes) => ({ nodes, groups: 64, resourcesPerGroup: 5 }),
  },
  {
    grows: "groups",
    at: [1, 2, 5, 10, 20, 50, 100, 200],
    sizeAt: (groups) => ({ nodes: 4, groups, resourcesPerGroup: 10 }),
  },
  {
    grows: "resources",
    at: [80, 160, 400, 800, 2_000],
    sizeAt: (resources) => ({ nodes: 4, groups: 40, resourcesPerGroup: resources / 40 }),
  },
];
const stays: Readonly<Record<Sweep["grows"], string>> = {
  nodes: "64 groups of 5 resources",
  groups: "4 nodes, groups of 10 resources",
  resources: "4 nodes, 40 groups",
};

const largest: Size = { nodes: 64, groups: 200, resourcesPerGroup: 10 };
/** What a profile shows where a step grows faster than it should. */
const reasons: Readonly<Record<Kind, string>> = {
  renewal:
    "what the run holds is said in one row and one answer, whose tables grow out of the caches (`grant`, `putLeasesOf`)",
  report: "each change makes the whole assignment anew and compares it (`assignedGroup`, `alike`)",
  command: "each change makes all assignments anew and compares them (`assignedGroup`, `alike`)",
  verdict: "what a group is, and who may own it, is looked for among all",
};

/** A line through noise is a little steeper or flatter than the growth; what is quadratic has 2. */
const linear = 1.15;

type Grown = {
  readonly sweep: Sweep;
  readonly kind: Kind;
  readonly points: readonly { x: number; samples: number[] }[];
};

export const brain: Measure = {
  name: "brain",
  title: "The brain",
  what:
    "CPU time of `step` alone, in one process and without I/O, on clusters that have settled: a renewal, a report, a command, and the verdict, as nodes, groups and resources grow. A step is pure, so the same one is taken again and again on one state. " +
    "The growth is the exponent of a line through the upper half of the points in logarithms; 1 is linear. The largest cluster that the limits allow (64 nodes, 200 groups, 2 000 resources) gets all its owners in one step, and loses half of its nodes at once.",
  run: async (surroundings) => {
    const { rounds, say } = surroundings;
    const msEach = surroundings.quick ? 20 : 150;
    const grown: Grown[] = [];
    for (const sweep of sweeps) {
      say(`${sweep.grows}: ${sweep.at.join(", ")}`);
      const turns = sweep.at.map((x) => ({ x, turns: turnsOn(sweep.sizeAt(x)) }));
      for (const kind of kinds) {
        // Whoever wants to end it is heard in between.
        await setImmediate();
        const points = turns.map((one) => ({ x: one.x, samples: timed(one.turns[kind], rounds, msEach) }));
        grown.push({ sweep, kind, points });
      }
    }
    say("64 nodes, 200 groups, 2 000 resources");
    return { ...measuredOf(grown, measureAtOnce(largest, rounds)), skipped: [] };
  },
};

function measuredOf(grown: readonly Grown[], { assignment, site }: AtOnce): Omit<Measured, "skipped"> {
  return {
    tables: [...sweeps.map((sweep) => tableOf(sweep, grown)), growthTable(grown), largestTable(assignment, site)],
    ratios: grown.map(ratioOf),
    goals: grown.map(goalOf),
    plots: sweeps.map((sweep) => plotOf(sweep, grown)),
    notes: [
      `Of the failover of a whole site the ${site.steps} steps took ${numberText(medianOf(site.all), "microseconds")} of CPU in all, which is ${(medianOf(site.all) / 1e4 / 2).toFixed(1)} % of the two seconds of a \`lan\` lease. ` +
        "What the object does around them (rows, frames) is not in it.",
    ],
  };
}

function tableOf(sweep: Sweep, grown: readonly Grown[]): Table {
  const ofSweep = grown.filter((one) => one.sweep === sweep);
  return {
    title: `Time of a step as ${sweep.grows} grow (${stays[sweep.grows]})`,
    of: sweep.grows,
    columns: ofSweep.map(({ kind }) => ({ name: kind, unit: "microseconds" })),
    rows: sweep.at.map((x, at) => ({ name: String(x), cells: ofSweep.map(({ points }) => points[at]?.samples ?? []) })),
  };
}

/** Those of the upper half: below, it is the constant that one sees. */
function upperHalf({ points }: Grown): Grown["points"] {
  return points.slice(Math.floor((points.length - 1) / 2));
}

/** One for each round. */
function slopesOf(one: Grown): number[] {
  const upper = upperHalf(one);
  const rounds = upper[0]?.samples.length ?? 0;
  return Array.from({ length: rounds }, (_, round) =>
    growthOf(upper.map(({ x, samples }) => ({ x, y: samples[round] ?? Number.NaN }))),
  );
}

function growthTable(grown: readonly Grown[]): Table {
  return {
    title: "Growth: the exponent",
    of: "what",
    columns: sweeps.map(({ grows }) => ({ name: grows, unit: "slope" })),
    rows: kinds.map((kind) => ({
      name: kindTexts[kind],
      cells: sweeps.map((sweep) => grown.filter((one) => one.kind === kind && one.sweep === sweep).flatMap(slopesOf)),
    })),
  };
}

function largestTable(assignment: readonly number[], { all, longest, steps }: Site): Table {
  return {
    title: "The largest cluster: 64 nodes, 200 groups, 2 000 resources",
    of: "what",
    columns: [{ name: "CPU", unit: "microseconds" }],
    rows: [
      { name: "full assignment: all groups get their owners, in one step", cells: [assignment] },
      {
        name: `failover of a whole site (32 nodes fall silent), ${steps} steps until all is owned again`,
        cells: [all],
      },
      { name: "the longest step of it", cells: [longest] },
    ],
  };
}

/** How much more the largest of a sweep costs than the middle one: that does not depend on how fast the machine is. */
function ratioOf(one: Grown): Ratio {
  const upper = upperHalf(one);
  const [from, to] = [upper[0], upper.at(-1)];
  const samples = (to?.samples ?? []).map((sample, round) => sample / (from?.samples[round] ?? Number.NaN));
  return { name: `${one.kind}: ${to?.x} ${one.sweep.grows} / ${from?.x}`, better: "less", samples };
}

function goalOf(one: Grown): Goal {
  const slope = medianOf(slopesOf(one));
  const what = `no worse than linear in ${one.sweep.grows}: ${kindTexts[one.kind]}`;
  const last = one.points.at(-1);
  const measured = `exponent ${slope.toFixed(2)}; ${numberText(medianOf(last?.samples ?? []), "microseconds")} at ${last?.x}`;
  if (slope <= linear) return { kind: "met", what, measured };
  return { kind: "missed", what, measured, because: reasons[one.kind] };
}

function plotOf(sweep: Sweep, grown: readonly Grown[]): Plot {
  return {
    name: sweep.grows,
    title: `Time of a step as ${sweep.grows} grow (${stays[sweep.grows]})`,
    x: { label: sweep.grows, unit: "count", scale: "logarithmic" },
    y: { label: "time of a step", unit: "microseconds", scale: "logarithmic" },
    lines: grown.filter((one) => one.sweep === sweep).map(({ kind, points }) => ({ name: kind, points })),
  };
}
