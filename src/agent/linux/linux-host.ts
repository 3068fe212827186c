import { join } from "node:path";
import { type Belongings, createBelongings } from "../belongings.ts";
import { sweepHosts } from "../drivers/hosts-file.ts";
import { type DriverRegistry, driversWith, isWholeType, type Surroundings } from "../drivers/registry.ts";
import { createGuardLink, type GuardLinkOptions } from "../guard-link.ts";
import { createHelpers } from "../helpers.ts";
import type { Log } from "../log.ts";
import { countOpen } from "../open-connections.ts";
import { startOf } from "../processes.ts";
import { linuxAddress } from "./address-driver.ts";
import { createAddressWatch } from "./address-watch.ts";
import { createAnnouncer } from "./announce.ts";
import { createFilter, type Filter, tableOf, whyNoFilter } from "./filter.ts";
import { createIp, deleting, hostAddresses } from "./ip.ts";
import { openOwnedAddresses } from "./owned-addresses.ts";
import { createProbe } from "./probe.ts";
import { destroySockets } from "./sockets.ts";

/** Where the guard of this node is, and who starts it. */
export type GuardPlace = Pick<GuardLinkOptions, "path" | "start">;

export type LinuxHostOptions = {
  readonly cluster: string;
  readonly node: string;
  readonly url: string;
  readonly token: () => string;
  readonly stateFolder: string;
  readonly guard: GuardPlace;
  readonly surroundings: Surroundings;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  readonly log: Log;
};

/** What one run of an agent works its host with. */
export type AgentHost = {
  readonly drivers: DriverRegistry;
  readonly belongings: Belongings;
  /** Everything is offline. Resolves when nothing of this run's tools is left. */
  readonly end: () => Promise<void>;
};

/**
 * A Linux host: its addresses, and what fences them. What an earlier run has left is taken away before this one does anything
 * else; of what needs privileges nothing is started before the first address is asked for.
 */
export async function openLinuxHost(options: LinuxHostOptions, incarnation: string): Promise<AgentHost> {
  const { cluster, node, url, token, clock, log } = options;
  const table = tableOf({ cluster, node });
  const owned = openOwnedAddresses(join(options.stateFolder, "addresses.json"));
  const { pid } = process;
  const startedAt = startOf(pid) ?? "";
  const agent = () => ({ pid, startedAt, incarnation, cluster, node, url, token: token(), table });
  const guard = createGuardLink({ ...options.guard, agent, log });
  const { started } = createHelpers(guard.tellHelpers);
  const ip = createIp(started);
  const filter = createFilter({ table, clock, wallClock: () => Date.now(), started });
  const announcer = createAnnouncer((reason) => log("warning", "announcement-failed", reason), started);
  const probe = createProbe((reason) => log("warning", "nobody-asked", reason), started);
  const watch = createAddressWatch((reason) => log("warning", "addresses-not-watched", reason), started);
  const belongings = createBelongings(isWholeType, guard.tell);

  let found: Promise<Filter | null> | null = null;

  /** What the host can do is found out once, and what it cannot is said once, with what that costs. */
  async function findFilter(): Promise<Filter | null> {
    const why = await whyNoFilter();
    if (why === null) return filter;
    log(
      "warning",
      "no-filter",
      `this host has no packet filter (${why}): should this agent be stopped, its addresses speak until the guard or the kernel has ` +
        "taken them away, which is up to two seconds late; install nftables, and give the agent CAP_NET_ADMIN",
    );
    return null;
  }

  async function ready(): Promise<Filter | null> {
    found ??= findFilter();
    const [have] = await Promise.all([found, guard.ready()]);
    return have;
  }

  async function sweep(): Promise<void> {
    const have = await ready();
    const present = await hostAddresses(ip);
    for (const { address, device } of owned.known) {
      // Ours have a lifetime. Without one it is somebody's who has put it there since.
      const left = present.find((one) => one.address === address && one.device === device && !one.isForever);
      if (left === undefined) continue;
      log("warning", "address-left", `${address} on ${device} is of an earlier run, and is taken away`);
      await have?.guard(address, device);
      await ip.run([deleting(address, device)]);
      await destroySockets([address]);
    }
  }

  const { hostsFile } = options.surroundings;
  const unswept = hostsFile === null ? null : sweepHosts(hostsFile);
  if (unswept !== null) log("warning", "hosts-not-written", unswept);
  // A host that has had an address will have one again: then its guard and its tools are there beforehand.
  if (owned.known.length > 0) await sweep();
  return {
    drivers: driversWith(
      linuxAddress({ clock, ip, announcer, owned, probe, watch, count: countOpen, ready }),
      options.surroundings,
    ),
    belongings,
    end: async () => {
      guard.farewell();
      watch.end();
      await Promise.all([ip.end(), filter.end()]);
    },
  };
}
