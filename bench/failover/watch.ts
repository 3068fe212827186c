import { join } from "node:path";
import { recordAddress } from "../../test/network/address-record.ts";
import { type Lan, virtualAddress } from "../../test/network/lan.ts";
import { until } from "../../test/support/until.ts";
import type { Watched } from "./round.ts";
import { watchNeighbours, watchReached } from "./watchers.ts";

const port = 4_102;

/** What befalls the owner. `over` resolves when the other host has the address and nothing more is to be seen. */
export type Play = (of: { readonly owner: string; readonly standby: string }) => Promise<() => Promise<void>>;

/** Watches failovers between two hosts, as they, a peer and its neighbour table see them. */
export async function openWatch(lan: Lan, names: readonly [string, string]) {
  const macs = new Map<string, string>();
  for (const name of names) {
    const host = lan.host(name);
    macs.set(name, await host.macOn("client"));
    host.start(process.execPath, [join(import.meta.dirname, "listener.ts"), String(port)]);
  }
  const peer = lan.host("PEER");

  /** @param owner who has the address now */
  return async (owner: string, play: Play): Promise<Watched> => {
    const standby = names.find((name) => name !== owner) ?? "";
    const records = [
      await recordAddress(lan.host(owner), virtualAddress),
      await recordAddress(lan.host(standby), virtualAddress),
    ];
    const neighbours = await watchNeighbours(peer, virtualAddress);
    const reached = await watchReached(peer, virtualAddress, port);
    await until(() => reached.times.length > 10, 10_000, "connections of the peer");
    const startedAt = now();
    const over = await play({ owner, standby });
    const isThere = () => records[1]?.events().some(({ what }) => what === "added") ?? false;
    await until(isThere, 30_000, `the address on ${standby}`);
    const after = now();
    await until(() => (reached.times.at(-1) ?? 0) > after, 10_000, "the peer's connection to the new owner");
    await over();
    const endedAt = now();
    for (const one of [...records, neighbours, reached]) await one.end();
    return {
      startedAt,
      endedAt,
      old: { host: owner, mac: macs.get(owner) ?? "" },
      next: { host: standby, mac: macs.get(standby) ?? "" },
      addresses: records.flatMap((record) => record.events()),
      reached: reached.times,
      neighbours: neighbours.seen,
    };
  };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
