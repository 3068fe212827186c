import { setTimeout as delay } from "node:timers/promises";
import { familyOf } from "../../cluster/definition/ip-address.ts";
import { lookup } from "../../cluster/definition/definition.ts";
import { type HeldBefore, holdId } from "../../cluster/messages.ts";
import { addressDrain } from "../drivers/address-drain.ts";
import { type Driver, DriverError, type DriverContext, type DriverFactory } from "../drivers/driver.ts";
import type { CountOpen } from "../open-connections.ts";
import type { Announcer } from "./announce.ts";
import type { AddressWatch } from "./address-watch.ts";
import { deviceFor } from "./device.ts";
import { type Filter, FilterError } from "./filter.ts";
import {
  addressesIn,
  canonicalText,
  cidr,
  deleting,
  type HostAddress,
  hostAddresses,
  isListed,
  showing,
  showingAll,
  timesListed,
} from "./ip.ts";
import { oneAtATime } from "../../mta/one-at-a-time.ts";
import type { OwnedAddresses } from "./owned-addresses.ts";
import { brief, type Probe, thorough } from "./probe.ts";
import type { KnownDevices } from "./readiness.ts";
import type { Shell } from "./shell.ts";
import { freeSockets } from "./sockets.ts";
import { complaintOf, type Tool, ToolError } from "./tool.ts";

/** What the addresses of one host are worked with. */
export type AddressTools = {
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** `ip -batch`. */
  readonly ip: Tool;
  /** Starts what is run once. */
  readonly shell: Shell;
  readonly announcer: Announcer;
  readonly owned: OwnedAddresses;
  readonly probe: Probe;
  readonly watch: AddressWatch;
  readonly count: CountOpen;
  /**
   * Resolves when this host is ready for an address: what was left is gone, and who guards it is there. Null: it has no filter,
   * and has said so.
   */
  readonly ready: () => Promise<Filter | null>;
  readonly devices: KnownDevices;
  /** That an address has come, or gone, as it was to. */
  readonly tell: (code: "address-taken" | "address-dropped", detail: string) => void;
};

/**
 * An IP Address as Linux has it: on the device of its network, alone in its prefix, and in no way that a socket which nobody bound would
 * get it. It comes with a lifetime after which the kernel takes it away, while the filter, which was closed for it, opens until
 * the same deadline.
 */
export function linuxAddress(tools: AddressTools): DriverFactory {
  const known: Known = { taken: new Set(), freed: new Map() };
  return (context) => driverOf(tools, known, context);
}

/** What one run knows of its addresses, over the ownerships under which it has them. */
type Known = {
  /** Ownerships under which it has had an address: it is its own until then, and nobody is asked twice. */
  readonly taken: Set<string>;
  /** By address, the end of what was bound to it when it was here last. */
  readonly freed: Map<string, Promise<void>>;
};

