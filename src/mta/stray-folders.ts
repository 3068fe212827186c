import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isMessage } from "./message-list.ts";
import type { Partners } from "./partners.ts";
import { outFolder, outboxFolder } from "./queue-folder.ts";

/** How often the folders are looked at, in milliseconds. There is one for each partner, so that is little. */
const lookEveryMs = 10_000;

export type StrayFoldersOptions = {
  readonly queue: string;
  readonly partners: Partners;
  /** Told of each such folder once, for as long as it is one. */
  readonly tell: (folder: string, detail: string) => void;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
};

/**
 * Looks for messages that nobody will ever take: in a folder of `out` whose name is no partner's, because somebody has mistyped it or the partner is gone
 * from the file, or that of one that this MTA does not call. Resolves when `signal` says so, and never rejects.
 */
export async function tellStrayFolders(options: StrayFoldersOptions): Promise<void> {
  const { queue, partners, tell, signal, everyMs = lookEveryMs } = options;
  const called = [...partners.values()].filter(({ connect }) => connect);
  const served = new Set(called.map(({ mtaName }) => outboxFolder(queue, mtaName)));
  const known = new Set([...partners.keys()].map((mtaName) => outboxFolder(queue, mtaName)));
  let told = new Set<string>();
  while (!signal.aborted) {
    const strays = new Map<string, string>();
    for (const name of await namesIn(outFolder(queue))) {
      const folder = join(outFolder(queue), name);
      if (served.has(folder) || !(await namesIn(folder)).some(isMessage)) continue;
      const why = known.has(folder) ? "its partner is not called (connect: false)" : "no partner has this name";
      strays.set(name, `out/${name} has messages that nobody takes: ${why}`);
    }
    for (const [name, detail] of strays) if (!told.has(name)) tell(name, detail);
    told = new Set(strays.keys());
    await delay(everyMs, undefined, { signal, ref: false }).catch(() => {});
  }
}

/** None where it is no folder, or cannot be read. */
function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
