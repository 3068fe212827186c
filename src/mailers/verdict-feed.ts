import { connect, type Socket } from "node:net";
import type { Defer, Deny } from "../cluster/questions/verdict.ts";
import { monotonicMs, noticedLapseMs } from "../mta/clock.ts";
import { deferred } from "../mta/deferred.ts";
import { parseWatchedLine, type WatchedBind } from "../mta/local-verdicts.ts";

/** What a feed says at this instant. The clock of `until` is CLOCK_MONOTONIC, in milliseconds. */
export type FedVerdict = WatchedBind | Defer | Deny;

export type VerdictFeed = {
  /** Asks nobody: what the agent told last, while its time is not over. */
  readonly now: () => FedVerdict;
  /** Resolves when the agent has told something, or was found to be away or silent, for the first time. */
  readonly begun: Promise<void>;
  readonly close: () => void;
};

export type FeedClocks = { readonly monotonic: () => number; readonly wall: () => number };

const hostClocks: FeedClocks = { monotonic: monotonicMs, wall: Date.now };

/** The agent answers at once; what is silent for so long is as good as away, in milliseconds. */
const silentAfterMs = 1_000;
/** When to try again whether the agent is there, in milliseconds. */
const retryAfterMs = 250;
const longestUnread = 512;

const unreachable: Defer = { decision: "DEFER", reason: "unreachable", retryAfterMs };
const blown: Defer = { decision: "DEFER", reason: "fuse-blown", retryAfterMs };

/**
 * The agent's verdict of a group, told on a connection that stays (`watch GROUP`), so that an answer costs no question. When the
 * connection ends the answer is `DEFER` at once, and another one is tried. Once it has begun it keeps no program running.
 */
export function openVerdictFeed(
  { socketPath, group }: { readonly socketPath: string; readonly group: string },
  { monotonic, wall }: FeedClocks = hostClocks,
): VerdictFeed {
  let told: FedVerdict = unreachable;
  /** How far the wall clock is ahead of the monotonic one. It is set forward where a host was suspended (LEASE rule 18). */
  let ahead = wall() - monotonic();
  let socket: Socket | null = null;
  let timer: NodeJS.Timeout | undefined;
  const beginning = deferred<void>();
  let hasBegun = false;

  function begin(opened: Socket): void {
    hasBegun = true;
    opened.unref();
    beginning.resolve();
  }

  /** What was written before a suspend may be read after it, and is old then, whatever its moment: the next line counts. */
  function hear(line: string): void {
    const at = monotonic();
    const is = wall() - at;
    const hasLapsed = is - ahead > noticedLapseMs;
    ahead = is;
    const verdict = parseWatchedLine(line, at);
    told = hasLapsed && verdict.decision === "BIND" ? blown : verdict;
  }

  function open(): void {
    const opened = connect({ path: socketPath });
    socket = hasBegun ? opened.unref() : opened;
    let unread = "";
    opened.setEncoding("latin1");
    opened.on("connect", () => opened.write(`watch ${group}\n`));
    opened.on("data", (chunk: string) => {
      const lines = (unread + chunk).split("\n");
      unread = lines.pop() ?? "";
      const last = lines.at(-1);
      if (unread.length > longestUnread) return opened.destroy();
      if (last === undefined) return;
      hear(last);
      begin(opened);
    });
    if (!hasBegun) setTimeout(() => begin(opened), silentAfterMs).unref();
    // Its `close` follows.
    opened.on("error", () => {});
    opened.on("close", () => {
      told = unreachable;
      begin(opened);
      if (socket === opened) timer = setTimeout(open, retryAfterMs).unref();
    });
  }

  open();
  return {
    now: () => {
      if (told.decision !== "BIND") return told;
      const at = monotonic();
      return at >= told.until || wall() - at - ahead > noticedLapseMs ? blown : told;
    },
    begun: beginning.promise,
    close: () => {
      clearTimeout(timer);
      const last = socket;
      socket = null;
      told = unreachable;
      last?.destroy();
    },
  };
}
