import type { ProcessRef } from "../processes.ts";
import type { GuardedAgent, Ward } from "./words.ts";

/**
 * The guard as a pure machine (LEASE rule 16). It watches one agent. What makes a second speaker impossible is done first
 * and at once, and is never wrong: at a deadline the addresses go, whoever else takes them away as well. Ending the agent,
 * and saying that all is over, comes only when the agent is gone, or has let a deadline pass and done nothing for a while.
 */
export type GuardState =
  | { readonly kind: "Waiting" }
  | Watching
  /** The agent is being ended, and what it held is taken away. No other agent is let in before that is over. */
  | { readonly kind: "Ending" };

type Watching = {
  readonly kind: "Watching";
  readonly connection: number;
  readonly agent: GuardedAgent;
  readonly wards: readonly Ward[];
  readonly helpers: readonly ProcessRef[];
  /** Wards whose deadline has passed, and which were fenced for it. */
  readonly fenced: readonly string[];
  /** When it asked to be woken. */
  readonly wakeAt: number | null;
  /** When the guard came round again after it had been stopped itself. */
  readonly backSince: number;
  /** Whether it was told something since then. */
  readonly hasHeard: boolean;
};

export type GuardEvent = { readonly now: number } & (
  | { readonly type: "agent"; readonly connection: number; readonly agent: GuardedAgent }
  | { readonly type: "wards"; readonly connection: number; readonly wards: readonly Ward[] }
  | { readonly type: "helpers"; readonly connection: number; readonly helpers: readonly ProcessRef[] }
  | { readonly type: "farewell"; readonly connection: number }
  /** The connection has ended: the agent is dead, or as good as dead. */
  | { readonly type: "lost"; readonly connection: number }
  /** Everything that `end` asked for is done. */
  | { readonly type: "ended" }
  | { readonly type: "wake" }
);

export type GuardEffect =
  /** Close the filter for these wards' addresses, take the addresses away, destroy their sockets. */
  | { readonly type: "fence"; readonly agent: GuardedAgent; readonly wards: readonly Ward[] }
  /**
   * Fence, end the agent and what works for it and wait for their end, end the processes, release what is whole. Say `ended`
   * afterwards.
   */
  | {
      readonly type: "end";
      readonly agent: GuardedAgent;
      readonly wards: readonly Ward[];
      readonly helpers: readonly ProcessRef[];
    }
  | { readonly type: "answer"; readonly connection: number; readonly answer: "ready" | "busy" }
  | { readonly type: "wake"; readonly at: number };

/** A guard that is woken later than this was stopped, and has not read yet what it was told meanwhile. */
const stoppedMs = 100;
/** How long it reads then, before it believes that a deadline has passed. */
const readingMs = 20;
/** An agent that has let a deadline pass by so much has not come round to it: it is stopped, or hangs. */
export const frozenAfterMs = 400;

export const waiting: GuardState = { kind: "Waiting" };

type Next = { readonly state: GuardState; readonly effects: GuardEffect[] };

export function guardStep(state: GuardState, event: GuardEvent): Next {
  if (event.type === "agent") return greet(state, event);
  if (event.type === "ended") return { state: waiting, effects: [] };
  const isSomebodyElse = "connection" in event && state.kind === "Watching" && event.connection !== state.connection;
  if (state.kind !== "Watching" || isSomebodyElse) return { state, effects: [] };
  switch (event.type) {
    case "wards":
      return watch({ ...state, wards: event.wards, hasHeard: true }, event.now);
    case "helpers":
      return { state: { ...state, helpers: event.helpers }, effects: [] };
    case "wake":
      return watch(state, event.now);
    case "farewell":
      return { state: waiting, effects: [] };
    case "lost":
      return end(state);
  }
}

function greet(state: GuardState, { connection, agent }: Extract<GuardEvent, { type: "agent" }>): Next {
  if (state.kind !== "Waiting") return { state, effects: [{ type: "answer", connection, answer: "busy" }] };
  return {
    state: {
      kind: "Watching",
      connection,
      agent,
      wards: [],
      helpers: [],
      fenced: [],
      wakeAt: null,
      backSince: -Infinity,
      hasHeard: true,
    },
    effects: [{ type: "answer", connection, answer: "ready" }],
  };
}

function watch(before: Watching, now: number): Next {
  const { wakeAt: wokenAt, hasHeard, fenced } = before;
  const isNews = (ward: Ward): boolean => !fenced.includes(wardId(ward));
  // With nothing to wait for it is late when what it is told has been over for long.
  const dueAt = wokenAt ?? Math.min(...before.wards.filter(isNews).map(({ deadline }) => deadline));
  // Once for all that it is told: a host that is slow all the time would never be fenced, and a frozen agent never be ended.
  const wasStopped = now > dueAt + stoppedMs && hasHeard;
  const state = wasStopped ? { ...before, backSince: now, hasHeard: false } : before;
  const { wards, agent, backSince } = state;
  const passesAt = ({ deadline }: Ward): number => Math.max(deadline, backSince + readingMs);
  // One that was stopped together with the guard comes round with it.
  const frozenAt = ({ deadline }: Ward): number => Math.max(deadline, backSince) + frozenAfterMs;
  if (wards.some((ward) => !ward.isCut && now >= frozenAt(ward))) return end(state);
  const due = wards.filter((ward) => now >= passesAt(ward));
  const news = due.filter(isNews);
  const next = wards.flatMap((ward) => {
    if (now < passesAt(ward)) return [passesAt(ward)];
    return ward.isCut ? [] : [frozenAt(ward)];
  });
  const wakeAt = next.length === 0 ? null : Math.min(...next);
  const effects: GuardEffect[] = news.length === 0 ? [] : [{ type: "fence", agent, wards: news }];
  if (wakeAt !== null) effects.push({ type: "wake", at: wakeAt });
  return { state: { ...state, fenced: due.map(wardId), wakeAt }, effects };
}

function end({ agent, wards, helpers }: Watching): Next {
  return { state: { kind: "Ending" }, effects: [{ type: "end", agent, wards, helpers }] };
}

function wardId({ hold: { group, epoch }, deadline }: Ward): string {
  return `${group}#${epoch}@${deadline}`;
}
