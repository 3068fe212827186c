import { compareRevisions, type Generation } from "../cluster/generation.ts";
import { type LeaseTerms, leasePresets, longestHoleMs } from "../cluster/lease.ts";
import { limits } from "../cluster/limits.ts";
import {
  type AgentMessage,
  type Answer,
  type AssignedGroup,
  type Assignment,
  emptyReport,
  holdId,
  type HoldRef,
  type ObjectMessage,
  type ReportedHold,
  type Seen,
  type Standing,
} from "../cluster/messages.ts";
import { type Fuse, fuseDeadline, isLive, renewFuse } from "./fuse.ts";
import type { HoldMode, HoldOrder, HostSays, Orders } from "./orders.ts";
import { withAssignment, withEpochs, withGeneration } from "./seen.ts";
import { claimsOf, type Counts, countSilences, markClaimed, nextClaimAt } from "./witness.ts";

/**
 * The agent's side of a session, as a pure machine. `now` is the node's monotonic clock in milliseconds; nothing here
 * knows the time of day.
 */
export type SessionEvent = { readonly now: number } & (
  | { readonly type: "opened"; readonly connection: number }
  /** The connection is gone, or could not be made in time. */
  | { readonly type: "closed"; readonly connection: number }
  | { readonly type: "received"; readonly connection: number; readonly message: ObjectMessage }
  | { readonly type: "host"; readonly says: HostSays }
  /** A time that a `wake` effect asked for has come; waking too early or too often does no harm. */
  | { readonly type: "wake" }
  /** The process was asked to end: everything offline, released, then `exit`. */
  | { readonly type: "stop" }
);

/** To be carried out in their order. */
export type SessionEffect =
  /** Write this to the node's disk, and sync it, before anything that follows. */
  | { readonly type: "remember"; readonly seen: Seen }
  | { readonly type: "orders"; readonly orders: Orders }
  /** Open a connection; answer with `opened` or, after `timeoutMs` at the latest, with `closed`. */
  | { readonly type: "connect"; readonly connection: number; readonly timeoutMs: number }
  /** Drop it at once, without waiting for the other side. */
  | { readonly type: "disconnect"; readonly connection: number }
  | { readonly type: "send"; readonly connection: number; readonly message: AgentMessage }
  /** Send `wake` at this time; replaces any earlier one. */
  | { readonly type: "wake"; readonly at: number }
  /** Something for the log: a stable code and what it is about. */
  | { readonly type: "note"; readonly code: SessionNote; readonly detail: string }
  | { readonly type: "exit" };

export type SessionNote = "joined" | "joining" | "connection-lost" | "fuse-blown" | "refused" | "stale-message";

export type SessionState = {
  readonly incarnation: string;
  readonly seen: Seen;
  readonly link: Link;
  /** Numbers of the last connection and of the last renewal of this run. */
  readonly connections: number;
  readonly renewals: number;
  readonly lease: LeaseTerms;
  readonly assignment: Assignment | null;
  readonly standing: Standing | null;
  /** One for each ownership that was ever granted and is still assigned. */
  readonly fuses: ReadonlyMap<string, Fuse>;
  /** Ownerships whose blowing has been noted, so that it is noted once. */
  readonly blown: ReadonlySet<string>;
  /** Said in every renewal until the assignment no longer names them; never online again (LEASE rule 6). */
  readonly released: ReadonlyMap<string, HoldRef>;
  /** What this run has released, newest last: it stays so should an assignment name it once more. */
  readonly final: readonly string[];
  readonly counts: Counts;
  readonly lastAnswerAt: number | null;
  /** When the first answer of the generation last seen was received. */
  readonly generationSince: number | null;
  readonly orders: Orders;
  readonly host: HostSays;
  /** Grows with each change of the host's report. */
  readonly reportVersion: number;
  readonly stopping: { readonly since: number; readonly offlineSince: number | null } | null;
};

/** One connection at a time; each has a higher number than the one before it. */
export type Link =
  | { readonly kind: "closed"; readonly retryAt: number }
  | { readonly kind: "connecting"; readonly connection: number }
  | { readonly kind: "greeting"; readonly connection: number; readonly since: number }
  | JoinedLink;

