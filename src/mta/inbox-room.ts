import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, isMissing } from "./error-code.ts";

/** What was cut off and never resumed is kept so many times over, of one partner and in all; the oldest goes first. */
const maxUnfinished = { ofPartner: 32, inAll: 256 } as const;
/** And for so long: a sender that has not come back for a week begins again. */
const unfinishedForMs = 7 * 24 * 60 * 60 * 1_000;
/** How often it is looked for what is as old as that, by the clock of the file system. */
const lookEveryMs = 60 * 60 * 1_000;

/** The room that unfinished messages take. What is under way is never removed to make some. */
export type InboxRoom = {
  /** False: there is none for one more, because so many are under way. `ofPartner`: how the names of its partner begin. */
  readonly forOneMore: (ofPartner: string) => Promise<boolean>;
  /** What the file system's clock says now, as the time of a file that it has just made: what is too old is removed. */
  readonly seen: (atMs: number) => Promise<void>;
  /** Does `work`, and on a full disk again and again, each time without the oldest that nobody writes. Rejects as that does when none is left. */
  readonly making: <Result>(work: () => Promise<Result>) => Promise<Result>;
};

/** @param live the names of those that are under way */
export function createRoom(unfinished: string, live: ReadonlyMap<string, unknown>): InboxRoom {
  let lookedAtMs = Number.NEGATIVE_INFINITY;

  /** Those that nobody writes, oldest first. */
  async function idle(names: readonly string[]): Promise<{ readonly path: string; readonly at: number }[]> {
    const aged: { readonly path: string; readonly at: number }[] = [];
    for (const name of names) {
      if (live.has(name)) continue;
      const path = join(unfinished, name);
      // One may be resumed, finished or removed meanwhile.
      const found = await stat(path).catch((error: unknown) => {
        if (isMissing(error)) return null;
        throw error;
      });
      if (found !== null) aged.push({ path, at: found.mtimeMs });
    }
    return aged.toSorted((a, b) => a.at - b.at);
  }

  /** Until fewer than `most` are left. */
  async function removeOldest(names: readonly string[], most: number): Promise<boolean> {
    const surplus = names.length - most + 1;
    if (surplus <= 0) return true;
    const oldest = (await idle(names)).slice(0, surplus);
    for (const { path } of oldest) await rm(path, { force: true });
    return oldest.length === surplus;
  }

  return {
    forOneMore: async (ofPartner) => {
      const names = await readdir(unfinished);
      const own = names.filter((name) => name.startsWith(ofPartner));
      return (await removeOldest(own, maxUnfinished.ofPartner)) && removeOldest(names, maxUnfinished.inAll);
    },
    seen: async (atMs) => {
      if (Math.abs(atMs - lookedAtMs) < lookEveryMs) return;
      lookedAtMs = atMs;
      for (const { path, at } of await idle(await readdir(unfinished))) {
        if (atMs - at > unfinishedForMs) await rm(path, { force: true });
      }
    },
    making: async (work) => {
      for (;;) {
        try {
          return await work();
        } catch (error) {
          if (!hasCode(error, "ENOSPC", "EDQUOT")) throw error;
          const [oldest] = await idle(await readdir(unfinished));
          if (oldest === undefined) throw error;
          await rm(oldest.path, { force: true });
        }
      }
    },
  };
}

/** As `seen`, before anybody else has this folder. The clock is asked with a file: on a disk that takes none all is kept. */
export function removeLongUnfinished(unfinished: string): void {
  const asked = join(unfinished, ".now");
  try {
    writeFileSync(asked, "");
    const { mtimeMs } = statSync(asked);
    rmSync(asked);
    removeOlder(unfinished, unfinishedForMs, mtimeMs);
  } catch {
    // A full disk is no reason to have no inbox.
  }
}

/** Removes the files that are older than so many milliseconds at a time of the file system's clock: at that of the newest, unless it is said. */
export function removeOlder(folder: string, forMs: number, atMs?: number): void {
  const aged = readdirSync(folder).map((name) => {
    const path = join(folder, name);
    return { path, at: statSync(path).mtimeMs };
  });
  const now = atMs ?? newestOf(aged.map(({ at }) => at));
  for (const { path, at } of aged) if (now - at > forMs) rmSync(path, { force: true });
}

/** A week of messages is more than a call has arguments. */
export function newestOf(times: readonly number[]): number {
  return times.reduce((newest, at) => Math.max(newest, at), 0);
}
