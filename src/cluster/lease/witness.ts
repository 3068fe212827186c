import { mayClaim } from "./agreement.ts";
import { sameGeneration } from "./generation.ts";
import { marginMs } from "./lease.ts";
import { limits } from "../limits.ts";
import { type Claim, holdId, runSubject, type Silence } from "../messages.ts";
import { becomeEnded, belongs, holdsSome, leaseOf } from "./ownership.ts";
import type { Hold, Session, ToldSilence } from "../state.ts";
import { close, journal, putSession, type Turn } from "../turn.ts";

/**
 * An expiry is witnessed, never timed here: this clock may step, and an instance of the object that was cut off may be the
 * one that asks. The answers to a session name what it may count; its renewals bring the count back (LEASE rule 7).
 */
export function silencesFor(turn: Turn, session: Session): Silence[] {
  const { generation } = turn.durable;
  const ownerships = [...turn.durable.holds.values()]
    .filter(({ incarnation }) => incarnation !== session.incarnation)
    .map((hold) => ({
      subject: holdId(hold),
      generation,
      k: silenceOf(turn, hold),
      ttlMs: leaseOf(turn, hold).ttlHeldMs,
    }));
  const predecessor = idlePredecessor(turn, session);
  if (predecessor === null) return ownerships;
  const run = { subject: runSubject(predecessor.incarnation), generation, k: predecessor.renewals, ttlMs: ttlOf(turn) };
  return [...ownerships, run];
}

/** Of the first owner that is not this session; null as in `Answer`. */
export function ownerRenewedMs({ durable, memory, now }: Turn, { incarnation }: Session): number | null {
  const owners = [...durable.holds.values()].map((hold) => hold.incarnation);
  if (owners.includes(incarnation)) return null;
  const renewedAt = owners.map((run) => memory.sessions.get(run)?.renewedAt ?? null).find((at) => at !== null);
  return renewedAt === undefined ? null : Math.max(0, now - renewedAt);
}

/** Notes what an answer tells of silences: a value that was told before has stood since then. */
export function noteTold(turn: Turn, { incarnation, node }: Session, silences: readonly Silence[]): void {
  const told = silences.map((silence): [string, ToldSilence] => {
    const at = toldAt(turn, incarnation, silence);
    return [silence.subject, { silence, at: at !== null && at <= turn.now ? at : turn.now }];
  });
  const { witnesses, sessions } = turn.memory;
  const others = [...witnesses].filter(([run, of]) => run !== incarnation && belongs(turn, of.node));
  const gone = others.filter(([run, of]) => of.node === node && !sessions.has(run)).map(([run]) => run);
  const forgotten = new Set(gone.slice(0, Math.max(0, gone.length - limits.sessionsPerNode)));
  const kept = others.filter(([run]) => !forgotten.has(run));
  turn.memory = { ...turn.memory, witnesses: new Map([...kept, [incarnation, { node, silences: new Map(told) }]]) };
}

/**
 * Ends what a claim proves. The count is the witness's; that it could have counted so long since it was told of the value is
 * checked all the same, so that a witness that lies, or whose clock runs away, ends nothing that lives. A clock of the
 * object's that goes wrong can delay an end by this, and never bring one about.
 */
export function acceptClaim(turn: Turn, session: Session, { silence, countedMs, since }: Claim): void {
  if (!sameGeneration(silence.generation, turn.durable.generation)) return;
  if (!hasStood(turn, session, silence)) return;
  const hold = turn.durable.holds.get(silence.subject);
  if (hold !== undefined) {
    const itsOwn = hold.incarnation === session.incarnation;
    if (!mayClaim(hold, session)) return;
    if (itsOwn || silence.k !== silenceOf(turn, hold) || countedMs < leaseOf(turn, hold).ttlHeldMs) return;
    return becomeEnded(turn, hold, { kind: "expired", witness: session.node, countedMs, since });
  }
  const predecessor = idlePredecessor(turn, session);
  if (predecessor === null || silence.subject !== runSubject(predecessor.incarnation)) return;
  if (silence.k !== predecessor.renewals || countedMs < ttlOf(turn)) return;
  if (predecessor.connection.kind === "open") close(turn, predecessor.connection.socket, "replaced");
  putSession(turn, predecessor.incarnation, null);
  journal(turn, {
    kind: "node.left",
    sentence: `An earlier run of node ${session.node} has been silent for ${Math.floor(countedMs)} ms and held nothing: it is over.`,
    node: session.node,
  });
}

function hasStood(turn: Turn, session: Session, silence: Silence): boolean {
  const at = toldAt(turn, session.incarnation, silence);
  return at !== null && turn.now - at >= silence.ttlMs - marginMs(silence.ttlMs);
}

/** Since when this value stands as the run was told it; null: it was told another one, or none. */
function toldAt({ memory }: Turn, incarnation: string, { subject, generation, k, ttlMs }: Silence): number | null {
  const told = memory.witnesses.get(incarnation)?.silences.get(subject);
  const isSame =
    told?.silence.k === k && told.silence.ttlMs === ttlMs && sameGeneration(told.silence.generation, generation);
  return isSame ? told.at : null;
}

/** What changes with each grant, and with each answered renewal that could not be granted while the object was holding. */
function silenceOf(turn: Turn, hold: Hold): number {
  return leaseOf(turn, hold).k + (turn.memory.heard.get(holdId(hold)) ?? 0);
}

/** The run that a `Joining` session waits for, when that run holds nothing whose silence could be counted. */
function idlePredecessor(turn: Turn, session: Session): Session | null {
  if (session.standing.kind !== "Joining") return null;
  const predecessor = turn.memory.sessions.get(session.standing.predecessor);
  if (predecessor === undefined || holdsSome(turn, predecessor.incarnation)) return null;
  return predecessor;
}

function ttlOf(turn: Turn): number {
  const cluster = turn.durable.cluster;
  if (cluster === null) throw new Error("a cluster without a definition has no sessions");
  return cluster.definition.lease.ttlMs;
}
