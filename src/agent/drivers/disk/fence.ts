import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../../mta/message-of.ts";
import { DriverError } from "../driver.ts";
import { keyText, type ReservationKey } from "./reservation-key.ts";
import { isHeldBy, nextStep, type Seen, type Step } from "./reservation.ts";
import * as words from "./sg-persist.ts";
import type { Ran, Run } from "./tools.ts";

/** `cannot`: this disk has no persistent reservations, or this host has nothing that asks for them. */
export type Taken = { readonly kind: "held" } | { readonly kind: "cannot"; readonly why: string };

export type Aim = {
  readonly run: Run;
  readonly device: string;
  readonly key: ReservationKey;
  readonly log: (code: string, detail: string) => void;
};

/** A command costs a disk milliseconds. */
const limitMs = 10_000;
/** A unit attention is shown once for each thing that has happened. */
const askedTimes = 4;
/** Register, reserve and preempt, once more for each host that tries the same meanwhile. */
const mostSteps = 40;

/**
 * Takes the disk's reservation, and whatever an earlier epoch of the group has left of its own. Resolves when the disk says that it
 * is ours. Rejects with `DriverError`: `later-epoch`, `disk-reserved-by-others`, `disk-no-privilege`, `disk-not-answering`.
 */
export async function take(aim: Aim): Promise<Taken> {
  let how: "preempt" | "preempt-abort" = "preempt-abort";
  for (let count = 0; count < mostSteps; count += 1) {
    const seen = await look(aim);
    if ("kind" in seen) return seen;
    const step = nextStep(seen, aim.key);
    if (step.kind === "held") return { kind: "held" };
    if (step.kind === "refused") {
      // Another host was faster, and preempts what we have: a reservation stays until then, for it may keep a third host from writing.
      if (seen.keys.includes(aim.key) && seen.holder?.key !== aim.key)
        await ask(aim, words.unregister(aim.device, aim.key));
      throw new DriverError(step.code, step.message);
    }
    const { outcome, ran } = await ask(aim, argsOf(step, aim, how));
    if (step.kind === "preempt" && how === "preempt-abort" && (outcome === "refused" || outcome === "cannot")) {
      how = "preempt";
      aim.log("preempt-without-abort", "the disk aborts nothing: what it has accepted of the old owner it still does");
      continue;
    }
    // Whatever else it says, the disk is asked again what is so now. LIO says "not ready" (2) where others say conflict.
    if (outcome !== "done" && outcome !== "conflict" && ran.code !== 2) throw failure(outcome, ran);
  }
  throw new DriverError("disk-not-answering", `the disk was asked ${mostSteps} times, and is still nobody's for sure`);
}

/** `unknown` says nothing of who holds it. */
export type Standing =
  | { readonly kind: "held" }
  | { readonly kind: "lost"; readonly why: string }
  | { readonly kind: "unknown"; readonly why: string };

const glanceEveryMs = 500;
const glances = 3;

/** Whether the reservation is ours still. What comes of a disturbed line is asked again. */
export async function standing(aim: Aim): Promise<Standing> {
  for (let left = glances; ; left -= 1) {
    const { outcome, ran } = await ask(aim, words.readReservation(aim.device));
    const holder = outcome === "done" ? words.holderIn(ran.stdout) : undefined;
    if (holder !== undefined) {
      if (isHeldBy({ holder }, aim.key)) return { kind: "held" };
      const by = holder === null ? "nobody" : `${keyText(holder.key)}, type ${holder.type}`;
      return { kind: "lost", why: `the disk is reserved for ${by}, and not for us any more (${keyText(aim.key)})` };
    }
    if (left === 1) return { kind: "unknown", why: `who has reserved the disk is not known: ${ran.said}` };
    await delay(glanceEveryMs);
  }
}

/**
 * Gives the reservation back, where it is ours: it has to be offline. Null, or why it may still be there: the next owner preempts it
 * then, as it would after an expiry. It never rejects: nobody is kept from going by a disk that does not answer.
 */
export async function giveBack(aim: Aim): Promise<string | null> {
  const { device, key } = aim;
  try {
    const before = await look(aim);
    if ("kind" in before) return null;
    if (isHeldBy(before, key)) await ask(aim, words.release(device, key));
    if (before.keys.includes(key)) await ask(aim, words.unregister(device, key));
    const after = await look(aim);
    if ("kind" in after) return after.why;
    return after.holder?.key === key || after.keys.includes(key) ? `${keyText(key)} is still registered` : null;
  } catch (error) {
    return messageOf(error);
  }
}

function argsOf(
  step: Exclude<Step, { kind: "held" | "refused" }>,
  { device, key }: Aim,
  how: "preempt" | "preempt-abort",
) {
  switch (step.kind) {
    case "register":
      return words.register(device, key);
    case "reserve":
      return words.reserve(device, key);
    case "preempt":
      return words.preempt(device, key, step.key, how);
  }
}

/** Throws when the disk does not say. */
async function look(aim: Aim): Promise<Seen | Extract<Taken, { kind: "cannot" }>> {
  const [reservation, keys] = [
    await ask(aim, words.readReservation(aim.device)),
    await ask(aim, words.readKeys(aim.device)),
  ];
  for (const { outcome, ran } of [reservation, keys]) {
    if (outcome === "cannot") return { kind: "cannot", why: ran.said };
    if (outcome !== "done") throw failure(outcome, ran);
  }
  const [holder, all] = [words.holderIn(reservation.ran.stdout), words.keysIn(keys.ran.stdout)];
  if (holder === undefined || all === undefined) {
    throw new DriverError("disk-not-answering", "what sg_persist says of the disk cannot be read");
  }
  return { holder, keys: all };
}

type Asked = { readonly outcome: words.Outcome; readonly ran: { code: number; stdout: string; said: string } };

async function ask({ run, device }: Aim, args: readonly string[]): Promise<Asked> {
  for (let left = askedTimes; ; left -= 1) {
    const ran: Ran = await run("sg_persist", args, { limitMs });
    if (ran.kind === "missing") {
      const said = `sg_persist is not to be had (${ran.why}): install sg3-utils`;
      return { outcome: "cannot", ran: { code: noCode, stdout: "", said } };
    }
    if (ran.kind === "hangs") {
      throw new DriverError("disk-not-answering", `${device} does not answer: ${ran.why}`);
    }
    const outcome = words.outcomeOf(ran.code);
    if (outcome !== "again" || left === 1) return { outcome, ran };
  }
}

const noCode = -1;

function failure(outcome: words.Outcome, { code, said }: Asked["ran"]): DriverError {
  if (outcome === "not-privileged") return noPrivilege(said);
  return new DriverError("disk-not-answering", `sg_persist: exit code ${code}: ${said}`);
}

export function noPrivilege(said: string): DriverError {
  const mend = "run the agent as root, or with the units of: bridgehead agent install --disks";
  return new DriverError("disk-no-privilege", `this agent may not work with disks (${said}): ${mend}`);
}
