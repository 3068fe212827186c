import { type ChildProcess, spawn } from "node:child_process";
import { deferred } from "../../mta/deferred.ts";
import type { Started } from "./tool.ts";

/**
 * Asks everybody on the link who has this IPv4 address, with ARP probes (RFC 5227 section 2.1.1: the sender has no address yet).
 * The hardware address that answers; null: nobody does, or nobody can be asked.
 */
export type Probe = (address: string, device: string, plan: ProbePlan) => Promise<string | null>;

/** When a probe is sent, and after how long silence is taken for a no, in milliseconds from the first on. */
export type ProbePlan = { readonly sentAtMs: readonly number[]; readonly waitMs: number };

/** Three probes, as RFC 5227 has it, and faster: a frame may be lost, and mail waits for the answer. */
export const thorough: ProbePlan = { sentAtMs: [0, 300, 600], waitMs: 900 };
/** Who is silent may still be there for a moment, and answers within a millisecond; half of this is the start of `arping`. */
export const brief: ProbePlan = { sentAtMs: [0], waitMs: 40 };

export function createProbe(failed: (reason: string) => void, started: Started): Probe {
  return async (address, device, { sentAtMs, waitMs }) => {
    const answered = deferred<string | null>();
    const asking = new Set<ChildProcess>();
    const send = (): void => {
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
    };
    const timers = sentAtMs.map((at) => setTimeout(send, at));
    timers.push(setTimeout(() => answered.resolve(null), waitMs));
    const answer = await answered.promise;
    for (const timer of timers) clearTimeout(timer);
    for (const child of asking) child.kill("SIGKILL");
    return answer;
  };
}
