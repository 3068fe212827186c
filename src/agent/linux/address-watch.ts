import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Started } from "./tool.ts";

/** What the kernel says of addresses that leave this host, at the moment at which they do (rtnetlink, through `ip monitor`). */
export type AddressWatch = {
  /** Starts it before anything is watched: at a takeover there is no time for that. */
  readonly begin: () => void;
  /** Calls `gone` whenever this address, as the kernel prints it, has left a device. Returns what ends that. */
  readonly watch: (address: string, gone: () => void) => () => void;
  readonly end: () => void;
};

const againMs = 1_000;

/** One process for all addresses, and for good. @param failed told once when it cannot be had: then only renewals look */
export function createAddressWatch(failed: (reason: string) => void, started: Started): AddressWatch {
  const watching = new Map<string, Set<() => void>>();
  let monitor: ChildProcess | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isTold = false;

  function start(): void {
    if (monitor !== null) return;
    const child = spawn("ip", ["-oneline", "monitor", "address"], { stdio: ["ignore", "pipe", "ignore"] });
    monitor = child;
    started(child);
    let why = "ip monitor has ended";
    child.once("error", (error) => (why = `ip monitor: ${error.message}`));
    child.once("close", () => {
      if (monitor !== child) return;
      monitor = null;
      if (!isTold) failed(why);
      isTold = true;
      timer = setTimeout(start, againMs);
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      const address = /^Deleted .*\binet6? ([^\s/]+)/.exec(line)?.[1];
      for (const gone of watching.get(address ?? "") ?? []) gone();
    });
  }

  function end(): void {
    clearTimeout(timer);
    const child = monitor;
    monitor = null;
    child?.kill("SIGKILL");
  }

  return {
    begin: start,
    watch: (address, gone) => {
      const all = watching.get(address) ?? new Set();
      watching.set(address, all.add(gone));
      start();
      return () => {
        all.delete(gone);
        if (all.size === 0 && watching.get(address) === all) watching.delete(address);
      };
    },
    end,
  };
}
