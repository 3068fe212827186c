import type { Durable } from "../../src/cluster/state.ts";
import type { Fate, Scene } from "./fate.ts";
import { faultKinds } from "./faults.ts";
import type { Judges } from "./judges.ts";
import { pairOf } from "./operators.ts";
import type { Random } from "./random.ts";

/** Nobody has it in the beginning. */
const forgotten = "127.0.1.104";

/** What is forgotten: who owns a group, who has got an address, or how often something was tried. */
const forgettable = ["owner", "address", "address", "tries"] as const;

/**
 * Some of the runs are put back to an earlier state, once. Somebody else soon wants what has been forgotten, while the one who has it may
 * have fallen silent, or may not get rid of it.
 * @returns whether this run is one of them
 */
export function planRollBack(scene: Scene, fate: Fate, judges: Judges, random: Random, forMs: number): boolean {
  if (!isPutBack(random)) return false;
  const { schedule, platform, operators, definition, faults } = scene;
  const { ttlMs } = definition.lease;
  const [one, other] = pairOf(Object.keys(definition.groups), random);
  const what = random.pick(forgettable);
  // It takes a good deal to see what comes of it: little else is to come between.
  for (const kind of faultKinds) faults.every[kind] *= 3;

  const begin = (): void => {
    if (schedule.now > forMs) return;
    const isOwned = [...platform.durable.holds.values()].some(({ group }) => group === one);
    if (!isOwned) return schedule.after(ttlMs / 4, begin);
    const backup = platform.durable;
    // After one start more the number of a start is used twice.
    if (random.chance(0.3)) platform.die(random.between(0, 0.1) * ttlMs);
    if (what === "owner") fate.suspendOwner(random, random.between(1, 2.5));
    else if (what === "address") operators.readdress(one, forgotten, random);
    else faults.driverFails = 0.8;
    if (what === "tries") operators.fail(one);
    schedule.after(random.between(what === "owner" ? 1 : 0.1, 2.5) * ttlMs, () => putBack(backup));
  };
  const putBack = (backup: Durable): void => {
    if (schedule.now > forMs) return;
    if (random.chance(what === "owner" ? 0.5 : 0.2)) fate.silenceOwner(random);
    platform.restore(backup);
    judges.forget();
    schedule.after(50, () => operators.define());
    if (what !== "address") return;
    if (random.chance(0.7)) faults.driverSticks = 0.98;
    schedule.after(random.between(0, 2) * ttlMs, () => operators.readdress(other, forgotten, random));
  };

  schedule.at(random.between(0.1, 0.5) * forMs, begin);
  return true;
}

/** What the stream of a run decides first. */
export function isPutBack(random: Random): boolean {
  return random.chance(0.36);
}
