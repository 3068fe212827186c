import type { Answer, Attempt, Entry, Frame, History, Outcome } from "./history.ts";

/** Something that must not be. `at`: when, on the history's clock, so that what was seen around it can be told. */
export type Finding = { readonly code: FindingCode; readonly at: number; readonly what: string };
export type FindingCode =
  | "two-speakers"
  | "spoke-outside"
  | "answered-outside"
  | "answers-overlap"
  | "claim-outlives-lease"
  | "wrong-source"
  | "opened-late"
  | "opened-unseen"
  | "journal-gap"
  | "journal-lost"
  | "journal-rolled-back"
  | "epochs-overlap"
  | "epochs-not-growing"
  | "not-online-again"
  | "nothing-happened"
  | "clock-stepped";

/**
 * What the journal's times, in whole milliseconds, and the way from one clock to the other may be wrong by. So an overlap that is
 * shorter is not found; nothing else depends on how fast anything was.
 */
export const toleranceMs = 2;

/** From when until when the journal says that a node owned the group. */
export type Ownership = {
  readonly epoch: number;
  readonly node: string;
  readonly from: number;
  readonly to: number;
  /** Null: it has not ended. */
  readonly end: "group.released" | "group.expired" | "node.confirmed-down" | null;
};

const ends = ["group.released", "group.expired", "node.confirmed-down"] as const;

/** All that is wrong with a history, by time. */
export function judge(history: History): Finding[] {
  const owned = ownershipsOf(history.journal.exported);
  return [
    ...judgeFrames(history, owned),
    ...judgeAnswers(history, owned),
    ...judgeAssociations(history),
    ...judgeJournal(history.journal),
    ...judgeEpochs(history.journal.exported),
    ...judgeRun(history, owned),
  ].toSorted((a, b) => a.at - b.at);
}

export function ownershipsOf(entries: readonly Entry[]): Ownership[] {
  return entries.flatMap((entry) => {
    if (entry.kind !== "group.owned" || entry.epoch === null || entry.node === null) return [];
    const ended = entries.find(({ seq, epoch, kind }) => seq > entry.seq && epoch === entry.epoch && isEnd(kind));
    const end = ends.find((kind) => kind === ended?.kind) ?? null;
    return [{ epoch: entry.epoch, node: entry.node, from: entry.at, to: ended?.at ?? Infinity, end }];
  });
}

const isEnd = (kind: string): boolean => ends.some((end) => end === kind);

/**
 * A host speaks under an epoch of its own alone. The control plane has written an end before it tells anybody, and whoever held the
 * group had fallen silent before that; so a frame outside of the sender's epochs is a fault by itself, and one after the next
 * owner's first is two speakers.
 */
function judgeFrames({ frames, nodes }: History, owned: readonly Ownership[]): Finding[] {
  const names = new Map(Object.entries(nodes).map(([name, mac]) => [mac, name]));
  /** By address and epoch. */
  const first = new Map<string, Frame>();
  return frames.flatMap((frame): Finding[] => {
    const name = names.get(frame.mac) ?? `a stranger, ${frame.mac},`;
    const { at, address } = frame;
    const own = owned.findLast(({ node, from, to }) => node === name && isWithin(at, from, to));
    if (own !== undefined) {
      const key = `${address} ${own.epoch}`;
      if (!first.has(key)) first.set(key, frame);
      return [];
    }
    const present = owned.findLast(({ from }) => from <= at);
    const spoken = first.get(`${address} ${present?.epoch}`);
    const what = `${name} spoke from ${address}`;
    if (present === undefined || spoken === undefined || spoken.mac === frame.mac) {
      return [{ code: "spoke-outside", at, what: `${what}, outside of its epochs` }];
    }
    const after = `${(at - spoken.at).toFixed(1)} ms after ${present.node}'s first frame of epoch ${present.epoch}`;
    return [{ code: "two-speakers", at, what: `${what} ${after}` }];
  });
}

function isWithin(at: number, from: number, to: number): boolean {
  return at >= from - toleranceMs && at <= to + toleranceMs;
}

type Bound = Attempt & { readonly answer: Extract<Answer, { kind: "BIND" }> };
type Opened = Bound & { readonly outcome: Extract<Outcome, { kind: "opened" }> };

const isBound = (attempt: Attempt): attempt is Bound => attempt.answer.kind === "BIND";
const isOpened = (attempt: Attempt): attempt is Opened => isBound(attempt) && attempt.outcome.kind === "opened";

/** An answer was given at some moment between the question and its arrival: what is wrong at each of them is wrong. */
function judgeAnswers({ attempts, policy }: History, owned: readonly Ownership[]): Finding[] {
  const bound = attempts.filter(isBound).toSorted((a, b) => a.askedAt - b.askedAt);
  return [...bound.flatMap((attempt) => judgeAnswer(attempt, owned, policy)), ...overlapsOf(bound)];
}

function judgeAnswer(
  { node, askedAt, answeredAt, answer }: Bound,
  owned: readonly Ownership[],
  policy: History["policy"],
): Finding[] {
  const what = `${node} was answered BIND under epoch ${answer.epoch}`;
  const own = owned.find(({ epoch }) => epoch === answer.epoch);
  if (own?.node !== node || answeredAt < own.from - toleranceMs || askedAt > own.to + toleranceMs) {
    return [{ code: "answered-outside", at: answeredAt, what: `${what}, which it did not own then` }];
  }
  // One that is released ends what was answered before, by taking the address away; one that expired had ended by itself.
  const over = answer.until - own.to;
  // So has one that was held by the word of a peer: that may take its word back, and counts on once it is told that all is gone (PW5).
  if (own.end !== "group.expired" || policy === "hold-while-peers-agree" || over <= toleranceMs) return [];
  return [{ code: "claim-outlives-lease", at: own.to, what: `${what}, for ${over.toFixed(0)} ms more than it lasted` }];
}

