import type { AddressEvent } from "../../test/network/address-record.ts";
import type { Frame, Neighbours, Reached } from "./watchers.ts";

/** What was watched, and whom it concerns. Times are milliseconds of the Unix epoch. */
export type Watched = {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly old: { readonly host: string; readonly mac: string };
  readonly next: { readonly host: string; readonly mac: string };
  readonly addresses: readonly AddressEvent[];
  readonly reached: Reached["times"];
  readonly neighbours: Neighbours["seen"];
};

/** Milliseconds; null: it was not seen in this round. */
export type Round = {
  /** From the failure to the address on the other host. */
  readonly sinceFailure: number;
  /** Without the address on either host; by the kernels' records, as are the others but `unreached`. */
  readonly without: number;
  /** The longest time between two connections of the peer. */
  readonly unreached: number | null;
  /** From the address on the new host until the peer's neighbour entry is the new host's. */
  readonly neighbour: number | null;
  /** Both had the address. */
  readonly overlap: number;
  /** Frames that left the old host from the address after the new one had announced it. */
  readonly late: number | null;
};

/** One scene, all its rounds. */
export type Played = {
  readonly scene: string;
  readonly rounds: readonly Round[];
  /** By the cluster's own history, in milliseconds from the failure: when it noticed, began the next epoch, had the group online. */
  readonly phases: readonly {
    readonly noticed: number | null;
    readonly owned: number;
    readonly online: number | null;
  }[];
};

export function judge(watched: Watched, frames: readonly Frame[] | null): Round {
  const { startedAt, endedAt, old, next, addresses, reached, neighbours } = watched;
  const added = addresses.find(({ host, what }) => host === next.host && what === "added")?.at ?? Number.NaN;
  const removed = addresses.find(({ host, what }) => host === old.host && what === "removed")?.at ?? Number.NaN;
  const again = addresses.some(({ host, what }) => host === old.host && what === "added");
  const keptIt = Number.isNaN(removed);
  const both = keptIt || again ? endedAt : removed;
  const follows = neighbours.find(({ at, mac }) => at >= startedAt && mac === next.mac)?.at;
  return {
    sinceFailure: added - startedAt,
    // What the kernel of a host that was killed whole takes away later was out of use before: see `unreached`.
    without: keptIt ? 0 : Math.max(0, added - removed),
    unreached: longestGap(reached.filter((at) => at >= startedAt - 100 && at <= endedAt)),
    neighbour: follows === undefined ? null : Math.max(0, follows - added),
    overlap: Math.max(0, both - added),
    late: frames === null ? null : lateFrames(frames, watched),
  };
}

/** Null: the new host was not seen to announce it, so that nobody knows what came after. */
function lateFrames(frames: readonly Frame[], { startedAt, endedAt, old, next }: Watched): number | null {
  const ours = frames.filter(({ at }) => at >= startedAt && at <= endedAt);
  const announced = ours.find(({ mac, kind }) => mac === next.mac && kind === "ARP")?.at;
  if (announced === undefined) return null;
  return ours.filter(({ at, mac }) => mac === old.mac && at >= announced).length;
}

function longestGap(times: readonly number[]): number | null {
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  return gaps.length === 0 ? null : Math.max(...gaps);
}

const columns = [
  ["from failure", "sinceFailure"],
  ["without address", "without"],
  ["unreached", "unreached"],
  ["neighbour", "neighbour"],
  ["overlap", "overlap"],
  ["late frames", "late"],
] as const satisfies readonly (readonly [string, keyof Round])[];

export const heading = `${"".padEnd(30)} ${"runs".padStart(4)}  ${columns.map(([title]) => title.padEnd(18)).join("")}`;

/** Least, median and most of each; of what must be nothing, the most. */
export function row(name: string, rounds: readonly Round[]): string {
  const cells = columns.map(([, key]) => {
    const values = rounds.flatMap((round) => (round[key] === null ? [] : [round[key]]));
    const text = key === "overlap" || key === "late" ? most(values) : spread(values);
    return text.padEnd(18);
  });
  return `${name.padEnd(30)} ${String(rounds.length).padStart(4)}  ${cells.join("")}`.trimEnd();
}

/** When the cluster noticed, began the next epoch, and had the group online. */
export function phasesText(phases: Played["phases"]): string {
  const of = (key: "noticed" | "owned" | "online"): string =>
    `${key} ${spread(phases.flatMap((one) => (one[key] === null ? [] : [one[key]])))}`;
  return [of("noticed"), of("owned"), of("online")].join(", ");
}

function most(values: readonly number[]): string {
  return values.length === 0 ? "-" : Math.max(...values).toFixed(0);
}

function spread(values: readonly number[]): string {
  if (values.length === 0) return "-";
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map((value) => value?.toFixed(0)).join("/");
}
