import type { Random } from "./random.ts";

/** How bad a run is. Each run weighs its faults anew and switches some of them off; `calm` ends them all. */
export type Faults = {
  loss: number;
  duplicate: number;
  slow: number;
  slowMs: number;
  /** Mean times between two faults of a kind, milliseconds; infinite: none. */
  readonly every: Record<FaultKind, number>;
  /** Chance that an instance of the object dies between writing and telling, or before writing. */
  dieAtWrite: number;
  driverFails: number;
  /** Chance that something cannot be taken away. */
  driverSticks: number;
};

const firstKinds = [
  "object-restart",
  "object-clock-step",
  "second-instance",
  "agent-kill",
  "agent-freeze",
  "cut-off",
  "operator",
] as const;
/** Those that came later are of numbers of their own, so that what a seed decides otherwise stays as it is. */
const laterKinds = ["one-way", "twin", "other-ttl"] as const;
export const faultKinds = [...firstKinds, ...laterKinds];
export type FaultKind = (typeof faultKinds)[number];

/** @param forMs how long they last, of which a ttl is about a tenth: in a shorter run they are closer together */
export function faultsFrom(random: Random, later: Random, forMs: number): Faults {
  const often = (of: Random): number => (of.chance(0.35) ? Number.POSITIVE_INFINITY : of.between(0.06, 0.5) * forMs);
  const every = (kinds: readonly FaultKind[], of: Random) => kinds.map((kind) => [kind, often(of)] as const);
  return {
    loss: random.chance(0.5) ? random.between(0, 0.15) : 0,
    duplicate: random.chance(0.5) ? random.between(0, 0.1) : 0,
    slow: random.chance(0.6) ? random.between(0, 0.3) : 0,
    slowMs: random.between(0, forMs / 12),
    every: Object.fromEntries([...every(firstKinds, random), ...every(laterKinds, later)]) as Record<FaultKind, number>,
    dieAtWrite: random.chance(0.3) ? 0.01 : 0,
    driverFails: random.chance(0.3) ? 0.05 : 0,
    driverSticks: random.chance(0.3) ? random.pick([0.2, 0.9, 0.98]) : 0,
  };
}

export function calm(faults: Faults): void {
  Object.assign(faults, { loss: 0, duplicate: 0, slow: 0, slowMs: 0, dieAtWrite: 0, driverFails: 0, driverSticks: 0 });
  for (const kind of faultKinds) faults.every[kind] = Number.POSITIVE_INFINITY;
}
