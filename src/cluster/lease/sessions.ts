import { acknowledgeLists } from "./agreement.ts";
import { alike } from "../alike.ts";
import { assignmentFor, assignmentOf, isBehind, nextRevision, refreshAssignments } from "./assignment.ts";
import { parseAddress } from "../definition/ip-address.ts";
import { noteAssociations } from "../associations.ts";
import type { SessionEvent } from "../events.ts";
import { grant, isDeaf, type OpenConnection, stillUnconfirmed, withGrant } from "./grants.ts";
import { judgeAnew, judgeReport } from "../policies/groups.ts";
import { deafAfterAnswers, leasePresets, type LeaseTerms } from "./lease.ts";
import { limits } from "../limits.ts";
import {
  type Answer,
  emptyReport,
  type Hello,
  holdId,
  type HoldRef,
  type Renewal,
  type Standing,
} from "../messages.ts";
import { callOffMoves } from "../policies/moves.ts";
import { becomeEnded, belongs, holdsSome } from "./ownership.ts";
import { noteNotices } from "../notices.ts";
import { followPolicies } from "../policies/policies.ts";
import { noteKey } from "./peer-keys.ts";
import { hearReport, hearRun } from "./silence-ends.ts";
import { endHoldWhenCounted, repairRollBack } from "./start.ts";
import type { Session, SocketId } from "../state.ts";
import { close, journal, putSession, send, type Turn } from "../turn.ts";
import { acceptClaim, noteTold, ownerRenewedMs, silencesFor } from "./witness.ts";

type Of<Type extends SessionEvent["type"]> = Extract<SessionEvent, { type: Type }>;

/** A connection introduces itself. From now on nothing of the run's lower connections counts (LEASE rule 4). */
export function onHello(turn: Turn, { socket, node, nonce, message }: Of<"hello">): void {
  if (!belongs(turn, node)) return close(turn, socket, "unknown-node");
  if (sessionAt(turn, socket) !== null) {
    close(turn, socket, "out-of-turn");
    return onClosed(turn, { type: "closed", socket });
  }
  const known = turn.memory.sessions.get(message.incarnation);
  if (known !== undefined && known.connection.number >= message.connection) return close(turn, socket, "out-of-turn");
  if (isAnotherNodes(turn, message.incarnation, node)) return close(turn, socket, "out-of-turn");
  // A run has one key: what it has promised by that, nobody else may go on with (PW8).
  if (known !== undefined && known.peer?.key !== message.peer?.key) return close(turn, socket, "out-of-turn");
  if (!isPlausible(turn, message)) return close(turn, socket, "malformed");
  if (known === undefined && !hasRoomForRun(turn, node)) return close(turn, socket, "too-many-runs");
  repairRollBack(turn, node, message, nonce);
  if (known?.connection.kind === "open") close(turn, known.connection.socket, "replaced");
  const { connection: number } = message;
  const connection: OpenConnection = { kind: "open", number, socket, answers: [], granted: null, unconfirmed: [] };
  putSession(
    turn,
    message.incarnation,
    known === undefined
      ? newSession(turn, node, message, connection)
      : { ...known, connection, agreeing: null, heardAt: turn.now },
  );
  hearRun(turn, sessionOf(turn, message.incarnation));
  takeReleases(turn, node, message.incarnation, message.released);
  refreshStandings(turn);
  // The release was the last that an evicted node had to say.
  if (!turn.memory.sessions.has(message.incarnation)) return;
  followPolicies(turn);
  refreshAssignments(turn, message.incarnation);
  const session = sessionOf(turn, message.incarnation);
  if (known === undefined) {
    journalJoin(turn, session);
    noteKey(turn, session);
  }
  send(turn, socket, {
    type: "welcome",
    generation: turn.durable.generation,
    connection: message.connection,
    standing: session.standing,
    assignment: session.assigned,
  });
}

/** One renewal, one answer. What the renewal proves is taken first, so that its own answer can already grant it. */
export function onRenewal(turn: Turn, { socket, message }: Of<"renewal">, lease: LeaseTerms): void {
  const found = sessionAt(turn, socket);
  if (found === null) return close(turn, socket, "out-of-turn");
  const { session: before, connection } = found;
  if (message.n <= before.lastRenewal) return;
  const { incarnation } = before;
  const deaf = isDeaf(connection, message, lease);
  const session: Session = {
    ...before,
    lastRenewal: message.n,
    renewals: before.renewals + 1,
    renewedAt: turn.now,
    heardAt: turn.now,
    deaf,
    expired: deaf && before.expired,
    leaving: message.leaving,
    agreeing: message.agreeing,
    report: message.report ?? before.report,
    confirmed: message.report === null ? before.confirmed : assignmentOf(before, message.report),
  };
  putSession(turn, incarnation, session);
  takeReleases(turn, before.node, incarnation, message.released);
  acknowledgeLists(turn, session, message);
  const mayAct = endHoldWhenCounted(turn, message.generation, message.generationAgeMs);
  for (const claim of message.claims) acceptClaim(turn, session, claim);
  hearRun(turn, sessionOf(turn, incarnation));
  if (message.report !== null) {
    hearReport(turn, sessionOf(turn, incarnation));
    judgeReport(turn, before.report, sessionOf(turn, incarnation));
    noteAssociations(turn, sessionOf(turn, incarnation), before.renewedAt === null);
    noteNotices(turn, sessionOf(turn, incarnation));
  }
  if (mayAct) judgeAnew(turn);
  refreshStandings(turn);
  if (!turn.memory.sessions.has(incarnation)) return;
  followPolicies(turn);
  callOffMoves(turn);
  answer(turn, incarnation, message, lease);
}

