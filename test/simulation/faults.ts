import { type Random, randomFrom } from "./random.ts";

/** How bad a run is. Each run weighs its faults anew and switches most of them off; `calm` ends them all. */
export type Faults = {
  /** How long a message takes at most, and a call of a driver, where nothing goes wrong. */
  readonly usualMs: number;
  readonly driverMs: number;
  loss: number;
  duplicate: number;
  slow: number;
  slowMs: number;
  /** Whether what agents say to each other is lost, or late, for reasons of its own; or comes once more, at any time of this long. */
  untold: number;
  late: number;
  readonly lateMs: number;
  again: number;
  readonly againMs: number;
  /** Mean times between two faults of a kind, milliseconds; infinite: none. */
  readonly every: Record<FaultKind, number>;
  /** Chance that soon after a fault an owner falls silent: most mistakes show when that happens in the middle of something else. */
  company: number;
  /** Chance that an instance of the object dies between writing and telling, or before writing. */
  dieAtWrite: number;
  /** Chance that nobody is told that an agent has been killed. */
  readonly killedSilently: number;
  driverFails: number;
  /** Chance that something cannot be taken away. */
  driverSticks: number;
};

export const faultKinds = [
  "object-restart",
  "object-clock-step",
  "second-instance",
  "writes-fail",
  "agent-kill",
  "agent-freeze",
  "agent-stop",
  "host-suspend",
  "cut-off",
  "one-way",
  "in-turn",
  "twin",
  "operator",
  "move",
  "change-of-mind",
  "address-passed-on",
  "other-ttl",
] as const;
/** Where groups are held by the word of peers. */
export const peerFaultKinds = ["outage", "peer-cut", "other-policy"] as const;
const allKinds = [...faultKinds, ...peerFaultKinds];
export type FaultKind = (typeof allKinds)[number];

/** What goes on in the background, in the network and on the hosts. */
const background = ["network", "drivers"] as const;
type Kind = FaultKind | (typeof background)[number];

/**
 * A run that has few kinds of faults gets further with each of them than one that has them all; one it has more of than of others.
 * Each kind draws from numbers of its own, so that most runs stay what they are when there is one kind more.
 * @param forMs how long they last, of which a ttl is `ttlMs`
 */
export function faultsFrom(seed: number, forMs: number, ttlMs: number): Faults {
  const random = randomFrom(seed, "faults");
  const share = random.pick([0.1, 0.25, 0.5]);
  const weights = [...faultKinds, ...background].map((kind) => weightOf(kind, randomFrom(seed, `weight of ${kind}`)));
  const [first] = weights.toSorted((a, b) => b.rank - a.rank);
  const by = Object.fromEntries(weights.map((weight) => [weight.kind, weight])) as Record<Kind, Weight>;
  // What cannot be taken away matters where somebody wants it to go.
  const goesWith = (kind: Kind): boolean => kind === "move" && isOn(by.drivers);
  const isOn = ({ kind, rank }: Weight): boolean => kind === first?.kind || rank > 1 - share || goesWith(kind);
  const often = (kind: FaultKind): number => {
    const { size } = by[kind];
    if (kind === first?.kind) return (0.08 + 0.22 * size) * forMs;
    return isOn(by[kind]) ? (0.1 + 0.5 * size) * forMs : Number.POSITIVE_INFINITY;
  };
  const sometimes = (kind: Kind, some: readonly number[]): number => (isOn(by[kind]) ? random.pick(some) : 0);
  return {
    usualMs: random.pick([0.5, 5]),
    driverMs: random.pick([2, 20]),
    loss: sometimes("network", [0, 0.05, 0.2]),
    duplicate: sometimes("network", [0, 0.05, 0.2]),
    slow: sometimes("network", [0.1, 0.4]),
    slowMs: random.between(0, 0.8) * ttlMs,
    untold: 0,
    late: 0,
    lateMs: 0.8 * ttlMs,
    again: 0,
    againMs: 3 * ttlMs,
    every: {
      ...(Object.fromEntries(faultKinds.map((kind) => [kind, often(kind)])) as Record<FaultKind, number>),
      ...never,
    },
    company: random.pick([0, 0.3, 0.8]),
    dieAtWrite: sometimes("writes-fail", [0, 0.01, 0.05]),
    killedSilently: random.pick([0.1, 0.4, 0.9]),
    driverFails: sometimes("drivers", [0, 0.05, 0.3]),
    driverSticks: sometimes("drivers", [0.2, 0.9, 0.98]),
  };
}

const never = {
  outage: Number.POSITIVE_INFINITY,
  "peer-cut": Number.POSITIVE_INFINITY,
  "other-policy": Number.POSITIVE_INFINITY,
};

/**
 * The control plane is away for a while in any case, and what else can be wrong between peers more or less often. Other faults are
 * fewer: only who holds something can hold it by another's word.
 */
export function addPeerFaults(faults: Faults, random: Random, forMs: number): void {
  const { every } = faults;
  for (const kind of faultKinds) every[kind] *= 2;
  faults.untold = random.pick([0, 0.05, 0.3]);
  faults.late = random.pick([0, 0.1, 0.4]);
  faults.again = random.pick([0, 0.3, 0.8]);
  // Who has lost a peer's word has to take down what it holds.
  if (random.chance(0.3)) faults.driverSticks = random.pick([0.2, 0.9, 0.98]);
  every.outage = random.between(0.25, 0.7) * forMs;
  for (const kind of ["peer-cut", "other-policy"] as const) {
    if (random.chance(0.5)) every[kind] = random.between(0.2, 0.6) * forMs;
  }
}

/** Both in [0, 1): whether a run has this kind at all, and how much of it. */
type Weight = { readonly kind: Kind; readonly rank: number; readonly size: number };

function weightOf(kind: Kind, random: Random): Weight {
  return { kind, rank: random.next(), size: random.next() };
}

export function calm(faults: Faults): void {
  const none = {
    loss: 0,
    duplicate: 0,
    slow: 0,
    slowMs: 0,
    untold: 0,
    late: 0,
    again: 0,
    company: 0,
    dieAtWrite: 0,
    driverFails: 0,
    driverSticks: 0,
  };
  Object.assign(faults, none);
  for (const kind of allKinds) faults.every[kind] = Number.POSITIVE_INFINITY;
}