/** @param bound by the time of the question */
function overlapsOf(bound: readonly Bound[]): Finding[] {
  let newest: Bound | undefined;
  const found: Finding[] = [];
  for (const attempt of bound.toSorted((a, b) => a.answeredAt - b.answeredAt)) {
    if (newest === undefined || attempt.answer.epoch > newest.answer.epoch) newest = attempt;
    else if (attempt.answer.epoch < newest.answer.epoch && attempt.askedAt > newest.answeredAt) {
      const what = `${attempt.node} was answered epoch ${attempt.answer.epoch} after ${newest.node} was answered ${newest.answer.epoch}`;
      found.push({ code: "answers-overlap", at: attempt.answeredAt, what });
    }
  }
  return found;
}

/** Each is judged by the frames that made it, which the kernel timed: a client that had to wait for a processor is not late. */
function judgeAssociations({ attempts, calls, frames, nodes, addresses, framesMissed }: History): Finding[] {
  const strangers = calls
    .filter(({ from }) => !addresses.includes(from))
    .map(({ at, from }): Finding => ({ code: "wrong-source", at, what: `the partner was called from ${from}` }));
  const byPort = new Map<string, Frame[]>();
  for (const frame of frames) {
    if (frame.tcp === null) continue;
    const key = `${frame.mac} ${frame.address} ${frame.tcp.port}`;
    const same = byPort.get(key);
    if (same === undefined) byPort.set(key, [frame]);
    else same.push(frame);
  }
  const found = attempts.filter(isOpened).flatMap((attempt): Finding[] => {
    const { node, answer, outcome, askedAt } = attempt;
    const { at, from, port } = outcome;
    const what = `${node} opened an association from ${from}, port ${port}`;
    if (from !== answer.address || !addresses.includes(from)) return [{ code: "wrong-source", at, what }];
    const made = (byPort.get(`${nodes[node]} ${from} ${port}`) ?? []).filter((frame) =>
      isWithin(frame.at, askedAt, at),
    );
    if (made.length === 0) return framesMissed > 0 ? [] : [{ code: "opened-unseen", at, what }];
    // The third of the handshake may be lost with the link; then the client has it, and nobody else.
    const late = (made.find(({ tcp }) => tcp?.isAck === true)?.at ?? -Infinity) - answer.until;
    return late <= toleranceMs ? [] : [{ code: "opened-late", at, what: `${what}, ${late.toFixed(1)} ms too late` }];
  });
  return [...strangers, ...found];
}

function judgeJournal({ polled, rolledBack, exported }: History["journal"]): Finding[] {
  const last = new Map(exported.map((entry) => [entry.seq, entry]));
  const oldest = exported[0]?.seq ?? 0;
  const gaps = exported.slice(1).flatMap(({ seq, at }, index): Finding[] => {
    const before = exported[index]?.seq ?? 0;
    return seq === before + 1 ? [] : [{ code: "journal-gap", at, what: `after ${before} comes ${seq}` }];
  });
  const lost = polled.flatMap((entry): Finding[] => {
    const { seq, at, text } = entry;
    // What is older than the oldest was trimmed, as it may be.
    if (seq < oldest || last.get(seq)?.text === text) return [];
    const became = last.get(seq)?.text ?? "not there";
    return [{ code: "journal-lost", at, what: `entry ${seq} was ${text}, and is ${became}` }];
  });
  const back = rolledBack.map(({ at, after, last }): Finding => ({
    code: "journal-rolled-back",
    at,
    what: `it was at ${after}, then at ${last}`,
  }));
  return [...gaps, ...lost, ...back];
}

function judgeEpochs(entries: readonly Entry[]): Finding[] {
  const found: Finding[] = [];
  let highest = 0;
  let open: number | null = null;
  for (const { kind, epoch, at } of entries) {
    if (epoch === null) continue;
    if (isEnd(kind) && epoch === open) open = null;
    if (kind !== "group.owned") continue;
    if (epoch <= highest) found.push({ code: "epochs-not-growing", at, what: `epoch ${epoch} after ${highest}` });
    if (open !== null)
      found.push({ code: "epochs-overlap", at, what: `epoch ${epoch} began before ${open} had ended` });
    highest = Math.max(highest, epoch);
    open = epoch;
  }
  return found;
}

/** Steps of the wall clock that are more than NTP leads it by between two looks. */
const ledMs = 10;

function judgeRun(history: History, owned: readonly Ownership[]): Finding[] {
  const { onlineAgainAt, faultsEndedAt, frames, attempts, faults, clockStepMs } = history;
  const at = faultsEndedAt;
  const found: Finding[] = [];
  if (onlineAgainAt === null) found.push({ code: "not-online-again", at, what: "everything was mended" });
  const counts = { faults: faults.length, frames: frames.length, opened: attempts.filter(isOpened).length };
  const nothing = Object.entries(counts).filter(([, count]) => count === 0);
  for (const [name] of nothing) found.push({ code: "nothing-happened", at, what: `no ${name}` });
  if (owned.length < 2) found.push({ code: "nothing-happened", at, what: "the group never changed its owner" });
  const what = `the wall clock was set by ${clockStepMs.toFixed(0)} ms: nothing that it timed is known`;
  if (clockStepMs > ledMs) found.push({ code: "clock-stepped", at, what });
  return found;
}
