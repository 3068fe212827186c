import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isThere } from "../src/agent/processes.ts";

/** Beside `target`: where this process makes the new one, and where it puts the old one until the new one is in its place. */
export function besides(target: string): { readonly fresh: string; readonly old: string } {
  return { fresh: `${target}.new-${process.pid}`, old: `${target}.old-${process.pid}` };
}

/** Takes away what a build that was killed has left beside `target`. What has the number of a process that lives stays. */
export async function sweepRemains(target: string): Promise<void> {
  const folder = dirname(target);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(target)}.`)) continue;
    const [, pid] = /^\.(?:new|old)-(\d+)$/.exec(name.slice(basename(target).length)) ?? [];
    if (pid !== undefined && !isThere(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
  }
}
