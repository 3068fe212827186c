import type { JournalEntry } from "../../cluster/journal.ts";
import type { ClusterView } from "../../cluster/questions/view.ts";
import type { Paint } from "../colour.ts";
import { clip, type Row, table } from "../output.ts";
import { groupRows, nodeRows } from "../rows.ts";

/** What is known of a cluster at a moment, and what stands in the way of knowing more. */
export type Known = {
  /** Null until the first answer. */
  readonly view: ClusterView | null;
  /** When `view` was asked for; milliseconds on the clock of `now`. */
  readonly askedAt: number;
  /** Oldest first. */
  readonly events: readonly JournalEntry[];
  /** Why the last question was not answered; null: it was. */
  readonly trouble: string | null;
};

export type Size = { readonly columns: number; readonly rows: number };

const help = "q quits";

/** The cluster as lines, as many as fit and no wider than the terminal. What has no room is counted. */
export function frame(known: Known, { columns, rows }: Size, now: number, paint: Paint): string[] {
  const { view, trouble } = known;
  const line = (text: string): string => clip(text, columns).trimEnd();
  const warning = trouble === null ? [] : [paint(line(staleText(known, now)), "bad")];
  if (view === null) return fitInto([...warning, ...(trouble === null ? ["asking …"] : [])], rows, help);
  const current = agedBy(view, now - known.askedAt);
  const upper = [
    line(titleOf(current)),
    ...warning,
    ...section(nodeRows(current), columns, paint),
    ...section(groupRows(current), columns, paint),
    ...section(associationRows(current).slice(-associationsShown), columns, paint),
  ];
  const room = rows - upper.length - 1;
  const events = room > 1 ? ["", ...known.events.slice(1 - room).map((event) => line(eventText(event)))] : [];
  return fitInto([...upper, ...events], rows, help);
}

const associationsShown = 5;

/** Cut at the foot of the terminal, of which the last line is the help's. */
function fitInto(lines: readonly string[], rows: number, last: string): string[] {
  const room = Math.max(0, rows - 1);
  if (lines.length <= room) return [...lines, ...Array.from({ length: room - lines.length }, () => ""), last];
  const kept = lines.slice(0, Math.max(0, room - 1));
  return [...kept, `… ${lines.length - kept.length} lines more than fit`, last].slice(0, rows);
}

function section(rows: readonly Row[], columns: number, paint: Paint): string[] {
  return rows.length === 0 ? [] : ["", ...table(rows, columns, paint).split("\n")];
}

function titleOf({ name, nodes, groups, lease, starting, maintenance }: ClusterView): string {
  const up = Object.values(nodes).filter(({ state }) => state === "Up").length;
  const right = Object.values(groups).filter(({ state, wanted }) => state === wanted).length;
  const said = [
    `${up} of ${Object.keys(nodes).length} nodes up`,
    `${right} of ${Object.keys(groups).length} groups as wanted`,
    `lease ${lease.ttlMs / 1_000} s`,
  ];
  if (starting) said.push("starting");
  if (maintenance) said.push("maintenance");
  return `${name}: ${said.join(", ")}`;
}

function staleText({ view, askedAt, trouble }: Known, now: number): string {
  const since = view === null ? "" : `: what is shown is ${((now - askedAt) / 1_000).toFixed(0)} s old`;
  return `${trouble ?? ""}${since}`;
}

/** A lease runs down between two answers, too. */
function agedBy(view: ClusterView, ms: number): ClusterView {
  const nodes = Object.entries(view.nodes).map(([name, node]) => {
    const { leaseRemainingMs } = node;
    const left = leaseRemainingMs === null ? null : Math.max(0, leaseRemainingMs - ms);
    return [name, { ...node, leaseRemainingMs: left }] as const;
  });
  return { ...view, nodes: Object.fromEntries(nodes) };
}

function associationRows({ associations }: ClusterView): Row[] {
  return associations.map(({ group, direction, partner, state, localAddress, remoteAddress }) => ({
    association: `${group} ${direction}`,
    state,
    partner,
    from: localAddress,
    to: remoteAddress,
  }));
}

function eventText({ at, sentence }: JournalEntry): string {
  return `${new Date(at).toISOString().slice(11, 19)} ${sentence}`;
}
