import { setTimeout as delay } from "node:timers/promises";
import type { JournalEntry } from "../../cluster/journal.ts";
import type { Ask } from "../api.ts";
import { CliError, exitCodes, isTooMuch } from "../errors.ts";
import { follow } from "../follow.ts";
import { entriesBefore } from "../journal-filter.ts";
import type { Known } from "./frame.ts";

/** Events that are kept: more than any terminal has lines. */
const eventsKept = 500;
const everyMs = 1_000;
/** However much happens. */
const leastMs = 100;

export type WatchOptions = {
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly clock: () => number;
  /** Called whenever something of it is new. */
  readonly tell: (known: Known) => void;
};

/**
 * Knows a cluster as it is: asks each second, and at once when something happens. Resolves at `signal`; a control plane that is away is told
 * as trouble. Rejects with `CliError` where it refuses.
 */
export async function watchCluster(ask: Ask, cluster: string, { signal, clock, tell }: WatchOptions): Promise<void> {
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  let happened = new AbortController();
  const first = { askedAt: clock(), view: await ask((client) => client.getCluster(cluster)) };
  const { lastEvent } = first.view;
  const { events } = await entriesBefore(ask, cluster, {}, lastEvent, eventsKept);
  let known: Known = { ...first, events, trouble: null };
  const note = (news: Partial<Known>): void => {
    known = { ...known, ...news };
    if (!ended.aborted) tell(known);
  };

  async function askAgainAndAgain(): Promise<void> {
    for (;;) {
      await rest(leastMs, ended);
      await rest(everyMs - leastMs, AbortSignal.any([ended, happened.signal]));
      if (ended.aborted) return;
      // Before the question: what happens while it is asked may not be in its answer.
      happened = new AbortController();
      const askedAt = clock();
      try {
        note({ view: await ask((client) => client.getCluster(cluster)), askedAt, trouble: null });
      } catch (error) {
        note({ trouble: troubleOf(error) });
      }
    }
  }

  note({});
  const entry = (news: JournalEntry): void => {
    note({ events: [...known.events, news].slice(-eventsKept) });
    happened.abort();
  };
  try {
    await Promise.all([askAgainAndAgain(), follow(ask, cluster, lastEvent, { signal: ended, entry })]);
  } finally {
    over.abort();
  }
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return delay(ms, undefined, { signal }).catch(() => {});
}

/** What passes. Throws what does not. */
function troubleOf(error: unknown): string {
  if (error instanceof CliError && (error.exitCode === exitCodes.unreachable || isTooMuch(error))) return error.message;
  throw error;
}
