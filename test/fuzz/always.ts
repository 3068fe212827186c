import * as fc from "fast-check";
import { vi } from "vitest";

/** Cases of a property. They are the same in every run, so that what is green stays so. */
const standard = 10_000;
const standardSeed = 20_261_126;
/** CPU time of one case, above which it counts as one that does not end: far above any, also on a loaded machine. */
const longestCaseMs = 3_000;

/** `BRIDGEHEAD_FUZZ=N`: so many cases of each property, and others in every run. `BRIDGEHEAD_FUZZ_SEED` repeats what a failure named. */
const asked = Number(process.env["BRIDGEHEAD_FUZZ"] ?? Number.NaN);
const seedAsked = Number(process.env["BRIDGEHEAD_FUZZ_SEED"] ?? Number.NaN);
const numRuns = asked > 0 ? asked : standard;
const seed = Number.isNaN(seedAsked) ? (asked > 0 ? Date.now() % 2 ** 31 : standardSeed) : seedAsked;

// Who asks for more cases has more patience, too.
vi.setConfig({ testTimeout: 60_000 * Math.max(1, numRuns / standard) });

/** What fails is told with its seed, and as small as it gets. */
export function always<T>(
  cases: fc.Arbitrary<T>,
  property: (value: T) => void,
  { of = 1 }: { readonly of?: number } = {},
): void {
  fc.assert(
    fc.property(cases, (value) => {
      const before = process.cpuUsage();
      property(value);
      const { user, system } = process.cpuUsage(before);
      const ms = (user + system) / 1_000;
      if (ms > longestCaseMs) throw new Error(`one case took ${ms.toFixed(0)} ms of CPU`);
    }),
    { numRuns: Math.ceil(numRuns * of), seed },
  );
}

/** Where each case takes a connection: so many fewer of them. */
const share = 0.03;

export async function alwaysSoon<T>(cases: fc.Arbitrary<T>, property: (value: T) => Promise<void>): Promise<void> {
  await fc.assert(fc.asyncProperty(cases, property), { numRuns: Math.ceil(numRuns * share), seed });
}