export type JoinedLink = {
  readonly kind: "joined";
  readonly connection: number;
  readonly since: number;
  /** Highest answer received on this connection. */
  readonly lastAnswer: number;
  /** Renewals that have not been answered, oldest first. */
  readonly inFlight: readonly { readonly n: number; readonly sentAt: number; readonly reportVersion: number | null }[];
  /** The version of the report that an answered renewal of this connection carried. */
  readonly reportKnown: number | null;
  readonly renewedAt: number;
  /** Something new has to be said before the next renewal is due. */
  readonly urgent: boolean;
};

/** More than a ttl's worth of renewals; an answer to one that has been forgotten grants nothing. */
const mostInFlight = 64;

export function startSession(
  incarnation: string,
  seen: Seen,
  now: number,
): { state: SessionState; effects: SessionEffect[] } {
  const state: SessionState = {
    incarnation,
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
    final: [],
    counts: new Map(),
    lastAnswerAt: null,
    generationSince: null,
    orders: { n: 0, holds: [] },
    host: { n: 0, report: emptyReport, offline: [] },
    reportVersion: 0,
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
  return { state, effects };
}

/** The one ownership of a group that may be used now, with its fuse: what the local verdict is made of. */
export function liveHold(
  state: SessionState,
  group: string,
  now: number,
): { order: HoldOrder; deadline: number } | null {
  for (const order of state.orders.holds) {
    if (order.group !== group || order.mode.kind !== "up") continue;
    const fuse = state.fuses.get(holdId(order));
    if (isLive(fuse, now)) return { order, deadline: fuse.deadline };
  }
  return null;
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
    case "host":
      return hostSays(state, event.says);
    case "wake":
      return state;
    case "stop":
      return state.stopping === null ? urgent({ ...state, stopping: { since: event.now, offlineSince: null } }) : state;
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
      connection,
      seen: state.seen,
      released: [...state.released.values()],
    },
  });
  return { ...state, link: { kind: "greeting", connection, since: now } };
}

function closed(state: SessionState, connection: number, now: number, effects: SessionEffect[]): SessionState {
  if (state.link.kind === "closed" || state.link.connection !== connection) return state;
  effects.push({ type: "note", code: "connection-lost", detail: `connection ${connection}` });
  return { ...state, link: { kind: "closed", retryAt: retryAt(state, now) } };
}

/** The first retry is at once; after a connection that came to nothing, a quarter of the renewal interval later. */
function retryAt({ link, lease }: SessionState, now: number): number {
  const wasAnswered = link.kind === "joined" && link.lastAnswer > 0;
  return wasAnswered ? now : now + lease.renewMs / 4;
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
      return assigned(current, message.assignment);
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
  noteStanding(state, standing, effects);
  const link: JoinedLink = {
    kind: "joined",
    connection,
    since: now,
    lastAnswer: 0,
    inFlight: [],
    reportKnown: null,
    renewedAt: now,
    urgent: true,
  };
  return assigned({ ...state, link, standing }, assignment);
}

function assigned(state: SessionState, assignment: Assignment): SessionState {
  if (compareRevisions(assignment.revision, state.assignment?.revision ?? null) <= 0) return state;
  const ids = new Set(assignment.groups.map(holdId));
  const named = <T>(map: ReadonlyMap<string, T>): Map<string, T> => new Map([...map].filter(([id]) => ids.has(id)));
  return urgent({
    ...state,
    seen: withAssignment(state.seen, assignment),
    lease: assignment.lease,
    assignment,
    fuses: named(state.fuses),
    released: new Map(
      assignment.groups
        .filter((group) => state.final.includes(holdId(group)))
        .map(({ group, epoch }) => [holdId({ group, epoch }), { group, epoch }]),
    ),
    blown: new Set([...state.blown].filter((id) => ids.has(id))),
  });
}

function answered(state: SessionState, answer: Answer, now: number, effects: SessionEffect[]): SessionState {
  const { link } = state;
  if (link.kind !== "joined") return state;
  const renewal = link.inFlight.find(({ n }) => n === answer.to);
  if (renewal === undefined) return state;
  if (answer.outcome.kind === "refusal") effects.push({ type: "note", code: "refused", detail: answer.outcome.code });
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
    generationSince: state.generationSince ?? now,
    link: {
      ...link,
      lastAnswer: Math.max(link.lastAnswer, answer.n),
      inFlight: link.inFlight.filter(({ n }) => n > answer.to),
      reportKnown: renewal.reportVersion ?? link.reportKnown,
    },
  };
  return answer.assignment === null ? next : assigned(next, answer.assignment);
}