/** The connection is gone. The run may come back on another one; what it holds is for witnesses to end. */
export function onClosed(turn: Turn, { socket }: Of<"closed">): void {
  const found = sessionAt(turn, socket);
  if (found === null) return;
  const { session, connection } = found;
  putSession(turn, session.incarnation, { ...session, connection: { kind: "closed", number: connection.number } });
  const waited = session.standing.kind === "Joining";
  journal(turn, {
    kind: "node.left",
    severity: waited ? "info" : "warning",
    sentence: waited
      ? `A run of node ${session.node} that waited to join is gone.`
      : `The session of node ${session.node} lost its connection.`,
    node: session.node,
  });
  forgetRunsThatAreOver(turn);
  callOffMoves(turn);
  refreshAssignments(turn, null);
}

/** After anything that may have ended an ownership: who waits may become `Up`, and runs that are over are forgotten. */
export function refreshStandings(turn: Turn): void {
  forgetRunsThatAreOver(turn);
  for (const session of turn.memory.sessions.values()) {
    const standing = standingOf(turn, session);
    if (alike(standing, session.standing)) continue;
    putSession(turn, session.incarnation, { ...session, standing });
    if (standing.kind === "Up") journalJoin(turn, { ...session, standing });
  }
}

// --- parts ----------------------------------------------------------------------------------------------------------

function answer(turn: Turn, incarnation: string, renewal: Renewal, lease: LeaseTerms): void {
  refreshAssignments(turn, incarnation);
  const session = sessionOf(turn, incarnation);
  if (session.connection.kind !== "open") return;
  const { socket, answers } = session.connection;
  const unconfirmed = stillUnconfirmed(session.connection, renewal);
  const outcome = grant(turn, session, renewal, lease, unconfirmed);
  const n = turn.memory.answers + 1;
  turn.memory = { ...turn.memory, answers: n };
  const answered: OpenConnection = {
    ...session.connection,
    answers: [...answers, n].slice(-deafAfterAnswers(lease)),
    unconfirmed,
  };
  const connection =
    outcome.kind === "grant"
      ? withGrant(answered, { answer: n, ttlMs: outcome.ttlMs, holds: outcome.holds.map(holdId) })
      : answered;
  const silences = silencesFor(turn, session);
  putSession(turn, incarnation, { ...session, connection });
  noteTold(turn, session, silences);
  const message: Answer = {
    type: "answer",
    n,
    to: renewal.n,
    generation: turn.durable.generation,
    standing: session.standing,
    outcome,
    silences,
    ownerRenewedMs: ownerRenewedMs(turn, session),
    assignment: isBehind(session, renewal.revision) ? session.assigned : null,
  };
  send(turn, socket, message);
}

/**
 * Releases are final, said again and again, and true whenever they arrive (LEASE rule 6). A run's name is no secret, so
 * the node counts as well: nobody releases what is another node's. Returns how many ownerships ended.
 */
export function takeReleases(turn: Turn, node: string, incarnation: string, released: readonly HoldRef[]): number {
  let ended = 0;
  for (const ref of released) {
    const hold = turn.durable.holds.get(holdId(ref));
    if (hold?.incarnation !== incarnation || hold.node !== node) continue;
    becomeEnded(turn, hold, { kind: "released" });
    ended += 1;
  }
  return ended;
}

const up: Standing = { kind: "Up" };

function standingOf(turn: Turn, { incarnation, node }: Session): Standing {
  if (holdsSome(turn, incarnation)) return up;
  for (const hold of turn.durable.holds.values()) {
    if (hold.node !== node) continue;
    const connected = turn.memory.sessions.get(hold.incarnation)?.connection.kind === "open";
    const reason = connected ? "another-run-is-connected" : "an-earlier-run-still-owns";
    return { kind: "Joining", reason, predecessor: hold.incarnation };
  }
  // The run that is `Up` is the node, else the one that came first; the others wait.
  const runs = [...turn.memory.sessions.values()].filter((session) => session.node === node);
  const first = runs.find(({ standing }) => standing.kind === "Up") ?? runs[0];
  if (first === undefined || first.incarnation === incarnation) return up;
  return { kind: "Joining", reason: "another-run-is-connected", predecessor: first.incarnation };
}

