import { limits } from "../cluster/limits.ts";
import type { ReportedNotice } from "../cluster/messages.ts";
import { protocolLimits } from "../protocol/limits.ts";
import type { Log } from "./log.ts";

/** What of an agent's log is told to its cluster as well: what somebody far away would want to know of this host. */
const told: ReadonlySet<string> = new Set([
  "address-left",
  "address-removed",
  "announcement-failed",
  "connections-reset",
  "former-owner-answers",
  "fuse-blown",
  "guard-lost",
  "held-by-word",
  "lapsed",
  "loop-late",
  "message-given-up",
  "message-no-partner",
  "no-filter",
  "no-guard",
  "no-ip",
  "no-net-admin",
  "no-net-raw",
  "nobody-asked",
  "peer-unreachable",
  "sockets-not-destroyed",
  "word-missing",
]);

export type NoticeBook = {
  /** Writes what it is given, and keeps what is to be told. */
  readonly log: Log;
  /** The latest notices, newest last, at most `limits.noticesReported`. */
  readonly list: () => readonly ReportedNotice[];
};

/**
 * Numbers are unique within the run of this process, and grow.
 * @param changed called when there is one more
 * @param wallClock milliseconds of the Unix epoch
 */
export function createNoticeBook(write: Log, wallClock: () => number, changed: () => void): NoticeBook {
  let latest: readonly ReportedNotice[] = [];
  let n = 0;
  return {
    log: (level, code, detail) => {
      write(level, code, detail);
      if (!told.has(code)) return;
      n += 1;
      const notice = { n, at: wallClock(), code, message: detail.slice(0, protocolLimits.reasonLength) };
      latest = [...latest, notice].slice(-limits.noticesReported);
      changed();
    },
    list: () => latest,
  };
}
