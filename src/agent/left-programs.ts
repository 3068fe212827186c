import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "./log.ts";
import { endProcesses, pidsOfHost, type ProcessRef, startOf } from "./processes.ts";

/** What every program of a resource of one agent has in its environment, and what it starts inherits. */
export const outputVariable = "BRIDGEHEAD_OUTPUT_FOLDER";

const patienceMs = 5_000;
const againMs = 1_000;

/**
 * Ends what programs of an earlier run of this agent are still at work: it was killed, and so was whoever would have ended them.
 * Resolves when none is, however long that takes: this node must get nothing before.
 * @param outputFolder that of the agent, absolute: no other agent has the same
 */
export async function endProgramsLeft(outputFolder: string, log: Log): Promise<void> {
  for (;;) {
    const left = programsWith([`${outputVariable}=${outputFolder}`]);
    if (left.length === 0) return;
    const pids = left.map(({ pid }) => pid).join(", ");
    log("warning", "programs-left", `processes ${pids} are of an earlier run, and are ended before this one joins`);
    if (!(await endProcesses(left, patienceMs))) {
      log("error", "programs-stay", `processes ${pids} cannot be ended; it is tried again, and this node waits for it`);
      await delay(againMs);
    }
  }
}

/** Processes, without this one, that have all of these in their environment: `NAME=value`. */
export function programsWith(variables: readonly string[]): ProcessRef[] {
  const marks = variables.map((one) => Buffer.from(one).toString("latin1"));
  return pidsOfHost().flatMap((pid) => {
    if (pid === process.pid) return [];
    const environment = new Set(environmentOf(pid));
    if (!marks.every((mark) => environment.has(mark))) return [];
    const startedAt = startOf(pid);
    return startedAt === null ? [] : [{ pid, startedAt }];
  });
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
  } catch {
    // Gone, or another user's.
    return [];
  }
}
