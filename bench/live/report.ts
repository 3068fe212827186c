import type { Attempt, History } from "./history.ts";
import { type Finding, ownershipsOf } from "./judge.ts";

/** What a run came to. */
export type Figures = {
  readonly faults: Readonly<Record<string, number>>;
  /** Changes of the owner, and how many of all ownerships ended by a counted silence. */
  readonly failovers: number;
  readonly ownerships: number;
  readonly expiries: number;
  readonly opened: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly deferred: Readonly<Record<string, number>>;
  readonly strangers: number;
  readonly frames: number;
  readonly framesMissed: number;
  /** How long two kernels had the address at once, behind a filter that let one of them speak. */
  readonly addressOnBothMs: number;
  readonly entries: number;
  /** Between two associations that were opened. */
  readonly longestOutageMs: number;
  readonly onlineAgainMs: number | null;
};

export function figuresOf(history: History): Figures {
  const { attempts, faults, journal, calls, addresses, frames, framesMissed, faultsEndedAt, onlineAgainAt } = history;
  const owned = ownershipsOf(journal.exported);
  return {
    faults: countsOf(faults.map(({ kind }) => kind)),
    failovers: owned.slice(1).filter(({ node }, index) => owned[index]?.node !== node).length,
    ownerships: owned.length,
    expiries: owned.filter(({ end }) => end === "group.expired").length,
    opened: openings(attempts).length,
    failed: countsOf(attempts.flatMap(({ outcome }) => (outcome.kind === "failed" ? [outcome.code] : []))),
    deferred: countsOf(attempts.flatMap(({ answer }) => (answer.kind === "BIND" ? [] : [answer.reason]))),
    strangers: calls.filter(({ from }) => !addresses.includes(from)).length,
    frames: frames.length,
    framesMissed,
    addressOnBothMs: onBothMs(history),
    entries: journal.exported.length,
    longestOutageMs: longestGap(openings(attempts)),
    onlineAgainMs: onlineAgainAt === null ? null : onlineAgainAt - faultsEndedAt,
  };
}

function openings(attempts: readonly Attempt[]): number[] {
  return attempts.flatMap(({ outcome }) => (outcome.kind === "opened" ? [outcome.at] : [])).toSorted((a, b) => a - b);
}

function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function longestGap(times: readonly number[]): number {
  return Math.max(0, ...times.slice(1).map((at, index) => at - (times[index] ?? at)));
}

function onBothMs({ kernel, addresses }: History): number {
  const on = new Set<string>();
  let sum = 0;
  let last = 0;
  for (const { at, host, address, what } of kernel) {
    if (address !== addresses[0] || (what !== "added" && what !== "removed")) continue;
    if (on.size > 1) sum += at - last;
    last = at;
    if (what === "added") on.add(host);
    else on.delete(host);
  }
  return sum;
}

export function reportOf(history: History, findings: readonly Finding[]): string {
  const figures = figuresOf(history);
  const said = (counts: Readonly<Record<string, number>>): string => {
    const parts = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
    return parts.map(([name, count]) => `${name} ${count}`).join(", ") || "none";
  };
  const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);
  const again = figures.onlineAgainMs === null ? "never" : `after ${figures.onlineAgainMs.toFixed(0)} ms`;
  const rows: readonly (readonly [string, string])[] = [
    ["seed", String(history.seed)],
    ["policy", history.policy],
    ["faults", `${sum(figures.faults)}: ${said(figures.faults)}`],
    ["failovers", `${figures.failovers} (${figures.ownerships} ownerships, ${figures.expiries} by a counted silence)`],
    ["associations", `${figures.opened} opened, ${figures.strangers} from a wrong source`],
    ["not opened", said(figures.failed)],
    ["not allowed", said(figures.deferred)],
    ["longest outage", `${figures.longestOutageMs.toFixed(0)} ms`],
    ["frames", `${figures.frames} from the addresses, ${figures.framesMissed} missed`],
    ["address on both", `${figures.addressOnBothMs.toFixed(0)} ms, behind the filter`],
    ["journal", `${figures.entries} entries`],
    ["online again", again],
    ["verdict", findings.length === 0 ? "nothing found" : `${findings.length} found`],
  ];
  const shown = findings.slice(0, 20).map(({ code, at, what }) => `  ${since(history, at)} ${code}: ${what}`);
  return [...rows.map(([name, value]) => `${name.padEnd(16)} ${value}`), ...shown].join("\n");
}

const since = ({ startedAt }: History, at: number): string => `${((at - startedAt) / 1_000).toFixed(4)} s`;

const aroundMs = 4_000;

/** What was seen around a moment, in order: of frames the first and the last of each that follow one another from one host. */
export function storyOf(history: History, at: number): string {
  const { faults, frames, attempts, kernel, journal, nodes } = history;
  const names = new Map(Object.entries(nodes).map(([name, mac]) => [mac, name]));
  const isNear = (event: { readonly at: number }): boolean => Math.abs(event.at - at) < aroundMs;
  const senders = frames.filter(isNear);
  const edges = senders.filter(
    ({ mac, at }, index) =>
      senders[index - 1]?.mac !== mac || senders[index + 1]?.mac !== mac || at - (senders[index - 1]?.at ?? at) > 200,
  );
  const lines = [
    ...faults.flatMap(({ at, endedAt, kind, node }) => [
      { at, line: `FAULT ${kind} ${node ?? ""}` },
      { at: endedAt, line: `mended ${kind} ${node ?? ""}` },
    ]),
    ...edges.map(({ at, mac, address }) => ({ at, line: `frame of ${names.get(mac) ?? mac} from ${address}` })),
    ...kernel.map(({ at, host, address, what }) => ({ at, line: `${host}: ${address} ${what}` })),
    ...journal.exported.map(({ at, seq, text }) => ({ at, line: `journal ${seq} ${JSON.parse(text).sentence}` })),
    ...attempts.flatMap(({ node, answeredAt, answer, outcome }) => {
      const said = answer.kind === "BIND" ? `BIND ${answer.epoch}` : `${answer.kind} ${answer.reason}`;
      return [{ at: answeredAt, line: `${node} was answered ${said}, and ${outcome.kind}` }];
    }),
  ];
  const near = lines.filter(isNear).toSorted((a, b) => a.at - b.at);
  return near.map((event) => `${since(history, event.at)} ${event.line}`).join("\n");
}
