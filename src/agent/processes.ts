import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { hasCode } from "../mta/error-code.ts";

/** A process, and not only its number: `startedAt` is field 22 of /proc/PID/stat, for a number that is used again. */
export const processRefSchema = z.strictObject({ pid: z.int().positive(), startedAt: z.string() });
export type ProcessRef = z.infer<typeof processRefSchema>;

type Stat = { readonly state: string; readonly group: number; readonly startedAt: string };

/** When it was started, in ticks since boot; null when there is no such process, or only what waits for its exit code to be read. */
export function startOf(pid: number): string | null {
  const stat = statOf(pid);
  // A zombie holds nothing any more.
  return stat === null || stat.state === "Z" ? null : stat.startedAt;
}

/**
 * Ends processes that are those that were meant, and waits for their end. False when that takes longer than it may: one that hangs
 * in the kernel, or may not be ended, is still there.
 */
export function endProcesses(processes: readonly ProcessRef[], patienceMs: number): Promise<boolean> {
  return inTime(() => {
    for (const { pid } of processes.filter(isStill)) signalTo(pid, "SIGKILL");
    return !processes.some(isStill);
  }, patienceMs);
}

/** Whether it is there, and no other one has its number. */
export function isStill({ pid, startedAt }: ProcessRef): boolean {
  return startOf(pid) === startedAt;
}

/** Ends process groups, and waits until none of their processes is at work any more. False as `endProcesses` says it. */
export function endGroups(groups: readonly number[], patienceMs: number): Promise<boolean> {
  return inTime(() => {
    for (const group of groups) signalTo(-group, "SIGKILL");
    return !groups.some(isGroupAtWork);
  }, patienceMs);
}

/** Tries again and again. */
async function inTime(areEnded: () => boolean, patienceMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + patienceMs;
  while (!areEnded()) {
    if (performance.now() > giveUpAt) return false;
    await delay(2);
  }
  return true;
}

/** As a sentence goes on: `exit code 3`, `signal SIGKILL`. */
export function howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
  return code === null ? `signal ${signal}` : `exit code ${code}`;
}

/** Whether it waits for something to happen (interruptible sleep); one that is being started, or gone, does not. */
export function isAsleep(pid: number): boolean {
  return statOf(pid)?.state === "S";
}

/** A group is there for as long as a zombie of it is, so its processes are looked at one by one. */
export function isGroupAtWork(group: number): boolean {
  if (!isThere(-group)) return false;
  return pidsOfHost().some((pid) => {
    const stat = statOf(pid);
    return stat !== null && stat.group === group && stat.state !== "Z";
  });
}

/** All processes of this host, as far as it is seen from here. */
export function pidsOfHost(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function statOf(pid: number): Stat | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name, in parentheses, may hold anything.
    const [state, , group, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const startedAt = rest[16];
    if (state === undefined || group === undefined || startedAt === undefined) return null;
    return { state, group: Number(group), startedAt };
  } catch {
    return null;
  }
}

/** @param target a process, or less than 0 a process group */
export function signalTo(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // Gone already, or not ours to end: whether it is there is looked at, and not believed.
  }
}

/** @param target a process, or less than 0 a process group */
export function isThere(target: number): boolean {
  try {
    process.kill(target, 0);
    return true;
  } catch (error) {
    // EPERM: it is somebody else's.
    return !hasCode(error, "ESRCH");
  }
}
