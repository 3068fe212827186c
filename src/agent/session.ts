import { alike } from "../cluster/alike.ts";
import { lookup } from "../cluster/definition/definition.ts";
import { compareRevisions, type Generation } from "../cluster/lease/generation.ts";
import { followingMs, leasePresets, longestHoleMs } from "../cluster/lease/lease.ts";
import {
  type Answer,
  type Assignment,
  emptyReport,
  type Hello,
  holdId,
  type HoldRef,
  nothingTold,
  type ObjectMessage,
  type Peer,
  type ResourceState,
  sameHold,
  type Seen,
  type Standing,
  type Told,
} from "../cluster/messages.ts";
import type { PeerMessage } from "../cluster/peer-messages.ts";
import {
  extendByPromises,
  heardPromise,
  heardWithdrawal,
  nodesAsked,
  stillAsked,
  tellGone,
  tendAsks,
  withoutPromises,
} from "./peers/asking.ts";
import { heardAsk, heardGone, stillGiven, tendWithdrawals } from "./peers/vouching.ts";
import { noteWords } from "./peers/word-notes.ts";
import { keysIn, noWords } from "./peers/words.ts";
import { type HostSays, noOrders } from "./orders.ts";
import { withAssignment, withEpochs, withGeneration } from "./seen.ts";
import { giveOrders, granted, noteBlown, takeOffline, tendStop, withAddresses } from "./session-holds.ts";
import { hurried, nextWake, retryAt, tendLink } from "./session-line.ts";
import type { JoinedLink, SessionEffect, SessionEvent, SessionState } from "./session-state.ts";
import { countSilences } from "./witness.ts";

export function startSession(
  { incarnation, machine, peer }: Pick<Hello, "incarnation" | "machine" | "peer">,
  seen: Seen,
  now: number,
): { state: SessionState; effects: SessionEffect[] } {
  const state: SessionState = {
    incarnation,
    machine,
    peer,
    seen,
    link: { kind: "closed", retryAt: now },
    connections: 0,
    renewals: 0,
    lease: leasePresets.wan,
    assignment: null,
    standing: null,
    fuses: new Map(),
    blown: new Set(),
    released: new Map(),
    holding: new Map(),
    final: [],
    counts: new Map(),
    lastAnswerAt: null,
    generationSince: null,
    orders: noOrders,
    host: { n: 0, report: emptyReport, offline: [] },
    reportVersion: 0,
    told: nothingTold,
    words: noWords,
    stopping: null,
  };
  return sessionStep(state, { type: "wake", now });
}

export function sessionStep(
  before: SessionState,
  event: SessionEvent,
): { state: SessionState; effects: SessionEffect[] } {
  const effects: SessionEffect[] = [];
  // A fuse that blew while this process did not run (frozen, late) has blown, even if the event brings a newer grant: the
  // other fences have acted, so the host takes everything down before it brings it up again.
  const current = giveOrders(noteBlown(forgetBrokenCounts(before, event.now), event.now, effects), event.now, effects);
  const taken = take(current, event, effects);
  if (taken.seen !== before.seen) effects.unshift({ type: "remember", seen: taken.seen });
  const state = act(taken, event.now, effects);
  if (state.assignment !== before.assignment) effects.push({ type: "heed", keys: keysIn(state.assignment) });
  return { state, effects };
}

// --- taking an event in ---------------------------------------------------------------------------------------------

function take(state: SessionState, event: SessionEvent, effects: SessionEffect[]): SessionState {
  switch (event.type) {
    case "opened":
      return opened(state, event.connection, event.now, effects);
    case "closed":
      return closed(state, event.connection, event.now, effects);
    case "received":
      return received(state, event.connection, event.message, event.now, effects);
    case "told":
      return told(state, event.from, event.message, event.now, effects);
    case "host":
      return hostSays(state, event.says);
    case "wake":
      return state;
    case "lapse":
      return lapsed(state, event.lostMs, event.now, effects);
    case "stop":
      return state.stopping === null
        ? hurried({ ...state, stopping: { since: event.now, offlineSince: null } }, "news")
        : state;
  }
}

function opened(state: SessionState, connection: number, now: number, effects: SessionEffect[]): SessionState {
  if (state.link.kind !== "connecting" || state.link.connection !== connection) return state;
  effects.push({
    type: "send",
    connection,
    message: {
      type: "hello",
      protocol: 1,
      incarnation: state.incarnation,
      machine: state.machine,
      connection,
      seen: state.seen,
      released: [...state.released.values()],
      holding: [...state.holding].filter(([id]) => !state.released.has(id)).map(([, holding]) => holding),
      told: state.told,
      peer: state.peer,
    },
  });
  return { ...state, link: { kind: "greeting", connection, since: now } };
}

