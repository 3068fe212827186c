import type { JournalEntry } from "../../cluster/journal.ts";
import type { WebhookError } from "../../protocol/webhooks.ts";
import { type DisabledReason, wants, type Webhook } from "./webhook.ts";

/**
 * What a webhook has to do next, and what an attempt makes of it: a function of the row, the journal and the time. The next
 * entry is sent only when the one before it has been taken, so what arrives is in order.
 */
export type Move =
  | { readonly kind: "rest" }
  /** Epoch milliseconds. */
  | { readonly kind: "wait"; readonly until: number }
  /** It wants none of the entries up to this one. */
  | { readonly kind: "pass"; readonly cursor: number }
  | { readonly kind: "deliver"; readonly entry: JournalEntry }
  | { readonly kind: "disable"; readonly reason: DisabledReason };

/** The journal as far as a webhook needs it: `next` holds some of the entries right after its cursor, one at least. */
export type JournalWindow = {
  readonly oldest: number | null;
  readonly last: number;
  readonly next: readonly JournalEntry[];
};

export type Outcome =
  | { readonly kind: "delivered"; readonly status: number }
  | { readonly kind: "failed"; readonly error: WebhookError };

/** A receiver that is away for longer than this reads the journal itself when it is back. */
const giveUpAfterMs = 24 * 60 * 60 * 1000;
/** Counts while it is failing: one that takes what it gets is behind after each burst, and may be. */
const behindAtMost = 1_000;
const firstRetryMs = 5_000;
const longestRetryMs = 60 * 60 * 1000;
/** Up to this part of a delay is left out, so that receivers which failed together are not asked together. */
const jitter = 0.2;
const gone = 410;
const lastWordMs = 60_000;

export function nextMove(hook: Webhook, { oldest, last, next }: JournalWindow, now: number): Move {
  if (hook.state.kind === "Disabled" || last <= hook.cursor) return { kind: "rest" };
  if (oldest !== null && oldest > hook.cursor + 1) return { kind: "disable", reason: "too-far-behind" };
  const entry = next.find(({ kind }) => wants(hook, kind));
  if (entry === undefined) {
    const passed = next.at(-1);
    return passed === undefined ? { kind: "rest" } : { kind: "pass", cursor: passed.seq };
  }
  if (hook.state.kind === "Delivering") return { kind: "deliver", entry };
  if (last - Math.max(entry.seq - 1, hook.countedFrom) >= behindAtMost) {
    return { kind: "disable", reason: "too-far-behind" };
  }
  const { nextAttemptAt } = hook.state;
  return isAhead(nextAttemptAt, now) ? { kind: "wait", until: nextAttemptAt } : { kind: "deliver", entry };
}

/** A time further away than any that is ever set was set by a clock that has been put back since: it is due. */
function isAhead(at: number, now: number): boolean {
  return at > now && at <= now + longestRetryMs;
}

/**
 * The row after an attempt that began at `sentFrom`, its cursor at that time. A row that was moved on or disabled meanwhile
 * stays as it is: what the attempt has to say is of the past.
 */
export function afterAttempt(hook: Webhook, sentFrom: number, seq: number, outcome: Outcome, now: number): Webhook {
  if (hook.state.kind === "Disabled" || hook.cursor !== sentFrom) return hook;
  return outcome.kind === "delivered"
    ? { ...hook, cursor: seq, state: { kind: "Delivering" } }
    : failed(hook, outcome.error, now);
}

function failed(hook: Webhook, error: WebhookError, now: number): Webhook {
  const before = hook.state.kind === "Failing" ? hook.state : { since: now, attempts: 0 };
  if (error.status === gone) return disabled(hook, "gone", error, now);
  if (now - before.since >= giveUpAfterMs) return disabled(hook, "failing-too-long", error, now);
  const attempts = before.attempts + 1;
  const nextAttemptAt = now + retryDelayMs(hook.id, attempts);
  const since = Math.min(before.since, now);
  return { ...hook, state: { kind: "Failing", since, attempts, nextAttemptAt, lastError: error } };
}

export function disabled(hook: Webhook, reason: DisabledReason, lastError: WebhookError | null, now: number): Webhook {
  return { ...hook, state: { kind: "Disabled", at: now, reason, lastError } };
}

/**
 * Whether a webhook of a cluster that is gone is still to be told the rest of the journal: as long as it takes what it gets, and
 * for a minute after the last thing that happened at most. Nothing is tried a second time.
 */
export function hasMoreToHear(hook: Webhook, newest: Pick<JournalEntry, "seq" | "at">, now: number): boolean {
  return hook.state.kind === "Delivering" && hook.cursor < newest.seq && now < newest.at + lastWordMs;
}

/** 5 s after the first failure, doubled each time up to an hour, less up to a fifth that only id and attempt decide. */
export function retryDelayMs(id: string, attempts: number): number {
  const whole = Math.min(firstRetryMs * 2 ** (attempts - 1), longestRetryMs);
  return Math.round(whole * (1 - jitter * fraction(`${id}.${attempts}`)));
}

/** A number from 0 to 1 that looks like chance and is always the same: FNV-1a. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}