function forgetRunsThatAreOver(turn: Turn): void {
  for (const session of turn.memory.sessions.values()) {
    if (holdsSome(turn, session.incarnation)) continue;
    if (session.connection.kind === "open") {
      if (belongs(turn, session.node)) continue;
      close(turn, session.connection.socket, "unknown-node");
    }
    putSession(turn, session.incarnation, null);
  }
}

function newSession(turn: Turn, node: string, message: Hello, connection: OpenConnection): Session {
  const peer = message.peer && { key: message.peer.key, address: message.peer.address };
  const blank: Session = {
    incarnation: message.incarnation,
    node,
    machine: message.machine,
    peer,
    agreeing: null,
    connection,
    standing: up,
    renewals: 0,
    lastRenewal: 0,
    renewedAt: null,
    heardAt: turn.now,
    report: emptyReport,
    expired: false,
    deaf: false,
    leaving: false,
    assigned: assignmentFor(turn, { incarnation: message.incarnation, node, peer }, nextRevision(turn)),
    confirmed: null,
    told: message.told,
  };
  return { ...blank, standing: standingOf(turn, blank) };
}

function journalJoin(turn: Turn, { node, standing }: Session): void {
  if (standing.kind === "Up") {
    return journal(turn, { kind: "node.joined", sentence: `Node ${node} joined the cluster.`, node });
  }
  const why =
    standing.reason === "another-run-is-connected"
      ? "another run of its agent is connected"
      : "an earlier run of its agent still owns a group";
  journal(turn, {
    kind: "node.joining",
    severity: "warning",
    mscsId: 1070,
    sentence: `A run of node ${node} waits to join: ${why}.`,
    node,
  });
}

/** A run's name shows in the state, so that a name alone proves nothing: it stays with the node that brought it. */
function isAnotherNodes(turn: Turn, incarnation: string, node: string): boolean {
  const known = turn.memory.sessions.get(incarnation)?.node ?? turn.durable.leases.get(incarnation)?.node;
  return known !== undefined && known !== node;
}

/** No agent has seen numbers that would take decades to reach; taking them over would use the numbers up. */
function isPlausible(turn: Turn, { seen, holding }: Hello): boolean {
  if (new Set(holding.map(holdId)).size < holding.length) return false;
  if (holding.some(({ addresses }) => addresses.some((address) => parseAddress(address) === null))) return false;
  const most = turn.durable.generation.number + limits.plausibleJump;
  const epochs = [
    turn.durable.cluster?.epochFloor ?? 0,
    ...[...turn.durable.groups.values()].map(({ epoch }) => epoch),
  ];
  const mostEpoch = Math.max(...epochs) + limits.plausibleJump;
  return (seen.generation?.number ?? 0) <= most && Object.values(seen.epochs).every((epoch) => epoch <= mostEpoch);
}

/**
 * A run that holds nothing and has been silent for a ttl makes room where there is none: its host may have lost its power, and nobody
 * has closed its connection. This clock may be wrong about that; then the run comes back.
 */
function hasRoomForRun(turn: Turn, node: string): boolean {
  const runs = [...turn.memory.sessions.values()].filter((session) => session.node === node);
  if (runs.length < limits.sessionsPerNode) return true;
  const silent = runs.find((session) => mayMakeRoom(turn, session));
  if (silent === undefined) return false;
  if (silent.connection.kind === "open") close(turn, silent.connection.socket, "too-many-runs");
  putSession(turn, silent.incarnation, null);
  journal(turn, {
    kind: "node.left",
    sentence: `A run of node ${node} that held nothing and was silent has made room for another one.`,
    node,
  });
  return true;
}

function mayMakeRoom(turn: Turn, { incarnation, heardAt }: Session): boolean {
  const ttlMs = turn.durable.cluster?.definition.lease.ttlMs ?? leasePresets.wan.ttlMs;
  const isHeard = heardAt <= turn.now && turn.now < heardAt + ttlMs;
  return !isHeard && !holdsSome(turn, incarnation);
}

function sessionOf(turn: Turn, incarnation: string): Session {
  const session = turn.memory.sessions.get(incarnation);
  if (session === undefined) throw new Error(`no session of run ${incarnation}`);
  return session;
}

function sessionAt(turn: Turn, socket: SocketId): { session: Session; connection: OpenConnection } | null {
  for (const session of turn.memory.sessions.values()) {
    const { connection } = session;
    if (connection.kind === "open" && connection.socket === socket) return { session, connection };
  }
  return null;
}