/** Only the epochs that the grant lists are moved; all others stay as they are (LEASE rule 1). */
function granted(state: SessionState, { outcome, to }: Answer, sentAt: number): ReadonlyMap<string, Fuse> {
  if (outcome.kind === "refusal" || outcome.holds.length === 0) return state.fuses;
  const fuses = new Map(state.fuses);
  const deadline = fuseDeadline(sentAt, outcome.ttlMs);
  for (const { group, epoch } of outcome.holds) {
    const id = holdId({ group, epoch });
    fuses.set(id, renewFuse(fuses.get(id), { group, epoch, renewal: to, deadline }));
  }
  return fuses;
}

function hostSays(state: SessionState, says: HostSays): SessionState {
  const changed = JSON.stringify(says.report) !== JSON.stringify(state.host.report);
  const heard = { ...state, host: says };
  return changed ? urgent({ ...heard, reportVersion: state.reportVersion + 1 }) : heard;
}

function urgent(state: SessionState): SessionState {
  return state.link.kind === "joined" ? { ...state, link: { ...state.link, urgent: true } } : state;
}

function noteStanding(before: SessionState, standing: Standing, effects: SessionEffect[]): void {
  if (JSON.stringify(before.standing) === JSON.stringify(standing)) return;
  if (standing.kind === "Up") effects.push({ type: "note", code: "joined", detail: "this run is the node" });
  else effects.push({ type: "note", code: "joining", detail: standing.reason });
}

// --- doing what is due ----------------------------------------------------------------------------------------------

/** After each event: what the fuses say comes first, then what has to be released, then the line to the object. */
function act(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  const released = takeOffline(state, now);
  const ordered = giveOrders(noteBlown(released, now, effects), now, effects);
  const linked = tendLink(ordered, now, effects);
  const stopped = tendStop(linked, now, effects);
  effects.push({ type: "wake", at: nextWake(stopped, now) });
  return stopped;
}

/** Releases what is wanted offline and is offline, verified by the host under the orders that said so. */
function takeOffline(state: SessionState, now: number): SessionState {
  if (state.host.n !== state.orders.n || state.assignment === null) return state;
  const offline = new Set(state.host.offline.map(holdId));
  const done = state.assignment.groups.filter((group) => {
    const id = holdId(group);
    const order = state.orders.holds.find((candidate) => holdId(candidate) === id);
    if (order === undefined || order.mode.kind === "up" || state.released.has(id)) return false;
    return isUnwanted(state, group) && offline.has(id);
  });
  if (done.length === 0) return state;
  const released = new Map(state.released);
  for (const { group, epoch } of done) released.set(holdId({ group, epoch }), { group, epoch });
  const final = [...state.final, ...done.map(holdId)].slice(-limits.releasedNamed);
  return urgent({ ...state, released, final, stopping: state.stopping && { ...state.stopping, offlineSince: now } });
}

function isUnwanted(state: SessionState, { group, epoch, wanted }: AssignedGroup): boolean {
  // An epoch below one that was seen was over long ago, whatever a control plane that was rolled back believes.
  const outdated = epoch < (Object.hasOwn(state.seen.epochs, group) ? (state.seen.epochs[group] ?? 0) : 0);
  return wanted === "Offline" || outdated || state.stopping !== null;
}

/** A run of answers that has a hole already is not spoken from, even before the answer that ends the hole. */
function forgetBrokenCounts(state: SessionState, now: number): SessionState {
  const { counts, lastAnswerAt, lease } = state;
  const broken = counts.size > 0 && lastAnswerAt !== null && now - lastAnswerAt > longestHoleMs(lease.ttlMs);
  return broken ? { ...state, counts: new Map() } : state;
}

function noteBlown(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  const blown = new Set(state.blown);
  for (const [id, fuse] of state.fuses) {
    if (isLive(fuse, now)) blown.delete(id);
    else if (!blown.has(id)) {
      blown.add(id);
      effects.push({ type: "note", code: "fuse-blown", detail: id });
    }
  }
  return { ...state, blown };
}

