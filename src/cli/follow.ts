import { setTimeout as delay } from "node:timers/promises";
import type { JournalEntry } from "../cluster/journal.ts";
import type { Ask } from "./api.ts";
import { CliError, exitCodes, isTooMuch } from "./errors.ts";

/** How long a follower rests, in milliseconds, before it asks again for a stream that ended. */
const againMs = 500;

export type FollowOptions = {
  readonly signal: AbortSignal;
  readonly entry: (entry: JournalEntry) => void;
  /** Entries from `first` to `last` are not kept any more; `last` < `first`: the journal was set back, and goes on after `last`. */
  readonly gap?: (first: number, last: number) => void;
};

/**
 * Tells each journal entry after a number (null: after now) until `signal`. A stream that ended is asked for again, from
 * the last number on; a control plane that is away for a moment, or is asked too much, ends nothing. Rejects with `CliError` when it is refused.
 */
export async function follow(ask: Ask, cluster: string, after: number | null, options: FollowOptions): Promise<void> {
  const { signal } = options;
  let last = after;
  while (!signal.aborted) {
    const from = last === null ? {} : { after: last };
    const messages = await ask((client) => client.watch(cluster, { ...from, signal })).catch(unlessPassing);
    for await (const message of messages ?? []) {
      if (message.type === "gap") {
        last = message.resumesAt;
        options.gap?.(message.after + 1, last);
      } else {
        last = message.entry.seq;
        options.entry(message.entry);
      }
    }
    await delay(againMs, undefined, { signal }).catch(() => {});
  }
}

function unlessPassing(error: unknown): null {
  if (error instanceof CliError && (error.exitCode === exitCodes.unreachable || isTooMuch(error))) return null;
  throw error;
}
