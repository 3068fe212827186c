import { readFileSync } from "node:fs";

/** CAP_SYS_ADMIN of capabilities(7), which mount(2) takes. */
export const sysAdmin = 21n;

/** Whether this process has a capability, of those that count (effective). */
export function hasCapability(capability: bigint): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  return ((BigInt(`0x${effective}`) >> capability) & 1n) === 1n;
}