function driverOf(
  tools: AddressTools,
  { taken, freed }: Known,
  { hold, spec, log, belongings, heldBefore, ttlMs }: DriverContext,
): Driver {
  const { clock, ip, shell, devices, announcer, owned, probe, watch, count, ready, tell } = tools;
  const configured = String(lookup(spec.properties, "Address"));
  const address = canonicalText(configured);
  const id = `${holdId(hold)} ${address}`;
  let device: string | null = null;
  let filter: Filter | null = null;
  /** Until when it may be here; null: it may not, and whatever is under way stops at its next step. */
  let until: number | null = null;
  const inTurn = oneAtATime();
  let unwatch = (): void => {};
  /** The deadline that the kernel was told last; null: it has not been there yet. */
  let placedUntil: number | null = null;
  let isTold = false;
  let putBackAt = Number.NEGATIVE_INFINITY;

  const drain = addressDrain({
    address,
    clock,
    count,
    gate: {
      // In turn with what takes the address away: after that nothing closes it once more.
      close: () => inTurn(async () => (until === null ? undefined : await filter?.drain(address))),
      open: () => inTurn(async () => (until === null ? undefined : await filter?.undrain(address))),
    },
    log,
  });

  /** Of an address that comes to this host for the first time under its epoch: who else may have it. */
  function toAsk(): HeldBefore | undefined {
    return taken.has(id) ? undefined : lookup(heldBefore, configured);
  }

  /**
   * Resolves when nobody else answers for it (LEASE rule 21). A stranger's answer is a failure. A former owner that has fallen silent
   * may be late to go: it is waited for, and only then is it one.
   */
  async function ask(on: string): Promise<void> {
    const before = toAsk();
    if (before === undefined || familyOf(address) === 6) return;
    const giveUpAt = clock() + (before === "expired" ? formerOwnerMs : 0);
    for (let isSaid = false; ; isSaid = true) {
      const answer = await probe(address, on, before === "expired" ? brief : thorough);
      if (answer === null || until === null) return;
      if (clock() >= giveUpAt) throw inUse(on, answer);
      if (!isSaid) log("former-owner-answers", `${answer} still answers for ${address}; it is waited for`);
      await delay(askAgainMs);
    }
  }

  const mayBeHere = (): boolean => until !== null && clock() < until;

  function belongsOn(on: string, present: readonly HostAddress[]): boolean {
    try {
      return deviceFor(address, present) === on;
    } catch {
      return false;
    }
  }

  /** The command that puts it there, or renews it: the kernel has one for both. */
  function placing(on: string, deadline: number, duplicateDetection: boolean): string {
    const seconds = Math.max(1, Math.ceil((deadline - clock()) / 1_000));
    const isSixth = familyOf(address) === 6;
    // One of IPv4 is chosen for nobody, being alone in its prefix. One of IPv6 is: by who binds it alone, when it is deprecated from
    // the first (RFC 6724 section 5, rule 3).
    const lifetime = `valid_lft ${seconds} preferred_lft ${isSixth ? 0 : seconds}`;
    return `address replace ${cidr(address)} dev ${on} ${lifetime}${isSixth && !duplicateDetection ? " nodad" : ""}`;
  }

  /**
   * The kernel asks for an IPv6 address by itself, which takes a second or two (RFC 4862 section 5.4). One that has a lifetime it
   * takes away when somebody answers.
   */
  async function outwaitDuplicateDetection(on: string): Promise<void> {
    const look = showing(address, on);
    for (let round = 0; until !== null; round += 1) {
      // Looked at before its lifetime is renewed: that would put it there again.
      const { stdout } = await ip.run(round === 0 ? [look] : [look, placing(on, until, true)]);
      if (!isListed(stdout, address) || /\bdadfailed\b/.test(stdout)) {
        await remove(on);
        throw inUse(on, "another host");
      }
      if (!/\btentative\b/.test(stdout)) return;
      await delay(askAgainMs);
    }
  }

  function inUse(on: string, who: string): DriverError {
    return new DriverError("address-in-use", `${address} is in use on the network of ${on}: ${who} answers for it`);
  }

  /** Puts it there, or renews it. @param isThere it should be there already */
  async function place(on: string, isThere: boolean): Promise<void> {
    if (until === null) return;
    placedUntil = until;
    const isNew = !isThere && toAsk() === "unused";
    const look = showing(address, on);
    const { stdout, stderr } = await ip.run([isThere ? look : showingAll, placing(on, until, isNew), look]);
    const seen = timesListed(stdout, address, on);
    if (seen === 0) throw new DriverError("address-not-added", reasonOf(stderr, `${address} is not on ${on}`));
    // A late refresh of an address that has expired adds it again.
    if (!mayBeHere()) return remove(on);
    if (!isThere && !belongsOn(on, addressesIn(stdout))) {
      await remove(on);
      throw new DriverError("device-changed", `${address} does not belong on ${on} any more`);
    }
    if (isNew && familyOf(address) === 6) await outwaitDuplicateDetection(on);
    if (!isThere || seen === 2) return;
    log("address-removed", `${address} was taken off ${on} by somebody else; it is put back, and announced again`);
    announcer.announce(address, on, mayBeHere);
  }

  async function open(): Promise<void> {
    if (until !== null) await filter?.open(address, until);
  }

  /** On the host and through its filter: each ends by itself at the deadline, so that neither waits for the other. */
  async function put(on: string, isThere: boolean): Promise<void> {
    if (familyOf(address) === 6 && toAsk() === "unused") {
      await place(on, isThere);
      await open();
    } else {
      await together([place(on, isThere), open()]);
    }
    if (mayBeHere()) taken.add(id);
  }

  async function come(on: string): Promise<void> {
    await Promise.all([filter?.guard(address, on), freed.get(address), ask(on)]);
    // Taken away again while this host was still making ready: then it never comes, and nobody is told that it does.
    if (until === null) throw new DriverError("called-off", `${address} was called off before it was there`);
    // Before it is there: who cleans up after this process has to know of it.
    owned.add({ address, device: on });
    belongings.add({ kind: "address", address, device: on });
    try {
      // Once more: while others were asked for it the assignment may have said that it does not come, and again that it does.
      await filter?.guard(address, on);
      await put(on, false);
    } catch (error) {
      // One of the two may have succeeded.
      await Promise.allSettled([filter?.close(address), remove(on)]);
      throw error;
    }
  }

  async function remove(on: string): Promise<void> {
    const { stdout, stderr } = await ip.run([deleting(address, on), showing(address, on)]);
    if (isListed(stdout, address))
      throw new DriverError("address-not-removed", reasonOf(stderr, `${address} is still on ${on}`));
    freed.set(address, freeSockets(shell, [address], log));
    belongings.remove({ kind: "address", address, device: on });
  }

  /** Moves its lifetime, and puts it there again if it is not there any more. */
  function refresh(): void {
    const on = device;
    if (on === null || !mayBeHere()) return;
    asDriver(() => inTurn(() => put(on, true))).catch((error: DriverError) => log(error.code, error.message));
  }

  /** Who takes it away again and again is left to the renewals: the two would keep each other busy. */
  function putBack(): void {
    if (clock() < putBackAt + leastBetweenMs) return;
    putBackAt = clock();
    refresh();
  }

  async function isHere(): Promise<boolean> {
    const { stdout } = await ip.run([showing(address, device ?? "lo")]);
    return isListed(stdout, address);
  }

  async function away(): Promise<void> {
    until = null;
    drain.end();
    unwatch();
    announcer.cancel(address);
    const on = device;
    if (on === null) return;
    await inTurn(async () => {
      const [closed] = await Promise.allSettled([filter?.close(address)]);
      await remove(on);
      if (isTold) tell("address-dropped", `${address} is not on ${on} any more (${hold.group}, epoch ${hold.epoch})`);
      isTold = false;
      if (closed.status === "rejected") throw closed.reason;
    });
  }

  return {
    online: (deadline) =>
      asDriver(async () => {
        until = deadline;
        filter = await ready();
        if (filter === null && ttlMs < leastTtlWithoutFilterMs) {
          const why = `under a lease of ${ttlMs} ms nothing but a packet filter ends an address in time; make it ${leastTtlWithoutFilterMs} ms or more, or install nftables`;
          throw new DriverError("lease-needs-filter", why);
        }
        const on = devices.of(address) ?? deviceFor(address, await hostAddresses(ip));
        device = on;
        await inTurn(() => come(on)).catch((error: unknown) => {
          // A renewal that comes now must not put it there.
          until = null;
          devices.forget(address);
          throw error;
        });
        if (!mayBeHere()) return;
        announcer.announce(address, on, mayBeHere);
        isTold = true;
        tell("address-taken", `${address} is on ${on} (${hold.group}, epoch ${hold.epoch})`);
        unwatch();
        unwatch = watch.watch(address, putBack);
      }),
    offline: () => asDriver(away),
    terminate: () => asDriver(away),
    looksAlive: async () => isHere(),
    isAlive: async () => ((await isHere()) ? { ok: true } : { ok: false, reason: `${address} is not on this host` }),
    extend: (deadline) => {
      if (until === null) return;
      until = deadline;
      // What has not come yet comes until then.
      if (placedUntil === null) return;
      // Grants come one upon the other while something changes, when this host has better things to do.
      const isLong = placedUntil <= deadline && placedUntil - clock() >= longEnough * (deadline - clock());
      if (!isLong) refresh();
    },
    drain,
  };
}

/** For how long a former owner is taken for late: the kernel ends an address up to two seconds after its lifetime. */
const formerOwnerMs = 3_000;
const askAgainMs = 50;
const leastBetweenMs = 250;
/** An address that may stay for so much of what it might is left alone. A lease is renewed when a quarter of it is over. */
const longEnough = 0.8;
/** LEASE rule 15. */
export const leastTtlWithoutFilterMs = 1_000;

/** Resolves when all of it has ended; rejects with the first thing that failed, then. */
async function together(works: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}

function reasonOf(stderr: string, otherwise: string): string {
  const why = complaintOf(stderr);
  return why === "" ? otherwise : `${otherwise}: ${why}`;
}

async function asDriver(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ToolError || error instanceof FilterError) throw new DriverError(error.code, error.message);
    throw error;
  }
}
