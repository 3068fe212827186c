import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { leasePresets } from "../../src/cluster/lease/lease.ts";
import { playKeepalived } from "../failover/keepalived.ts";
import { playOurs } from "../failover/ours.ts";
import { playPacemaker } from "../failover/pacemaker.ts";
import type { Played, Round } from "../failover/round.ts";
import type { Measure, Surroundings } from "../measure.ts";
import { nothingMeasured } from "../measure.ts";
import type { Measured, Ratio, Skipped, Table } from "../measured.ts";
import { medianOf } from "../statistics.ts";

type Contestant = {
  readonly name: string;
  /** What has to be on the machine for it. */
  readonly command: string | null;
  readonly play: (rounds: number, played: (one: Played) => void) => Promise<void>;
};

const ours = (preset: keyof typeof leasePresets): Contestant => ({
  name: `ours, \`${preset}\``,
  command: null,
  play: (rounds, played) => playOurs({ rounds, lease: leasePresets[preset], only: "", played }),
});

const contestants: readonly Contestant[] = [
  ours("lan"),
  ours("wan"),
  { name: "keepalived, 1 s", command: "keepalived", play: (rounds, played) => playKeepalived(rounds, 1_000, played) },
  { name: "keepalived, 0.1 s", command: "keepalived", play: (rounds, played) => playKeepalived(rounds, 100, played) },
  { name: "Pacemaker, 3 s", command: "pacemakerd", play: (rounds, played) => playPacemaker(rounds, 3_000, played) },
];
/** What hosts in namespaces are made and watched with. */
const tools = ["ip", "nft", "arping", "tshark"];

export const failover: Measure = {
  name: "failover",
  title: "Failover",
  what:
    "Two hosts, a control plane on plain workerd, a peer and all that watches them are network namespaces of one machine; each way of losing a node is played so many times. From the failure until the other host's kernel has the address, " +
    "how long no host had it, the longest time between two connections of the peer, which calls each 20 ms, and how long both had it. The phases are those of the cluster's own history. `lan` has a ttl of 2 s, `wan` of 10 s; others by what they wait for. Needs root.",
  run: async (surroundings) => {
    const missing = await missingOf(tools);
    if (process.getuid?.() !== 0) missing.push("root");
    if (missing.length > 0)
      return { ...nothingMeasured, skipped: [{ name: "failover", why: `${missing.join(", ")} missing` }] };
    const results = new Map<string, readonly Played[]>();
    const skipped: Skipped[] = [];
    for (const { name, command, play } of contestants) {
      if (command !== null && (await missingOf([command])).length > 0)
        skipped.push({ name, why: `${command} is not installed` });
      else results.set(name, await playAll(surroundings, name, play));
    }
    return measuredOf(results, skipped);
  },
};

async function playAll(
  { rounds, say }: Surroundings,
  name: string,
  play: Contestant["play"],
): Promise<readonly Played[]> {
  const all: Played[] = [];
  await play(rounds, (one) => {
    say(`${name}: ${one.scene}`);
    all.push(one);
  });
  return all;
}

async function missingOf(commands: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    commands.map((command) =>
      promisify(execFile)("sh", ["-c", `command -v ${command}`], {
        env: { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` },
      }).then(
        () => true,
        () => false,
      ),
    ),
  );
  return commands.filter((_, at) => found[at] !== true);
}

function measuredOf(results: ReadonlyMap<string, readonly Played[]>, skipped: readonly Skipped[]): Measured {
  const all = [...results].flatMap(([name, played]) => played.map((one) => ({ name, ...one })));
  return {
    tables: [timesOf(all), phasesOf(all)],
    ratios: ratiosOf(results),
    goals: [],
    plots: [],
    notes: [
      "Who keeps the address without anybody to ask (keepalived, and Pacemaker without fencing, which a namespace has no switch for) has it on both hosts when the owner is cut off, or killed whole, and is silent to its peer only: *both* lasts until the end of the round there.",
      "Where agent and guard are killed, ours keeps the address until the kernel ends it, behind a filter that has closed: no frame leaves.",
    ],
    skipped,
  };
}

type Row = Played & { readonly name: string };

const micro = (ms: readonly (number | null)[]): number[] => ms.flatMap((one) => (one === null ? [] : [1_000 * one]));

function timesOf(all: readonly Row[]): Table {
  const columns = [
    ["until the other host has it", "sinceFailure"],
    ["without the address", "without"],
    ["unreached", "unreached"],
    ["neighbour", "neighbour"],
    ["both", "overlap"],
  ] as const satisfies readonly (readonly [string, keyof Round])[];
  return {
    title: "Times of a failover",
    of: "who, and what befell the owner",
    columns: columns.map(([name]) => ({ name, unit: "microseconds" })),
    rows: all.map(({ name, scene, rounds }) => ({
      name: `${name}: ${scene}`,
      cells: columns.map(([, key]) => micro(rounds.map((round) => round[key]))),
    })),
  };
}

function phasesOf(all: readonly Row[]): Table {
  const keys = ["noticed", "owned", "online"] as const;
  return {
    title: "Phases of ours, from the failure on",
    of: "what befell the owner",
    columns: keys.map((name) => ({ name, unit: "microseconds" })),
    rows: all
      .filter(({ phases }) => phases.length > 0)
      .map(({ name, scene, phases }) => ({
        name: `${name}: ${scene}`,
        cells: keys.map((key) => micro(phases.map((one) => one[key]))),
      })),
  };
}

/** Round by round, of what befalls both in the same way. */
function ratiosOf(results: ReadonlyMap<string, readonly Played[]>): Ratio[] {
  const pairs = [
    ["ours, `lan`", "all links cut", "keepalived, 1 s", "silent host (links cut)"],
    ["ours, `lan`", "clean move", "keepalived, 1 s", "clean stop"],
    ["ours, `lan`", "all links cut", "Pacemaker, 3 s", "silent host (links cut)"],
    ["ours, `lan`", "clean move", "Pacemaker, 3 s", "clean stop"],
  ] as const;
  return pairs.flatMap(([one, scene, other, otherScene]): Ratio[] => {
    const timesIn = (name: string, of: string): number[] =>
      results
        .get(name)
        ?.find((played) => played.scene === of)
        ?.rounds.map(({ sinceFailure }) => sinceFailure) ?? [];
    const others = timesIn(other, otherScene);
    const samples = timesIn(one, scene).flatMap((ms, round) => {
      const theirs = others[round];
      return theirs === undefined ? [] : [ms / theirs];
    });
    if (samples.length === 0 || Number.isNaN(medianOf(samples))) return [];
    return [{ name: `${scene}: ${one} / ${other}`, better: "less", samples }];
  });
}
