import type { Refusal } from "./events.ts";
import type { JournalNote } from "./journal.ts";
import { limits } from "./limits.ts";
import type { SeenAssociation, Session } from "./state.ts";
import { journal, putSession, type Turn, withRow } from "./turn.ts";

/**
 * Takes over what an agent's report says of associations that has not been said before. What was said to an earlier start of the
 * object is no news, but is known again by that.
 */
export function noteAssociations(turn: Turn, session: Session, isFirst: boolean): void {
  if (isFirst) recall(turn, session);
  const news = session.report.associations.filter(({ n }) => n > session.told.associations);
  if (news.length === 0) return;
  putSession(turn, session.incarnation, {
    ...session,
    told: { ...session.told, associations: Math.max(...news.map(({ n }) => n)) },
  });
  for (const { n: _n, ...association } of news) {
    if (mayReport(turn, session.node)) note(turn, { ...association, reporter: session.node, at: turn.now });
  }
}

/** What was of a cluster that has been destroyed since is nothing of this one. */
function recall(turn: Turn, { report, told: { associations: seen }, node }: Session): void {
  const isKnown = ({ at: _, ...one }: SeenAssociation): boolean =>
    turn.memory.associations.some(({ at: _at, ...other }) => JSON.stringify(other) === JSON.stringify(one));
  const told = report.associations
    .filter(({ n, group }) => n <= seen && turn.durable.groups.has(group))
    .map(({ n: _n, ...one }): SeenAssociation => ({ ...one, reporter: node, at: turn.now }))
    .filter((one) => !isKnown(one));
  if (told.length > 0) show(turn, told);
}

/** What an MTA outside of the cluster saw come in. Refused when the reporter says too much at a time. */
export function observe(
  turn: Turn,
  association: Omit<SeenAssociation, "at" | "reporter">,
  reporter: string,
): Refusal | null {
  if (!mayReport(turn, reporter)) {
    const detail = `${reporter} reported ${limits.reportsInTenSeconds} associations within ten seconds; say the next one later`;
    return { code: "rate-limited", detail };
  }
  note(turn, { ...association, reporter, at: turn.now });
  return null;
}

export function mayReport(turn: Turn, reporter: string): boolean {
  const recent = (turn.memory.reporters.get(reporter) ?? []).filter((at) => at <= turn.now && turn.now - at < 10_000);
  if (recent.length >= limits.reportsInTenSeconds) return false;
  const reporters = withRow(turn.memory.reporters, reporter, [...recent, turn.now]);
  const bounded = reporters.size > limits.reporters ? new Map([[reporter, [turn.now]]]) : reporters;
  turn.memory = { ...turn.memory, reporters: bounded };
  return true;
}

/** 9301 is the event id of the Exchange MTA for it. */
const entries = {
  open: { kind: "association.accepted" },
  accepted: { kind: "association.accepted" },
  refused: { kind: "association.refused", severity: "warning", mscsId: 9301 },
  deferred: { kind: "association.deferred" },
  closed: { kind: "association.closed" },
} as const satisfies Record<SeenAssociation["state"], Partial<JournalNote>>;

function note(turn: Turn, association: SeenAssociation): void {
  show(turn, [association]);
  journal(turn, {
    ...entries[association.state],
    sentence: sentenceOf(association),
    group: association.group,
    actor: association.reporter,
  });
}

function show(turn: Turn, more: readonly SeenAssociation[]): void {
  const associations = [...turn.memory.associations, ...more].slice(-limits.associationsShown);
  turn.memory = { ...turn.memory, associations };
}

function sentenceOf({
  partner,
  direction,
  state,
  localAddress,
  remoteAddress,
  reason,
  reporter,
}: SeenAssociation): string {
  const ends = direction === "outbound" ? [localAddress, remoteAddress] : [remoteAddress, localAddress];
  const [from, to] = ends.map((address) => address ?? "no address");
  const because = reason === null ? "" : `: ${reason}`;
  const way =
    direction === "outbound" ? `with ${partner}, from ${from} to ${to}` : `from ${partner} at ${from}, to ${to}`;
  return `${reporter} says: association ${way}, is ${state}${because}.`;
}
