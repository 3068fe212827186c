import { readFileSync } from "node:fs";

/** Clock ticks of proc(5) a second: USER_HZ, which Linux has had at 100 on every machine that this runs on. */
const ticksPerSecond = 100;

/** CPU seconds that a process has had, its own and the kernel's for it. */
export function cpuSecondsOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is a name in brackets and may hold blanks.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return (user + system) / ticksPerSecond;
}

/** Bytes of a process that are in memory. */
export function residentBytesOf(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) * 1024;
}
