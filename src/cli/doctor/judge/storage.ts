import { failed, ok, type Outcome, skipped, warning } from "../outcome.ts";
import type { Inode } from "./state.ts";

/** What was found of the folder of `bridgehead serve`. */
export type DataFound =
  | { readonly kind: "served" }
  /** `lost`: what is lost without being damaged, a sentence each. */
  | { readonly kind: "looked"; readonly lost: readonly string[] }
  | { readonly kind: "damaged"; readonly why: string; readonly remedy: string }
  | { readonly kind: "not-looked"; readonly why: string; readonly remedy: string };

/** @param sharesHost the control plane that the agent asks is on this host */
export function judgeFolder(folder: string | null, found: Inode, sharesHost: boolean): Outcome | null {
  if (folder === null) {
    if (!sharesHost) return null;
    return skipped(
      "where the control plane on this host keeps its data is not known",
      "give --data FOLDER, that of bridgehead serve",
    );
  }
  if (found.kind === "forbidden") return skipped(`this user may not look at ${folder}`, asWhom);
  if (found.kind === "absent" || !found.isFolder) {
    return failed({
      what: `${folder} is ${found.kind === "absent" ? "not there" : "no folder"}`,
      cost: "a control plane that is started on it begins without any cluster",
      remedy: "name the folder of bridgehead serve; where it was removed, put a copy back before the next start",
    });
  }
  return ok(`${folder} is there`);
}

const asWhom = "run bridgehead doctor as root, or as who runs bridgehead serve";

/** @param room as `roomWarning` says it; null: there is enough */
export function judgeRoom(room: string | null): Outcome {
  if (room === null) return ok("the disk of its data has room");
  const [what = room, cost = ""] = room.split(". ");
  return warning({ what, cost, remedy: "make room on that disk, or put the data on a larger one" });
}

export function judgeData(found: DataFound): Outcome {
  switch (found.kind) {
    case "served":
      return ok("a control plane runs on it, and has looked at its data when it started");
    case "not-looked":
      return skipped(found.why, found.remedy);
    case "damaged":
      return failed({ what: found.why, cost: "no control plane starts on it", remedy: found.remedy });
    case "looked": {
      const [first, ...more] = found.lost;
      if (first === undefined) return ok("no control plane runs on it, and its data is whole");
      const [what = first, ...remedy] = first.split(". ");
      return failed({
        what: more.length === 0 ? what : `${what} (and ${more.length} more)`,
        cost: "agents of such a cluster are refused until it is defined",
        remedy: remedy.join(". "),
      });
    }
  }
}

/** Entries older than this are history. Milliseconds. */
const latelyMs = 7 * 24 * 3_600_000;

/** @param troubles what the journal says of writes that were not taken, `at` in epoch milliseconds */
export function judgeWrites(
  troubles: readonly { readonly at: number; readonly sentence: string }[],
  now: number,
): Outcome {
  const last = troubles.findLast(({ at }) => now - at < latelyMs);
  if (last === undefined) return ok("its journal tells of no write in the last seven days that was not taken");
  return warning({
    what: `${new Date(last.at).toISOString()}: ${last.sentence.replace(/ Look at .*$/, "")}`,
    cost: "while it cannot write, no lease is extended, and addresses are down",
    remedy: "look at the disk of its data folder, and watch its room",
  });
}