function closed(state: SessionState, connection: number, now: number, effects: SessionEffect[]): SessionState {
  if (state.link.kind === "closed" || state.link.connection !== connection) return state;
  // Tries that come to nothing are many in an outage: what is news is that a connection that was there is gone.
  if (state.link.kind === "joined") {
    const detail = `connection ${connection} is gone`;
    effects.push({ type: "note", code: "connection-lost", detail, nodes: nodesAsked(state) });
  }
  return { ...state, link: { kind: "closed", retryAt: retryAt(state, now) } };
}

function received(
  state: SessionState,
  connection: number,
  message: ObjectMessage,
  now: number,
  effects: SessionEffect[],
): SessionState {
  const { link } = state;
  const expected = link.kind === "joined" || (link.kind === "greeting" && message.type === "welcome");
  if (!expected || link.connection !== connection) return state;
  const known = state.seen.generation;
  if (known !== null && message.generation.number < known.number) {
    // An instance that has been succeeded; it may not know it yet.
    effects.push({ type: "note", code: "stale-message", detail: `generation ${message.generation.number}` });
    return state;
  }
  if (known !== null && message.generation.number === known.number && message.generation.nonce !== known.nonce) {
    // Two starts took one number: only a hello can tell the object, so begin again with one; not at once after another.
    effects.push({ type: "disconnect", connection });
    return { ...state, link: { kind: "closed", retryAt: retryAt(state, now) } };
  }
  const current = inGeneration(state, message.generation);
  switch (message.type) {
    case "welcome":
      return welcomed(current, connection, message.standing, message.assignment, now, effects);
    case "assignment":
      return heldByWord(current, now) ? current : assigned(current, message.assignment, now);
    case "answer":
      return answered(current, message, now, effects);
  }
}

function inGeneration(state: SessionState, generation: Generation): SessionState {
  if (state.seen.generation?.number === generation.number) return state;
  return { ...state, seen: withGeneration(state.seen, generation), generationSince: null };
}

function welcomed(
  state: SessionState,
  connection: number,
  standing: Standing,
  assignment: Assignment,
  now: number,
  effects: SessionEffect[],
): SessionState {
  // Who was told its standing before, and hears the same, is back.
  if (!alike(state.standing, standing)) noteStanding(state, standing, effects);
  else effects.push({ type: "note", code: "reconnected", detail: `connection ${connection}` });
  const link: JoinedLink = {
    kind: "joined",
    connection,
    since: now,
    lastAnswer: 0,
    inFlight: [],
    reportKnown: null,
    renewedAt: now,
    followAt: null,
    hurry: "news",
  };
  const joined = { ...state, link, standing };
  return heldByWord(state, now) ? joined : assigned(joined, assignment, now);
}

/**
 * No grant covers it any more, only what was promised by a list: another list comes with the answer that grants it again, or it would be
 * taken away between the two.
 */
function heldByWord({ fuses }: SessionState, now: number): boolean {
  return [...fuses.values()].some(({ granted, deadline }) => granted <= now && now < deadline);
}

function assigned(state: SessionState, assignment: Assignment, now: number): SessionState {
  if (compareRevisions(assignment.revision, state.assignment?.revision ?? null) <= 0) return state;
  const ids = new Set(assignment.groups.map(holdId));
  const named = <T>(map: ReadonlyMap<string, T>): Map<string, T> => new Map([...map].filter(([id]) => ids.has(id)));
  const next = {
    ...state,
    seen: withAssignment(state.seen, assignment),
    lease: assignment.lease,
    assignment,
    fuses: named(state.fuses),
    words: { ...state.words, ...stillAsked(state, assignment), given: stillGiven(state, assignment, now) },
    released: new Map(
      assignment.groups
        .filter((group) => state.final.includes(holdId(group)))
        .map(({ group, epoch }) => [holdId({ group, epoch }), { group, epoch }]),
    ),
    holding: withAddresses(state.holding, assignment),
    blown: new Set([...state.blown].filter((id) => ids.has(id))),
  };
  return hurried(next, "news");
}

