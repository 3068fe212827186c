import { groupBy } from "../group-by.ts";
import type { JournalEntry, JournalKind } from "../journal.ts";

/**
 * One change of owner, with the time of each of its phases, read from the journal: what the journal still has of it. All
 * times are epoch milliseconds of the object's clock; null where that phase has not come, or is not in the journal any more.
 */
export type Failover = {
  readonly group: string;
  /** The epoch that it led to. */
  readonly epoch: number;
  readonly from: string | null;
  readonly to: string | null;
  /** Why the group changed its owner: `expired`, `failover`, `move`, `failback`, `pause`, … */
  readonly because: string;
  /** Who asked for it, or `cluster`. */
  readonly actor: string;
  readonly phases: Phases;
  /** From its beginning until the group was online again. */
  readonly durationMs: number | null;
};

export type Phases = {
  /** The last sign of life, the failure, or the command. */
  readonly beganAt: number | null;
  /** When the cluster noticed: a connection that was lost, a failure that was reported, a silence that was counted. */
  readonly detectedAt: number | null;
  /** When it was decided that the owner has to change. */
  readonly decidedAt: number | null;
  /** When the last owner's addresses were free. */
  readonly releasedAt: number | null;
  /** When the next epoch began. */
  readonly ownedAt: number;
  readonly onlineAt: number | null;
};

/** The kinds of entries that a history is read from. */
export const failoverKinds = [
  "node.left",
  "node.confirmed-down",
  "resource.failed",
  "group.move-requested",
  "group.draining",
  "group.released",
  "group.expired",
  "group.owned",
  "group.online",
] as const satisfies readonly JournalKind[];

/** Which changes, and how many at most. */
export type FailoverQuestion = { readonly group: string | null; readonly limit: number };

/**
 * Newest change first; the first owner that a group ever had is none. Each entry is looked at a few times, however many
 * changes there are.
 * @param entries of these kinds, oldest first
 */
export function failoversIn(entries: readonly JournalEntry[], { group, limit }: FailoverQuestion): Failover[] {
  const lost = groupBy(
    entries.filter(({ kind }) => kind === "node.left"),
    ({ node }) => node,
  );
  const byGroup = groupBy(entries, (entry) => entry.group);
  const changes = [...byGroup]
    .filter(([name]) => name !== null && (group === null || name === group))
    .flatMap(([, ofGroup]) => changesIn(ofGroup))
    .toSorted((a, b) => b.owned.seq - a.owned.seq);
  return changes.slice(0, limit).map((change) => failoverOf(change, lost.get(change.from) ?? []));
}

/** A group's change of owner: the entry that completes it, and the group's own entries around that. */
type Change = {
  readonly owned: JournalEntry;
  readonly group: string;
  readonly epoch: number;
  readonly from: string;
  /** From the beginning of the ownership before, oldest first. */
  readonly before: readonly JournalEntry[];
  /** Until the ownership after it begins. */
  readonly after: readonly JournalEntry[];
};

function changesIn(entries: readonly JournalEntry[]): Change[] {
  const owned = entries.flatMap(({ kind }, index) => (kind === "group.owned" ? [index] : []));
  return owned.flatMap((index, nth) => {
    const entry = entries[index];
    const from = entry === undefined ? null : textOf(entry, "from");
    if (entry === undefined || entry.group === null || entry.epoch === null || from === null) return [];
    const before = entries.slice(owned[nth - 1] ?? 0, index);
    const after = entries.slice(index + 1, owned[nth + 1]);
    return [{ owned: entry, group: entry.group, epoch: entry.epoch, from, before, after }];
  });
}

/** @param lost when the last owner's connections were lost */
function failoverOf(change: Change, lost: readonly JournalEntry[]): Failover {
  const { owned, group, epoch, from, after } = change;
  const online = after.find((entry) => entry.kind === "group.online" && entry.epoch === epoch);
  const phases = { ...phasesBefore(change, lost), ownedAt: owned.at, onlineAt: online?.at ?? null };
  const { beganAt, onlineAt } = phases;
  return {
    group,
    epoch,
    from,
    to: owned.node,
    because: textOf(owned, "because") ?? "unknown",
    actor: drainOf(change)?.actor ?? endOf(change)?.actor ?? "cluster",
    phases,
    durationMs: beganAt === null || onlineAt === null ? null : Math.max(0, onlineAt - beganAt),
  };
}

function phasesBefore(change: Change, lost: readonly JournalEntry[]): Omit<Phases, "ownedAt" | "onlineAt"> {
  const end = endOf(change);
  const drain = drainOf(change);
  const releasedAt = end?.at ?? null;
  if (end?.kind === "group.expired") {
    const countedMs = Number(end.details?.["countedMs"] ?? 0);
    const beganAt = end.at - countedMs;
    const noticed = lastBefore(lost, change.owned.seq);
    const detectedAt = noticed !== undefined && noticed.at >= beganAt ? noticed.at : end.at;
    return { beganAt, detectedAt, decidedAt: end.at, releasedAt };
  }
  if (drain === undefined) return { beganAt: releasedAt, detectedAt: releasedAt, decidedAt: releasedAt, releasedAt };
  const cause = causeOf(change, drain);
  return { beganAt: cause.at, detectedAt: cause.at, decidedAt: drain.at, releasedAt };
}

/** What the draining followed from: the failure before it, or the command. */
function causeOf({ before }: Change, drain: JournalEntry): JournalEntry {
  if (textOf(drain, "because") !== "failover") return drain;
  const failed = before.findLast(({ kind, epoch }) => kind === "resource.failed" && epoch === drain.epoch);
  return failed !== undefined && failed.seq < drain.seq ? failed : drain;
}

const ends: ReadonlySet<JournalKind> = new Set(["group.released", "group.expired", "node.confirmed-down"]);

/** How the ownership before it ended. Epochs may be skipped by a repair, so it is the highest that is lower. */
function endOf({ before, epoch: next }: Change): JournalEntry | undefined {
  return before.findLast(({ kind, epoch }) => ends.has(kind) && epoch !== null && epoch < next);
}

/** Of the ownership that ended, and of no earlier one: that one may have ended without. */
function drainOf(change: Change): JournalEntry | undefined {
  const ended = endOf(change)?.epoch ?? null;
  if (ended === null) return undefined;
  return change.before.findLast(({ kind, epoch }) => kind === "group.draining" && epoch === ended);
}

/** The newest of these, oldest first, that is older than `seq`. */
function lastBefore(entries: readonly JournalEntry[], seq: number): JournalEntry | undefined {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return entries[low - 1];
}

function textOf({ details }: JournalEntry, name: string): string | null {
  const value = details?.[name];
  return typeof value === "string" ? value : null;
}
