import { step } from "../../src/cluster/step.ts";
import type { Size } from "./definition.ts";
import { MeasuredBrain, type Taken } from "./shell.ts";
import { cpuMicroseconds } from "./timed.ts";

export type AtOnce = {
  /** Microseconds of the one step in which every group of a cluster that has just been defined gets its owner. */
  readonly assignment: number[];
  readonly site: Site;
};

/** One cluster: it comes up, and then loses half of its nodes. */
export function measureAtOnce(size: Size, samples: number): AtOnce {
  const brain = new MeasuredBrain(size);
  const assigning = stepThatAssigns(brain, size);
  microsecondsOf(assigning);
  const assignment = Array.from({ length: samples }, () => microsecondsOf(assigning));
  brain.settle();
  return { assignment, site: siteFailover(brain, size, samples) };
}

function stepThatAssigns(brain: MeasuredBrain, { groups }: Size): Taken {
  for (let interval = 0; interval < 100; interval += 1) {
    const taken: Taken[] = [];
    brain.taken = taken;
    brain.renewAll();
    brain.taken = null;
    const states = [...taken.slice(1).map(({ state }) => state), brain.state];
    const at = states.findIndex(({ durable }) => durable.holds.size > 0);
    const [before, after] = [taken[at], states[at]];
    if (before === undefined || after === undefined) continue;
    if (after.durable.holds.size !== groups) throw new Error("not all groups were assigned at once");
    return before;
  }
  throw new Error("no step has assigned the groups");
}

/** Microseconds, a sample each. `all`: of every step; `longest`: of the one that took longest. */
export type Site = { readonly steps: number; readonly all: number[]; readonly longest: number[] };

/** Half of the nodes, and with them half of all groups, fall silent at once; the others count, claim and take over. */
function siteFailover(brain: MeasuredBrain, size: Size, samples: number): Site {
  const half = Math.floor(size.nodes / 2);
  const [lost, left] = [brain.runs.slice(0, half), brain.runs.slice(half)];
  const isGone = new Set(lost.map(({ incarnation }) => incarnation));
  const taken: Taken[] = [];
  brain.taken = taken;
  for (const { socket } of lost) if (socket !== null) brain.happen({ type: "closed", socket, now: brain.now });
  const isOver = (): boolean => {
    const { holds } = brain.state.durable;
    return holds.size === size.groups && [...holds.values()].every(({ incarnation }) => !isGone.has(incarnation));
  };
  for (let interval = 0; !isOver(); interval += 1) {
    if (interval > 100) throw new Error("the other site has not taken over");
    brain.renewAll(left);
  }
  taken.forEach(microsecondsOf);
  const rounds = Array.from({ length: samples }, () => taken.map(microsecondsOf));
  return {
    steps: taken.length,
    all: rounds.map((each) => each.reduce((sum, one) => sum + one, 0)),
    longest: rounds.map((each) => Math.max(...each)),
  };
}

function microsecondsOf({ state, event }: Taken): number {
  const before = cpuMicroseconds();
  step(state, event);
  return cpuMicroseconds() - before;
}
