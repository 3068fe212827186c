import { setTimeout as delay } from "node:timers/promises";
import { CliError, messageOf } from "../errors.ts";

/** A transcript whose every line is checked while it is written. */
export type Transcript = {
  /** A heading, or a sentence for the reader. */
  readonly say: (text: string) => void;
  /**
   * Does something that has to come out well, and writes the sentence that it resolves with. What rejects, or takes longer
   * than is left, is written as the line that failed, and ends the transcript: rejects with `CliError`.
   */
  readonly check: (claim: string, work: () => Promise<string>) => Promise<void>;
  readonly checked: () => number;
  /** Looks each few milliseconds, and resolves with the first thing that is there. Rejects when the transcript is over. */
  readonly until: <T>(look: () => Promise<T | null>) => Promise<T>;
  /** Ends it: nothing is waited for any more. */
  readonly end: () => void;
};

/** The longest line, a failover, takes some three seconds; what takes longer than this does not come about. */
const linePatienceMs = 15_000;

/** @param patienceMs for all of it, from now on */
export function createTranscript(write: (line: string) => void, patienceMs: number): Transcript {
  const endsAt = performance.now() + patienceMs;
  const over = new AbortController();
  let checked = 0;
  return {
    say: write,
    check: async (claim, work) => {
      try {
        const sentence = await Promise.race([work(), tooLate(Math.min(linePatienceMs, endsAt - performance.now()))]);
        checked += 1;
        write(`   ok  ${sentence}`);
      } catch (error) {
        over.abort();
        write(`   FAILED  ${claim}: ${messageOf(error)}`);
        throw new CliError("line-failed", `This line did not come out as it should: ${claim}`);
      }
    },
    checked: () => checked,
    until: async (look) => {
      for (;;) {
        const found = await look();
        if (found !== null) return found;
        await delay(10, undefined, { signal: over.signal });
      }
    },
    end: () => over.abort(),
  };
}

async function tooLate(leftMs: number): Promise<never> {
  await delay(Math.max(0, leftMs), undefined, { ref: false });
  throw new Error("it took too long");
}
