import { join } from "node:path";
import { type Belongings, createBelongings } from "../belongings.ts";
import { sweepHosts } from "../drivers/hosts-file.ts";
import { type DriverRegistry, driversWith, isWhole, type Surroundings } from "../drivers/registry.ts";
import { createGuardLink, type GuardLinkOptions } from "../guard-link.ts";
import { createHelpers } from "../helpers.ts";
import { messageOf } from "../../mta/message-of.ts";
import type { Log } from "../log.ts";
import { machineId } from "../machine-id.ts";
import { countOpen, speaksWithout } from "../open-connections.ts";
import { startOf } from "../processes.ts";
import { linuxAddress } from "./address-driver.ts";
import { createAddressWatch } from "./address-watch.ts";
import { createAnnouncer } from "./announce.ts";
import { createFilter, type Filter, guardedBy, tableOf, whyNoFilter } from "./filter.ts";
import { createIp, deleting, hostAddresses, whyNoIp } from "./ip.ts";
import { lacks, lacksOf, lineOf } from "./lacks.ts";
import { openOwnedAddresses } from "./owned-addresses.ts";
import { capabilities, privilegesOf } from "./privileges.ts";
import { createProbe } from "./probe.ts";
import { askFrom } from "./question.ts";
import { createReadiness } from "./readiness.ts";
import { createShell } from "./shell.ts";
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
  /**
   * For addresses that may come here at any time: guard, tools and filter are there before them, and until then nothing leaves from
   * them. What this host has no network for is said, once each.
   */
  readonly makeReady: (addresses: readonly string[]) => void;
  /** Everything is offline. Resolves when nothing of this run's tools is left. */
  readonly end: () => Promise<void>;
};

/**
 * A Linux host: its addresses, and what fences them. What an earlier run has left is taken away before this one does anything
 * else; of what needs privileges nothing is started before an address is known that may come.
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
  const shell = createShell(started);
  const left = await guardedBy(table);
  const filter = createFilter({
    table,
    left,
    clock,
    wallClock: () => Date.now(),
    started,
    restored: () =>
      log("warning", "filter-restored", `somebody had removed the rules of table ${table}; they are there again`),
  });
  const once = onceEach((code, detail) => log("warning", code, detail));
  const announcer = createAnnouncer({
    ip,
    shell,
    failed: (why) => once("announcement-failed", lineOf(lacks.announcing(why))),
    unanswered: (address, router) =>
      log(
        "warning",
        "announcement-unanswered",
        `the router ${router} does not answer to ${address}: who is beyond it may not reach the address; see whether the router, or a ` +
          "switch that guards against forged ARP, lets it move",
      ),
  });
  const probe = createProbe((why) => once("nobody-asked", lineOf(lacks.asking(why))), started);
  const watch = createAddressWatch((why) => once("addresses-not-watched", lineOf(lacks.watching(why))), started);
  const belongings = createBelongings(isWhole, guard.tell);

  let found: Promise<Filter | null> | null = null;
  let isWithoutIp = false;

  /** What the host can do is found out once, and what it cannot is said once, with what that costs. */
  async function findFilter(): Promise<Filter | null> {
    const [noFilter, noIp] = await Promise.all([whyNoFilter(), whyNoIp(ip)]);
    isWithoutIp = noIp !== null;
    // They stay, so that nothing has to be started when an address comes.
    askFrom(rehearsed);
    await Promise.allSettled([shell.run(["true"])]);
    if (!isWithoutIp) watch.begin();
    const mine = privilegesOf("self")?.capabilities ?? new Set(Object.values(capabilities));
    for (const { code, ...lack } of lacksOf({ whyNoIp: noIp, whyNoFilter: noFilter, capabilities: mine })) {
      log("warning", code, lineOf(lack));
    }
    return noFilter === null ? filter : null;
  }

  async function ready(): Promise<Filter | null> {
    found ??= findFilter();
    const [have] = await Promise.all([found, guard.ready()]);
    return have;
  }

  async function sweep(): Promise<void> {
    const have = await ready();
    // Then what is left goes when its lifetime is over.
    if (isWithoutIp) return;
    const present = await hostAddresses(ip);
    for (const { address, device } of owned.known) {
      // Ours have a lifetime. Without one it is somebody's who has put it there since.
      const ours = present.find((one) => one.address === address && one.device === device && !one.isForever);
      if (ours === undefined) continue;
      log("warning", "address-left", `${address} on ${device} is of an earlier run, and is taken away`);
      await have?.guard(address, device);
      await ip.run([deleting(address, device)]);
      await destroySockets(shell, [address]);
    }
  }

  /**
   * The rules outlive an agent that is killed. One that ends leaves a host on which an address may be anybody's, unless what it has put
   * there is still here, or something that is bound to it may be.
   */
  async function letGo(): Promise<void> {
    const have = found === null ? null : await found;
    const guarded = have?.addresses() ?? [];
    if (have === null || guarded.length === 0) return;
    try {
      await destroySockets(shell, guarded);
      const present = await hostAddresses(ip);
      const stays = guarded.filter((address) => present.some((one) => one.address === address && !one.isForever));
      const speaking = await Promise.all(guarded.map(speaksWithout));
      const bound = guarded.filter((_, index) => speaking[index]);
      if (stays.length + bound.length === 0) return await have.clear();
      const why = [
        ...stays.map((address) => `${address} is on this host`),
        ...bound.map(
          (address) => `a program has a datagram socket bound to ${address}, and would go on to send from it`,
        ),
      ];
      log("warning", "filter-stays", `${why.join("; ")}: it stays silent, until nft delete table netdev ${table}`);
    } catch (error) {
      log("warning", "filter-stays", `the packet filter stays (${messageOf(error)}): nft delete table netdev ${table}`);
    }
  }

  const readiness = createReadiness({
    left,
    ip,
    ready,
    hasNoIp: () => isWithoutIp,
    notReady: (why) => once("not-ready", why),
  });
  const { hostsFile } = options.surroundings;
  const unswept = hostsFile === null ? null : sweepHosts(hostsFile);
  if (unswept !== null) log("warning", "hosts-not-written", unswept);
  // A host that has had an address will have one again: then its guard and its tools are there beforehand.
  if (owned.known.length + left.length > 0) await sweep();
  return {
    drivers: driversWith(
      linuxAddress({
        clock,
        ip,
        shell,
        devices: readiness.devices,
        announcer,
        owned,
        probe,
        watch,
        count: countOpen,
        ready,
        tell: (code, detail) => log("info", code, detail),
      }),
      options.surroundings,
      { cluster, node, machine: machineId(), started },
    ),
    belongings,
    makeReady: readiness.makeReady,
    end: async () => {
      guard.farewell();
      watch.end();
      await readiness.settled();
      await letGo();
      await Promise.all([ip.end(), filter.end(), shell.end()]);
    },
  };
}

/** A loopback address: nobody hears what is asked from it, and what it takes to ask is loaded. */
const rehearsed = "127.0.0.4";

/** Says the same thing once: an announcement is sent ten times, and fails for one reason each time. */
function onceEach(say: (code: string, detail: string) => void): (code: string, detail: string) => void {
  const said = new Set<string>();
  return (code, detail) => {
    if (said.has(detail)) return;
    said.add(detail);
    say(code, detail);
  };
}
