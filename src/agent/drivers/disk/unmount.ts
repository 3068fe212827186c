import { setTimeout as delay } from "node:timers/promises";
import { DriverError } from "../driver.ts";
import { isStill, signalTo } from "../../processes.ts";
import { isWithin, type Mount, mountsOf } from "./mounts.ts";
import type { Run } from "./tools.ts";
import { type User, usersOf } from "./users.ts";

export type Unmounting = {
  readonly run: Run;
  readonly log: (code: string, detail: string) => void;
  readonly mountPoint: string;
  /** What of it is mounted there now. */
  readonly mounts: () => readonly Mount[];
  /** How long who keeps it busy is asked to go (SIGTERM) before it is ended (SIGKILL). */
  readonly graceMs: number;
  readonly patienceMs: number;
};

const againMs = 100;
/** What keeps it busy and is no process stays. */
const withoutUsersMs = 1_000;

/**
 * Unmounts, and ends who keeps it busy; never lazily (`umount -l`), after which the file system would live on. Resolves when nothing is
 * mounted there. Rejects with `DriverError` `disk-in-use` (something else is mounted below it, and nobody is ended for that), `disk-busy`
 * or `disk-not-answering`.
 */
export async function unmount({ run, log, mountPoint, mounts, graceMs, patienceMs }: Unmounting): Promise<void> {
  const begunAt = performance.now();
  const named = new Set<string>();
  for (let [mount] = mounts(); mount !== undefined; [mount] = mounts()) {
    const ran = await run("umount", ["--", mountPoint], { limitMs: patienceMs });
    if (ran.kind !== "ended") throw new DriverError("disk-not-answering", `umount: ${ran.why}`);
    // Its words are for people, and its exit code says too little: what is mounted is what counts.
    if (mounts().length === 0 || ran.code === 0) continue;
    const lastedMs = performance.now() - begunAt;
    const below = mountsBelow(mountPoint);
    if (below.length > 0) {
      if (lastedMs > withoutUsersMs) {
        throw new DriverError(
          "disk-in-use",
          `other file systems are mounted below ${mountPoint}: umount ${below.join(" ")}`,
        );
      }
      await delay(againMs);
      continue;
    }
    const users = await usersOf(mount);
    const theirs = users.filter(({ isOurs }) => !isOurs);
    if (lastedMs > patienceMs || (theirs.length === 0 && lastedMs > withoutUsersMs)) {
      throw new DriverError("disk-busy", `${ran.said} ${whyBusy(users)}`);
    }
    const signal = lastedMs < graceMs ? "SIGTERM" : "SIGKILL";
    for (const user of theirs) {
      const what = `${told(user)} keeps ${mountPoint} busy, and gets ${signal}`;
      if (!named.has(what)) log("disk-busy", what);
      named.add(what);
      if (isStill(user)) signalTo(user.pid, signal);
    }
    await delay(againMs);
  }
}

function whyBusy(users: readonly User[]): string {
  if (users.length > 0) return `Who keeps it busy: ${users.map(told).join(", ")}.`;
  return "No process that is seen from here keeps it busy: look for a loop device, a swap file, an export, or another namespace.";
}

/** The last one first, as they are unmounted. */
function mountsBelow(place: string): string[] {
  return mountsOf("self")
    .map(({ mountPoint }) => mountPoint)
    .filter((mountPoint) => mountPoint !== place && isWithin(mountPoint, place))
    .toReversed();
}

function told({ pid, name }: User): string {
  return `process ${pid} (${name})`;
}
