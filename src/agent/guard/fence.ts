import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Tool } from "../linux/tool.ts";
import { cidr, isListed } from "../linux/ip.ts";
import { closing } from "../linux/filter.ts";
import type { GuardedAgent, Ward } from "./words.ts";

export type FenceTools = { readonly ip: Tool; readonly nft: Tool };

/** Closes the filter and takes the addresses away. True when none of them is here any more. */
export async function fence({ ip, nft }: FenceTools, agent: GuardedAgent, wards: readonly Ward[]): Promise<boolean> {
  const addresses = wards.flatMap((ward) => ward.addresses);
  if (addresses.length === 0) return true;
  const { table } = agent;
  // Without nft the lifetime and this removal are what there is: none of them waits for the other.
  const closed = table === null ? null : nft.run(addresses.map(({ address }) => closing(table, address).join("; ")));
  const removed = ip.run([
    ...addresses.map(({ address, device }) => `address delete ${cidr(address)} dev ${device}`),
    ...addresses.map(({ address, device }) => `address show dev ${device} to ${address}`),
  ]);
  const [, listed] = await Promise.allSettled([closed, removed]);
  return listed.status === "fulfilled" && !addresses.some(({ address }) => isListed(listed.value.stdout, address));
}

/** Ends a process that is the one that was meant, and waits for its end. */
export async function endAgent({ pid, startedAt }: GuardedAgent): Promise<void> {
  const isThere = (): boolean => startOf(pid) === startedAt;
  while (isThere()) {
    signal(pid);
    await delay(1);
  }
}

/** Ends process groups, and waits until nothing of them is left. */
export async function endProcesses(groups: readonly number[]): Promise<void> {
  for (const group of groups) while (signal(-group)) await delay(1);
}

/** Field 22 of /proc/PID/stat: when it was started, in ticks since boot; null when there is no such process. */
export function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie holds nothing any more: it only waits to be asked for its exit code.
    return fields[0] === "Z" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/** False when there is nobody to kill. */
function signal(pid: number): boolean {
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}
