import { type LeaseTerms, longestHoleMs } from "../cluster/lease/lease.ts";
import { holdId, nothingTold, toldBy } from "../cluster/messages.ts";
import { isLive, longestTtlHeld } from "./fuse.ts";
import { agreeing, nextAskAt, nodesAsked } from "./peers/asking.ts";
import type { InFlight, JoinedLink, Link, SessionEffect, SessionState } from "./session-state.ts";
import { claimsOf, markClaimed, nextClaimAt, nextCompleteAt } from "./witness.ts";

/** The line to the object: one connection at a time, and the renewals on it. */

/** More than a ttl's worth of renewals; an answer to one that has been forgotten grants nothing. */
const mostInFlight = 64;

/** The first retry is at once; after a connection that came to nothing, a quarter of the renewal interval later. */
export function retryAt({ link, lease }: SessionState, now: number): number {
  const wasAnswered = link.kind === "joined" && link.lastAnswer > 0;
  return wasAnswered ? now : now + lease.renewMs / 4;
}

export function tendLink(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  const { link, lease } = state;
  switch (link.kind) {
    case "closed": {
      if (now < link.retryAt) return state;
      const connection = state.connections + 1;
      effects.push({ type: "connect", connection, timeoutMs: lease.ttlMs / 4 });
      return { ...state, connections: connection, link: { kind: "connecting", connection } };
    }
    case "connecting":
      return state;
    case "greeting":
      return now < link.since + lease.ttlMs / 4 ? state : dropLink(state, link.connection, now, effects);
    case "joined":
      if (now >= silentAt(state, link)) return dropLink(state, link.connection, now, effects);
      return now >= renewalDue(state, link) ? renew(state, link, now, effects) : state;
  }
}

function dropLink(state: SessionState, connection: number, now: number, effects: SessionEffect[]): SessionState {
  effects.push(
    { type: "disconnect", connection },
    {
      type: "note",
      code: "connection-lost",
      detail: `connection ${connection} was silent and is given up`,
      nodes: nodesAsked(state),
    },
  );
  return tendLink({ ...state, link: { kind: "closed", retryAt: retryAt(state, now) } }, now, effects);
}

/** A connection without an answer for half a ttl is given up: another one may get through in time. */
function silentAt({ lastAnswerAt, lease }: SessionState, { since }: JoinedLink): number {
  return Math.max(since, lastAnswerAt ?? since) + longestHoleMs(lease.ttlMs);
}

/**
 * What is on its way comes in swarms, a resource after the other: it is said together, for each renewal of an owner is a row that the
 * object writes before it answers anybody.
 */
function swarmMs({ renewMs }: LeaseTerms): number {
  return Math.min(50, renewMs / 10);
}

/**
 * Each `renewMs`, or soon after an owner that is watched; sooner to say something new (one renewal under way at a time, unless
 * somebody waits for it), and at the moment that a count is complete.
 */
function renewalDue(
  { lease, counts, words }: SessionState,
  { hurry, inFlight, renewedAt, followAt }: JoinedLink,
): number {
  const due = Math.min(
    renewedAt + lease.renewMs,
    followAt ?? Number.POSITIVE_INFINITY,
    nextClaimAt(counts, words.given),
  );
  // A swarm of them must not outrun the answers: who has confirmed none of the last ones is refused.
  if (hurry === "release" && inFlight.length < 2) return Number.NEGATIVE_INFINITY;
  if (inFlight.length > 0 || hurry === "none") return due;
  return hurry === "swarm" ? Math.min(due, renewedAt + swarmMs(lease)) : Number.NEGATIVE_INFINITY;
}

function renew(state: SessionState, link: JoinedLink, now: number, effects: SessionEffect[]): SessionState {
  const n = state.renewals + 1;
  // What was released is gone, and no fence of it stands.
  const mayStand = [...state.fuses.values()].filter((fuse) => !state.released.has(holdId(fuse)));
  const sayReport = link.reportKnown !== state.reportVersion;
  effects.push({
    type: "send",
    connection: link.connection,
    message: {
      type: "renewal",
      n,
      lastAnswer: link.lastAnswer,
      ttlHeldMs: longestTtlHeld(mayStand, now),
      generation: state.seen.generation?.number ?? 0,
      revision: state.assignment?.revision ?? null,
      generationAgeMs: state.generationSince === null ? null : now - state.generationSince,
      intact: mayStand.filter((fuse) => isLive(fuse, now)).map(({ group, epoch }) => ({ group, epoch })),
      released: [...state.released.values()],
      claims: claimsOf(state.counts, now, state.words.given),
      agreeing: agreeing(state, now),
      leaving: state.stopping !== null,
      report: sayReport ? state.host.report : null,
    },
  });
  const sent: InFlight = {
    n,
    sentAt: now,
    reportVersion: sayReport ? state.reportVersion : null,
    told: sayReport ? toldBy(state.host.report) : nothingTold,
  };
  const inFlight = [...link.inFlight, sent].slice(-mostInFlight);
  return {
    ...state,
    renewals: n,
    counts: markClaimed(state.counts, now, state.words.given),
    link: { ...link, inFlight, renewedAt: now, followAt: null, hurry: "none" },
  };
}

export function nextWake(state: SessionState, now: number): number {
  const { link, lease, stopping } = state;
  let next = Math.min(
    linkWake(state, link),
    nextAskAt(state, now),
    nextCompleteAt(state.counts, now),
    now + lease.ttlMs,
  );
  for (const { deadline } of state.fuses.values()) if (deadline > now) next = Math.min(next, deadline);
  if (stopping === null || stopping.offlineSince === null) return next;
  const stopsAt = stopping.offlineSince + lease.ttlMs;
  return stopsAt > now ? Math.min(next, stopsAt) : next;
}

function linkWake(state: SessionState, link: Link): number {
  switch (link.kind) {
    case "closed":
      return link.retryAt;
    case "connecting":
      return Number.POSITIVE_INFINITY;
    case "greeting":
      return link.since + state.lease.ttlMs / 4;
    case "joined":
      return Math.min(silentAt(state, link), renewalDue(state, link));
  }
}

export function hurried(state: SessionState, hurry: JoinedLink["hurry"]): SessionState {
  const { link } = state;
  if (link.kind !== "joined" || haste.indexOf(link.hurry) >= haste.indexOf(hurry)) return state;
  return { ...state, link: { ...link, hurry } };
}

const haste: readonly JoinedLink["hurry"][] = ["none", "swarm", "news", "release"];
