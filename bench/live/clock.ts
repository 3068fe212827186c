import { monotonicMs } from "../../src/mta/clock.ts";

/** Where the wall clock stood when the monotonic one stood at `monotonic`. */
export type Sample = { readonly monotonic: number; readonly wall: number };

/** Brings times of the wall clock to the monotonic one, whatever the wall clock is being led to meanwhile. */
export type WallClock = {
  readonly sample: () => void;
  readonly toMonotonic: (wall: number) => number;
  /** By how much the two have come apart between two samples, at most. */
  readonly stepMs: () => number;
};

const closeMs = 0.05;
const triesMs = 100;

/**
 * `Date.now` is cut to a millisecond, so both are read until it has just begun another one. The monotonic clock is read last: a wait for
 * a processor in between makes the difference less, and never more, so that of all of them the largest is the nearest.
 */
function read(): Sample {
  let before = once();
  let best = before;
  for (const until = before.monotonic + triesMs; before.monotonic < until;) {
    const now = once();
    if (now.wall - now.monotonic > best.wall - best.monotonic) best = now;
    if (now.wall > before.wall && now.monotonic - before.monotonic < closeMs) return best;
    before = now;
  }
  return best;
}

function once(): Sample {
  const wall = Date.now();
  return { wall, monotonic: monotonicMs() };
}

export function createWallClock(): WallClock {
  const samples: Sample[] = [read()];
  const offsetOf = ({ wall, monotonic }: Sample): number => wall - monotonic;
  return {
    sample: () => void samples.push(read()),
    toMonotonic: (wall) => wall - offsetAt(samples, wall),
    stepMs: () =>
      samples.slice(1).reduce((most, sample, index) => {
        const before = samples[index];
        return before === undefined ? most : Math.max(most, Math.abs(offsetOf(sample) - offsetOf(before)));
      }, 0),
  };
}

/** Between two samples on the line from one to the other; outside of all as at the nearest. */
export function offsetAt(samples: readonly Sample[], wall: number): number {
  const after = samples.find((sample) => sample.wall >= wall) ?? samples.at(-1);
  const before = samples.findLast((sample) => sample.wall <= wall) ?? samples[0];
  if (after === undefined || before === undefined) throw new Error("the clock was never read");
  const [from, to] = [before.wall - before.monotonic, after.wall - after.monotonic];
  if (after.wall <= before.wall) return to;
  return from + ((to - from) * (wall - before.wall)) / (after.wall - before.wall);
}
