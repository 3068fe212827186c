import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { deferred } from "../../mta/deferred.ts";
import { isAsleep } from "../processes.ts";
import type { Started } from "./tool.ts";

/**
 * Asks everybody on the link who has this IPv4 address, with ARP probes (RFC 5227 section 2.1.1: the sender has no address yet).
 * The hardware address that answers; null: nobody does, or nobody can be asked.
 */
export type Probe = (address: string, device: string, plan: ProbePlan) => Promise<string | null>;

/** When probes are sent, in milliseconds from the first on, and for how long after the last one silence is no answer. */
export type ProbePlan = { readonly sentAtMs: readonly number[]; readonly answerMs: number };

/** Three probes, as RFC 5227 has it, and faster: a frame may be lost, and mail waits for the answer. */
export const thorough: ProbePlan = { sentAtMs: [0, 300, 600], answerMs: 300 };
/** Who is silent may still be there for a moment, and answers within a millisecond (LEASE rule 21). */
export const brief: ProbePlan = { sentAtMs: [0], answerMs: 20 };
/** `arping` starts within milliseconds, and on a host that has other things to do it takes its time. */
const startedWithinMs = 500;
const lookedEveryMs = 3;

export function createProbe(failed: (reason: string) => void, started: Started): Probe {
  return async (address, device, { sentAtMs, answerMs }) => {
    const answered = deferred<string | null>();
    const asking = new Set<ChildProcess>();
    const send = (): ChildProcess => {
      const child = spawn("arping", ["-D", "-f", "-c", "1", "-w", "1", "-I", device, address], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      asking.add(child);
      child.once("error", (error) => {
        failed(`arping: ${error.message}`);
        answered.resolve(null);
      });
      started(child);
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        const from = /\[([0-9A-Fa-f:]{17})\]/.exec(text)?.[1];
        if (from !== undefined) answered.resolve(from.toLowerCase());
      });
      return child;
    };
    const over = new AbortController();
    const askAll = async (): Promise<void> => {
      for (const [index, at] of sentAtMs.entries()) {
        await delay(at - (sentAtMs[index - 1] ?? 0), undefined, { signal: over.signal });
        const child = send();
        if (index === sentAtMs.length - 1) await hasSent(child, over.signal);
      }
      await delay(answerMs, undefined, { signal: over.signal });
      answered.resolve(null);
    };
    // Aborted when there is an answer.
    askAll().catch(() => {});
    const answer = await answered.promise;
    over.abort();
    for (const child of asking) child.kill("SIGKILL");
    return answer;
  };
}

/** It sleeps when its probe is on the wire, and it waits for an answer. */
async function hasSent(child: ChildProcess, signal: AbortSignal): Promise<void> {
  const giveUpAt = performance.now() + startedWithinMs;
  const isStarting = (): boolean => child.exitCode === null && child.pid !== undefined && !isAsleep(child.pid);
  while (isStarting() && performance.now() < giveUpAt) {
    await delay(lookedEveryMs, undefined, { signal });
  }
}
