import { messageOf } from "../../mta/message-of.ts";
import { isHostsOwn } from "../drivers/loopback-address.ts";
import { deviceFor } from "./device.ts";
import type { Filter } from "./filter.ts";
import { canonicalText, hostAddresses } from "./ip.ts";
import type { Tool } from "./tool.ts";

export type ReadinessOptions = {
  readonly ip: Tool;
  /** Resolves when guard and tools are there; null: this host has no filter. */
  readonly ready: () => Promise<Filter | null>;
  readonly hasNoIp: () => boolean;
  /** Says of an address what it lacks here; the same once. */
  readonly notReady: (why: string) => void;
};

/** Where addresses, as `canonicalText` has them, were found to belong when this host was made ready for them. */
export type KnownDevices = {
  /** Null: it is not known. */
  readonly of: (address: string) => string | null;
  readonly forget: (address: string) => void;
};

/**
 * This host before its addresses: guard and tools are started, and the filter is closed for each address that may come (LEASE rule
 * 15). A hook of the filter takes the kernel longer than all the rest of a takeover.
 */
export function createReadiness({ ip, ready, hasNoIp, notReady }: ReadinessOptions) {
  const known = new Set<string>();
  const devices = new Map<string, string>();
  let last: Promise<void> = Promise.resolve();

  async function closeFor(addresses: readonly string[]): Promise<void> {
    const filter = await ready();
    if (hasNoIp()) return;
    const present = await hostAddresses(ip);
    for (const address of addresses) {
      try {
        const own = present.find((one) => one.address === address && one.isForever);
        if (own !== undefined) throw new Error(`it is on ${own.device} already, not by an agent, and is left alone`);
        const device = deviceFor(address, present);
        devices.set(address, device);
        await filter?.guard(address, device);
      } catch (error) {
        // Tried again with whatever is ordered next.
        known.delete(address);
        notReady(`${address} may come to this host, which is not ready for it: ${messageOf(error)}`);
      }
    }
  }

  /** An address that cannot come here any more is anybody's, unless what has come of it is still here. */
  async function letGo(addresses: readonly string[]): Promise<void> {
    const filter = await ready();
    if (hasNoIp()) return;
    const present = await hostAddresses(ip);
    for (const address of addresses) {
      // Looked at again with whatever is ordered next.
      if (present.some((one) => one.address === address && !one.isForever)) continue;
      if (filter !== null && !(await filter.unguard(address))) continue;
      known.delete(address);
      devices.delete(address);
    }
  }

  return {
    /** All that may come. Nobody waits for it. What an address lacks here is said once. */
    makeReady: (addresses: readonly string[]): void => {
      const wanted = new Set(addresses.filter((address) => !isHostsOwn(address)).map(canonicalText));
      const news = [...wanted].filter((address) => !known.has(address));
      const gone = [...known].filter((address) => !wanted.has(address));
      if (news.length + gone.length === 0) return;
      for (const address of news) known.add(address);
      last = last
        .then(async () => {
          if (news.length > 0) await closeFor(news);
          if (gone.length > 0) await letGo(gone);
        })
        .catch((error: unknown) => notReady(messageOf(error)));
    },
    devices: {
      of: (address) => devices.get(address) ?? null,
      forget: (address) => void devices.delete(address),
    } satisfies KnownDevices,
    settled: (): Promise<void> => last,
  };
}
