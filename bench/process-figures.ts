import { readFileSync } from "node:fs";

/** USER_HZ of Linux on all platforms that this runs on. */
const ticksPerSecond = 100;

/** What a process has, and what it has used up since its start. */
export type ProcessFigures = {
  readonly residentBytes: number;
  /** User and system time, in seconds. */
  readonly cpuSeconds: number;
  readonly openFiles: number;
};

/** As /proc says it (proc(5)). */
export function figuresOf(pid: number): ProcessFigures {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return {
    residentBytes: 1_024 * numberIn(`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB$/m),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    openFiles: numberIn(`/proc/${pid}/status`, /^FDSize:\s+(\d+)$/m),
  };
}

function numberIn(file: string, pattern: RegExp): number {
  const [, found] = pattern.exec(readFileSync(file, "utf8")) ?? [];
  return Number(found ?? Number.NaN);
}