function answered(state: SessionState, answer: Answer, now: number, effects: SessionEffect[]): SessionState {
  const { link } = state;
  if (link.kind !== "joined") return state;
  const renewal = link.inFlight.find(({ n }) => n === answer.to);
  if (renewal === undefined) return state;
  // Who is Joining has been told so once already.
  if (answer.outcome.kind === "refusal" && answer.outcome.code === "deaf") {
    effects.push({ type: "note", code: "refused", detail: answer.outcome.code });
  }
  noteStanding(state, answer.standing, effects);
  const counts = countSilences(state.counts, answer.silences, {
    n: answer.n,
    receivedAt: now,
    previousAt: state.lastAnswerAt,
    ttlMs: state.lease.ttlMs,
  });
  const next: SessionState = {
    ...state,
    standing: answer.standing,
    seen: withEpochs(state.seen, answer.silences),
    fuses: granted(state, answer, renewal.sentAt),
    counts,
    lastAnswerAt: now,
    told: highest(state.told, renewal.told),
    generationSince: state.generationSince ?? now,
    link: {
      ...link,
      lastAnswer: Math.max(link.lastAnswer, answer.n),
      inFlight: link.inFlight.filter(({ n }) => n > answer.to),
      reportKnown: renewal.reportVersion ?? link.reportKnown,
      followAt: answer.ownerRenewedMs === null ? null : now + followingMs(answer.ownerRenewedMs, state.lease),
    },
  };
  return answer.assignment === null ? next : assigned(next, answer.assignment, now);
}

function highest(a: Told, b: Told): Told {
  return { associations: Math.max(a.associations, b.associations), notices: Math.max(a.notices, b.notices) };
}

function hostSays(state: SessionState, says: HostSays): SessionState {
  const changed = !alike(says.report, state.host.report);
  const heard = { ...state, host: says };
  if (!changed) return heard;
  const hurry = hasArrived(state, says) ? "news" : "swarm";
  return hurried({ ...heard, reportVersion: state.reportVersion + 1 }, hurry);
}

/** Something has come to rest that is not on its way down: of what is, only the end is waited for, and that is a release. */
function hasArrived({ host: before, orders }: SessionState, { report }: HostSays): boolean {
  const stateBefore = (of: HoldRef, name: string): ResourceState | undefined =>
    lookup(before.report.holds.find((hold) => sameHold(hold, of))?.resources ?? {}, name)?.state;
  return report.holds
    .filter((hold) => orders.holds.find((order) => sameHold(order, hold))?.mode.kind !== "down")
    .some((hold) =>
      Object.entries(hold.resources).some(
        ([name, { state }]) => !state.endsWith("Pending") && state !== stateBefore(hold, name),
      ),
    );
}

/** Whatever was granted before is over by a clock that went on, and so is what may still be granted for what was sent then. */
function lapsed(state: SessionState, lostMs: number, now: number, effects: SessionEffect[]): SessionState {
  effects.push({ type: "note", code: "lapsed", detail: `${Math.round(lostMs)} ms` });
  const fuses = new Map([...state.fuses].map(([id, fuse]) => [id, { ...fuse, granted: Math.min(fuse.granted, now) }]));
  const { link } = state;
  const alone = withoutPromises({ ...state, fuses }, new Set(fuses.keys()));
  const next = { ...alone, link: link.kind === "joined" ? { ...link, inFlight: [] } : link };
  return hurried(next, "news");
}

/** Another agent speaks; who it is has been verified. */
function told(
  state: SessionState,
  from: Pick<Peer, "key">,
  message: PeerMessage,
  now: number,
  effects: SessionEffect[],
): SessionState {
  switch (message.type) {
    case "ask":
      return heardAsk(state, from, message, now, effects);
    case "promise":
      return heardPromise(state, from, message, effects);
    case "withdrawal":
      return heardWithdrawal(state, from, message, effects);
    case "gone":
      return heardGone(state, from, message, now);
  }
}

function noteStanding(before: SessionState, standing: Standing, effects: SessionEffect[]): void {
  if (alike(before.standing, standing)) return;
  if (standing.kind === "Up") effects.push({ type: "note", code: "joined", detail: "this run is the node" });
  else effects.push({ type: "note", code: "joining", detail: standing.reason });
}

// --- doing what is due ----------------------------------------------------------------------------------------------

/** After each event: what the fuses say comes first, then what has to be released, then the line to the object. */
function act(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  const released = takeOffline(extendByPromises(state), now);
  const ordered = giveOrders(noteBlown(released, now, effects), now, effects);
  const spoken = tellGone(tendWithdrawals(ordered, now, effects), now, effects);
  // What a renewal claims was withdrawn before it; and what is asked goes with it.
  const linked = tendAsks(tendLink(spoken, now, effects), now, effects);
  const stopped = tendStop(noteWords(linked, now, effects), now, effects);
  effects.push({ type: "wake", at: nextWake(stopped, now) });
  return stopped;
}

/** A run of answers that has a hole already is not spoken from, even before the answer that ends the hole. */
function forgetBrokenCounts(state: SessionState, now: number): SessionState {
  const { counts, lastAnswerAt, lease } = state;
  const broken = counts.size > 0 && lastAnswerAt !== null && now - lastAnswerAt > longestHoleMs(lease.ttlMs);
  return broken ? { ...state, counts: new Map() } : state;
}
