import * as fc from "fast-check";
import { vi } from "vitest";

/** Cases of a property. They are the same in every run, so that what is green stays so. */
const standard = 10_000;
const standardSeed = 20_261_126;
/** Of one case, above which it counts as one that does not end: far above any, also on a loaded machine. */
const longestCaseMs = 3_000;

/** `BRIDGEHEAD_FUZZ=N`: so many cases of each property, and others in every run. `BRIDGEHEAD_FUZZ_SEED` repeats what a failure named. */
const asked = Number(process.env["BRIDGEHEAD_FUZZ"] ?? Number.NaN);
const seedAsked = Number(process.env["BRIDGEHEAD_FUZZ_SEED"] ?? Number.NaN);
const numRuns = asked > 0 ? asked : standard;
const seed = Number.isNaN(seedAsked) ? (asked > 0 ? Date.now() % 2 ** 31 : standardSeed) : seedAsked;

// Who asks for more cases has more patience, too.
vi.setConfig({ testTimeout: 180_000 * Math.max(1, numRuns / standard) });

/** What fails is told with its seed, and as small as it gets. `times`: so many times the cases; a property beside one that has them all needs fewer. */
export function always<T>(
  cases: fc.Arbitrary<T>,
  property: (value: T) => void,
  { times = 1 }: { readonly times?: number } = {},
): void {
  // Most cases are refused by an error, and where it came from costs more than the rest of it: only one that is told has all of that.
  const { stackTraceLimit } = Error;
  const shallow = (value: T): void => {
    Error.stackTraceLimit = 1;
    try {
      property(value);
    } catch {
      Error.stackTraceLimit = stackTraceLimit;
      property(value);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
  fc.assert(
    fc.property(cases, (value) => {
      const before = performance.now();
      shallow(value);
      if (performance.now() - before > longestCaseMs) checkTime(() => property(value));
    }),
    { numRuns: Math.ceil(numRuns * times), seed },
  );
}

/** Whether it took so long, or had to wait for others. */
function checkTime(again: () => void): void {
  const before = process.cpuUsage();
  again();
  const { user, system } = process.cpuUsage(before);
  const ms = (user + system) / 1_000;
  if (ms > longestCaseMs) throw new Error(`one case took ${ms.toFixed(0)} ms of CPU`);
}

/** Where each case takes a connection: so many fewer of them. */
const shareOfConnections = 0.03;

export async function alwaysSoon<T>(cases: fc.Arbitrary<T>, property: (value: T) => Promise<void>): Promise<void> {
  await fc.assert(fc.asyncProperty(cases, property), { numRuns: Math.ceil(numRuns * shareOfConnections), seed });
}
