import { step } from "../../src/cluster/step.ts";
import type { Size } from "./definition.ts";
import { MeasuredBrain, type Taken } from "./shell.ts";
import { cpuMicroseconds } from "./timed.ts";

/** Microseconds of the one step in which every group of a cluster that has just been defined gets its owner. */
export function fullAssignment(size: Size, samples: number): number[] {
  const brain = new MeasuredBrain(size);
  brain.settle();
  const assigning = brain.taken.find(({ state, event }, at) => {
    const next = brain.taken[at + 1]?.state ?? brain.state;
    return state.durable.holds.size === 0 && next.durable.holds.size === size.groups && event.type === "renewal";
  });
  if (assigning === undefined) throw new Error("no step has assigned all groups");
  microsecondsOf(assigning);
  return Array.from({ length: samples }, () => microsecondsOf(assigning));
}

/** Microseconds, a sample each. `all`: of every step; `longest`: of the one that took longest. */
export type Site = { readonly steps: number; readonly all: number[]; readonly longest: number[] };

/** Half of the nodes, and with them half of all groups, fall silent at once; the others count, claim and take over. */
export function siteFailover(size: Size, samples: number): Site {
  const brain = new MeasuredBrain(size);
  brain.settle();
  const half = Math.floor(size.nodes / 2);
  const [lost, left] = [brain.runs.slice(0, half), brain.runs.slice(half)];
  const isGone = new Set(lost.map(({ incarnation }) => incarnation));
  brain.taken = [];
  for (const { socket } of lost) if (socket !== null) brain.happen({ type: "closed", socket, now: brain.now });
  const isOver = (): boolean => {
    const { holds } = brain.state.durable;
    return holds.size === size.groups && [...holds.values()].every(({ incarnation }) => !isGone.has(incarnation));
  };
  for (let interval = 0; !isOver(); interval += 1) {
    if (interval > 100) throw new Error("the other site has not taken over");
    brain.renewAll(left);
  }
  const { taken } = brain;
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
