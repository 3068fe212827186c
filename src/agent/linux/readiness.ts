import { messageOf } from "../../mta/message-of.ts";
import { isHostsOwn } from "../drivers/loopback-address.ts";
import { deviceFor } from "./device.ts";
import type { Filter } from "./filter.ts";
import { canonicalText, type HostAddress, hostAddresses } from "./ip.ts";
import { oneAtATime } from "../../mta/one-at-a-time.ts";
import type { Tool } from "./tool.ts";

export type ReadinessOptions = {
  /** What an earlier run has left guarded. */
  readonly left: readonly string[];
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
export function createReadiness({ left, ip, ready, hasNoIp, notReady }: ReadinessOptions) {
  /** All that may come, as it was ordered last. */
  let wanted: ReadonlySet<string> = new Set();
  const guarded = new Set<string>();
  const inherited = new Set(left);
  const devices = new Map<string, string>();
  const inTurn = oneAtATime();
  let last: Promise<void> = Promise.resolve();

  const missing = (): string[] => [...wanted].filter((address) => !guarded.has(address));
  const gone = (): string[] => [...guarded, ...inherited].filter((address) => !wanted.has(address));

  /** Works on what is ordered now: an order that came while it waited may have undone the one that it was asked for. */
  async function catchUp(): Promise<void> {
    const filter = await ready();
    if (hasNoIp()) return;
    const present = await hostAddresses(ip);
    for (const address of missing()) {
      await closeFor(address, filter, present).catch((error: unknown) =>
        notReady(`${address} may come to this host, which is not ready for it: ${messageOf(error)}`),
      );
    }
    for (const address of gone()) {
      await giveBack(address, filter, present).catch((error: unknown) =>
        notReady(`${address} may come to this host no more, and its filter stays: ${messageOf(error)}`),
      );
    }
  }

  async function closeFor(address: string, filter: Filter | null, present: readonly HostAddress[]): Promise<void> {
    const own = present.find((one) => one.address === address && one.isForever);
    if (own !== undefined) throw new Error(`it is on ${own.device} already, not by an agent, and is left alone`);
    const device = deviceFor(address, present);
    devices.set(address, device);
    await filter?.guard(address, device);
    guarded.add(address);
    inherited.delete(address);
  }

  /** An address that cannot come here any more is anybody's, unless what has come of it is still here. */
  async function giveBack(address: string, filter: Filter | null, present: readonly HostAddress[]): Promise<void> {
    if (present.some((one) => one.address === address && !one.isForever)) return;
    if (filter !== null && !(await filter.unguard(address))) return;
    guarded.delete(address);
    inherited.delete(address);
    devices.delete(address);
  }

  return {
    /** All that may come. Nobody waits for it. What an address lacks here is said once, and tried again with the next order. */
    makeReady: (addresses: readonly string[]): void => {
      wanted = new Set(addresses.filter((address) => !isHostsOwn(address)).map(canonicalText));
      if (missing().length + gone().length === 0) return;
      last = inTurn(catchUp).catch((error: unknown) => notReady(messageOf(error)));
    },
    devices: {
      of: (address) => devices.get(address) ?? null,
      forget: (address) => void devices.delete(address),
    } satisfies KnownDevices,
    settled: (): Promise<void> => last,
  };
}
