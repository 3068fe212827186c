import { inUtc } from "../../test/network/address-record.ts";
import type { Host } from "../../test/network/lan.ts";
import { monotonicMs } from "../../src/mta/clock.ts";
import type { KernelEvent } from "./history.ts";
import { eachLine, ended } from "../../test/support/lines.ts";

const filter = ["filter opened", "filter closed"] as const;

export type KernelRecord = { readonly events: readonly KernelEvent[]; readonly end: () => Promise<void> };

/** What the kernel of a host says of the addresses, and of the sets that open its filter for them (`ip monitor`, `nft monitor`). */
export function recordKernel(host: Host, addresses: readonly string[]): KernelRecord {
  const events: KernelEvent[] = [];
  const present = new Set<string>();
  const open = new Set<string>();

  /** A renewed lifetime or timeout is told as well, and is no news. */
  function note(
    of: Set<string>,
    address: string,
    isThere: boolean,
    what: readonly [KernelEvent["what"], KernelEvent["what"]],
  ) {
    if (!addresses.includes(address) || of.has(address) === isThere) return;
    if (isThere) of.add(address);
    else of.delete(address);
    events.push({ at: monotonicMs(), host: host.name, address, what: isThere ? what[0] : what[1] });
  }

  const monitors = [
    host.start("ip", ["-oneline", "monitor", "address"], inUtc),
    host.start("nft", ["monitor"], inUtc),
  ] as const;
  eachLine(monitors[0], (line) => {
    const [, deleted, address = ""] = /^(Deleted )?.*\binet6? ([^/\s]+)\//.exec(line) ?? [];
    note(present, address, deleted === undefined, ["added", "removed"]);
  });
  // To renew is to delete and to add in one transaction: only what stays deleted until the next line is closed.
  let leaving: string | null = null;
  eachLine(monitors[1], (line) => {
    const [, verb, address = "", timed] =
      /^(add|delete) element netdev \S+ open[46] \{ (\S+)( timeout)?/.exec(line) ?? [];
    const isOpened = verb === "add" && timed !== undefined;
    if (leaving !== null && !(isOpened && address === leaving)) note(open, leaving, false, filter);
    leaving = verb === "delete" ? address : null;
    if (isOpened) note(open, address, true, filter);
  });
  return {
    events,
    end: async () => {
      for (const monitor of monitors) await ended(monitor);
    },
  };
}
