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

/** @param entries of these kinds, oldest first. Newest change first; the first owner that a group ever had is none. */
export function failoversIn(entries: readonly JournalEntry[]): Failover[] {
  const failovers: Failover[] = [];
  entries.forEach((entry, index) => {
    if (entry.kind !== "group.owned" || entry.group === null || entry.epoch === null) return;
    const from = textOf(entry, "from");
    if (from === null) return;
    const about = { group: entry.group, epoch: entry.epoch, from, entries, index };
    const phases = { ...phasesBefore(about), ownedAt: entry.at, onlineAt: onlineAfter(about) };
    failovers.push({
      group: entry.group,
      epoch: entry.epoch,
      from,
      to: entry.node,
      because: textOf(entry, "because") ?? "unknown",
      actor: drainOf(about)?.actor ?? endOf(about)?.actor ?? "cluster",
      phases,
      durationMs:
        phases.beganAt === null || phases.onlineAt === null ? null : Math.max(0, phases.onlineAt - phases.beganAt),
    });
  });
  return failovers.toReversed();
}

/** The change of owner that the entry at `index` completes. */
type Change = {
  readonly group: string;
  readonly epoch: number;
  readonly from: string;
  readonly entries: readonly JournalEntry[];
  readonly index: number;
};

function phasesBefore(change: Change): Omit<Phases, "ownedAt" | "onlineAt"> {
  const end = endOf(change);
  const drain = drainOf(change);
  const releasedAt = end?.at ?? null;
  if (end?.kind === "group.expired") {
    const countedMs = Number(end.details?.["countedMs"] ?? 0);
    const beganAt = end.at - countedMs;
    const lost = before(change, (entry) => entry.kind === "node.left" && entry.node === change.from);
    const detectedAt = lost !== undefined && lost.at >= beganAt ? lost.at : end.at;
    return { beganAt, detectedAt, decidedAt: end.at, releasedAt };
  }
  if (drain === undefined) return { beganAt: releasedAt, detectedAt: releasedAt, decidedAt: releasedAt, releasedAt };
  const cause = causeOf(change, drain);
  return { beganAt: cause.at, detectedAt: cause.at, decidedAt: drain.at, releasedAt };
}

/** What the draining followed from: the failure before it, or the command. */
function causeOf(change: Change, drain: JournalEntry): JournalEntry {
  if (textOf(drain, "because") !== "failover") return drain;
  const failed = before(change, ({ kind, group, epoch }) => {
    return kind === "resource.failed" && group === change.group && epoch === drain.epoch;
  });
  return failed !== undefined && failed.seq < drain.seq ? failed : drain;
}

const ends: ReadonlySet<JournalKind> = new Set(["group.released", "group.expired", "node.confirmed-down"]);

/** How the ownership before it ended. */
function endOf(change: Change): JournalEntry | undefined {
  return before(change, (entry) => ends.has(entry.kind) && isOfLastEpoch(change, entry));
}

/** Of the ownership that ended, and of no earlier one: that one may have ended without. */
function drainOf(change: Change): JournalEntry | undefined {
  const ended = endOf(change)?.epoch ?? null;
  if (ended === null) return undefined;
  return before(change, ({ kind, group, epoch }) => {
    return kind === "group.draining" && group === change.group && epoch === ended;
  });
}

function onlineAfter({ group, epoch, entries, index }: Change): number | null {
  const online = entries
    .slice(index)
    .find((entry) => entry.kind === "group.online" && entry.group === group && entry.epoch === epoch);
  return online?.at ?? null;
}

/** Epochs may be skipped by a repair, so the one before is the highest that is lower. */
function isOfLastEpoch({ group, epoch }: Change, entry: JournalEntry): boolean {
  return entry.group === group && entry.epoch !== null && entry.epoch < epoch;
}

function before({ entries, index }: Change, is: (entry: JournalEntry) => boolean): JournalEntry | undefined {
  for (let at = index - 1; at >= 0; at -= 1) {
    const entry = entries[at];
    if (entry !== undefined && is(entry)) return entry;
  }
  return undefined;
}

function textOf({ details }: JournalEntry, name: string): string | null {
  const value = details?.[name];
  return typeof value === "string" ? value : null;
}