function giveOrders(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  const holds = (state.assignment?.groups ?? [])
    .filter((group) => !state.released.has(holdId(group)))
    .map((group): HoldOrder => {
      const { group: name, epoch, resources } = group;
      return { group: name, epoch, resources, mode: modeOf(state, group, now) };
    });
  if (JSON.stringify(holds) === JSON.stringify(state.orders.holds)) return state;
  const orders: Orders = { n: state.orders.n + 1, holds };
  effects.push({ type: "orders", orders });
  return { ...state, orders };
}

function modeOf(state: SessionState, group: AssignedGroup, now: number): HoldMode {
  const fuse = state.fuses.get(holdId(group));
  if (!isLive(fuse, now)) return { kind: "cut" };
  return { kind: isUnwanted(state, group) ? "down" : "up", deadline: fuse.deadline };
}

function tendLink(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
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
    { type: "note", code: "connection-lost", detail: `connection ${connection} is silent` },
  );
  return tendLink({ ...state, link: { kind: "closed", retryAt: retryAt(state, now) } }, now, effects);
}

/** A connection without an answer for half a ttl is given up: another one may get through in time. */
function silentAt({ lastAnswerAt, lease }: SessionState, { since }: JoinedLink): number {
  return Math.max(since, lastAnswerAt ?? since) + longestHoleMs(lease.ttlMs);
}

/**
 * Each `renewMs`; sooner to say something new (one renewal under way at a time), and at the moment that a count is
 * complete.
 */
function renewalDue({ lease, counts }: SessionState, { urgent: hurry, inFlight, renewedAt }: JoinedLink): number {
  if (hurry && inFlight.length === 0) return Number.NEGATIVE_INFINITY;
  return Math.min(renewedAt + lease.renewMs, nextClaimAt(counts));
}

function renew(state: SessionState, link: JoinedLink, now: number, effects: SessionEffect[]): SessionState {
  const n = state.renewals + 1;
  const sayReport = link.reportKnown !== state.reportVersion;
  effects.push({
    type: "send",
    connection: link.connection,
    message: {
      type: "renewal",
      n,
      lastAnswer: link.lastAnswer,
      generation: state.seen.generation?.number ?? 0,
      revision: state.assignment?.revision ?? null,
      generationAgeMs: state.generationSince === null ? null : now - state.generationSince,
      intact: [...state.fuses.values()]
        .filter((fuse) => isLive(fuse, now) && !state.released.has(holdId(fuse)))
        .map(({ group, epoch }) => ({ group, epoch })),
      released: [...state.released.values()],
      claims: claimsOf(state.counts, now),
      leaving: state.stopping !== null,
      report: sayReport ? state.host.report : null,
    },
  });
  const sent = { n, sentAt: now, reportVersion: sayReport ? state.reportVersion : null };
  const inFlight = [...link.inFlight, sent].slice(-mostInFlight);
  return {
    ...state,
    renewals: n,
    counts: markClaimed(state.counts, now),
    link: { ...link, inFlight, renewedAt: now, urgent: false },
  };
}

/** Ends when everything is offline and the object knows it, or could not be told within a ttl. */
function tendStop(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  if (state.stopping === null) return state;
  const held = state.assignment?.groups ?? [];
  const told = held.length === 0;
  const allOffline =
    state.host.n === state.orders.n &&
    held.every((group) => state.released.has(holdId(group))) &&
    state.host.report.holds.every(isDown);
  if (!allOffline) return state;
  const stopping = { ...state.stopping, offlineSince: state.stopping.offlineSince ?? now };
  if (told || now >= stopping.offlineSince + state.lease.ttlMs) effects.push({ type: "exit" });
  return { ...state, stopping };
}

/** What is not assigned any more is taken down all the same, and may take its time. */
function isDown({ resources }: ReportedHold): boolean {
  return Object.values(resources).every((resource) => resource.state === "Offline" || resource.state === "Failed");
}

function nextWake(state: SessionState, now: number): number {
  const { link, lease, stopping } = state;
  const fuses = [...state.fuses.values()].map(({ deadline }) => deadline).filter((deadline) => deadline > now);
  const stop = stopping?.offlineSince == null ? [] : [stopping.offlineSince + lease.ttlMs].filter((at) => at > now);
  return Math.min(linkWake(state, link), ...fuses, ...stop, now + lease.ttlMs);
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
