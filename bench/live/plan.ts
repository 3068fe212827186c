import { type Random, randomFrom } from "../../test/simulation/random.ts";

/** What can befall a cluster, and how it is bounded. Everything is mended after `forMs`; a seed decides what, whom, when and how long. */
export type FaultKind = keyof typeof kinds;
export type Fault = {
  /** Milliseconds from the beginning. */
  readonly at: number;
  readonly kind: FaultKind;
  /** Null: it concerns no node in particular. */
  readonly node: string | null;
  readonly forMs: number;
};

type Range = readonly [low: number, high: number];
type Shape = {
  readonly weight: number;
  readonly forMs: Range;
  /** What two faults cannot have at a time; of a node, unless it is `control` or `operator`. */
  readonly takes: readonly ("processes" | "client" | "to-control" | "control" | "operator")[];
};

/** Around a ttl of two seconds: shorter than a renewal interval, about a lease, and several of them. */
const short: Range = [50, 900];
const long: Range = [1_000, 7_000];
const any: Range = [50, 7_000];

const kinds = {
  "agent killed": { weight: 3, forMs: short, takes: ["processes"] },
  "agent stopped": { weight: 4, forMs: any, takes: ["processes"] },
  "guard killed": { weight: 2, forMs: short, takes: ["processes"] },
  "guard stopped": { weight: 2, forMs: any, takes: ["processes"] },
  "agent and guard killed": { weight: 3, forMs: [50, 4_000], takes: ["processes"] },
  "agent and guard stopped": { weight: 4, forMs: any, takes: ["processes"] },
  "agent ended": { weight: 2, forMs: short, takes: ["processes"] },
  "control plane killed": { weight: 3, forMs: [0, 3_000], takes: ["control"] },
  "control plane stopped": { weight: 3, forMs: [50, 4_000], takes: ["control"] },
  "control link down": { weight: 3, forMs: any, takes: ["to-control"] },
  "client link down": { weight: 2, forMs: any, takes: ["client"] },
  "both links down": { weight: 2, forMs: long, takes: ["client", "to-control"] },
  "control link deaf": { weight: 2, forMs: any, takes: ["to-control"] },
  "control link mute": { weight: 2, forMs: any, takes: ["to-control"] },
  "client link deaf": { weight: 1, forMs: any, takes: ["client"] },
  "client link mute": { weight: 1, forMs: any, takes: ["client"] },
  move: { weight: 6, forMs: [0, 1_500], takes: ["operator"] },
  "node paused": { weight: 2, forMs: any, takes: ["operator"] },
  "group offline": { weight: 1, forMs: [50, 3_000], takes: ["operator"] },
} as const satisfies Record<string, Shape>;

export const faultKinds = Object.keys(kinds) as readonly FaultKind[];
const ofNoNode = new Set<FaultKind>(["control plane killed", "control plane stopped", "move", "group offline"]);

/** So many at a time at most. */
const atOnce = 3;
/** A pause between one begin and the next, most of the time; and the one that lets the group come round. */
const gap: Range = [200, 4_000];
const calm: Range = [5_000, 12_000];
const calmChance = 0.2;

/** What is taken by a fault: of its node, unless it is the cluster's. */
export function takenBy({ kind, node }: Pick<Fault, "kind" | "node">): string[] {
  return kinds[kind].takes.map((what) => (what === "control" || what === "operator" ? what : `${what} of ${node}`));
}

/** @param forMs when the last one has been mended, at the latest */
export function planOf(seed: number, forMs: number, nodes: readonly string[]): Fault[] {
  const random = randomFrom(seed);
  const plan: Fault[] = [];
  for (let at = 0; at < forMs; at += pauseOf(random)) {
    const going = plan.filter((fault) => fault.at + fault.forMs > at);
    const fault = faultAt(random, at, nodes);
    const taken = new Set(going.flatMap(takenBy));
    const isFree = going.length < atOnce && takenBy(fault).every((what) => !taken.has(what));
    if (isFree && at + fault.forMs <= forMs) plan.push(fault);
  }
  return plan;
}

function faultAt(random: Random, at: number, nodes: readonly string[]): Fault {
  const kind = random.pick(faultKinds.flatMap((kind) => Array.from({ length: kinds[kind].weight }, () => kind)));
  const node = random.pick(nodes);
  const [low, high] = kinds[kind].forMs;
  return { at, kind, node: ofNoNode.has(kind) ? null : node, forMs: Math.round(random.between(low, high)) };
}

function pauseOf(random: Random): number {
  const [low, high] = random.chance(calmChance) ? calm : gap;
  return Math.round(random.between(low, high));
}
