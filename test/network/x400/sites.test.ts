import { expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { east, eastToo, openSites, peerName, west } from "./sites.ts";

test("MT33 two sites are each other's partner: mail goes both ways through a failover of either, and each connector calls from its own virtual IP", async () => {
  const sites = await openSites();
  try {
    const sent: { toWest: string[]; toEast: string[]; toPeer: string[] } = { toWest: [], toEast: [], toPeer: [] };
    const sendSome = async (): Promise<void> => {
      for (let n = 0; n < 10; n += 1) {
        sent.toWest.push(await sites.send(east, west.networkName, n === 0 ? 10_000 : 20));
        sent.toEast.push(await sites.send(west, east.networkName, n === 0 ? 10_000 : 20));
        sent.toPeer.push(await sites.send(eastToo, peerName));
      }
    };
    await sendSome();
    await sites.failOver(east);
    await sendSome();
    await sites.failOver(west);
    await sendSome();
    const waiting = (): number =>
      sites.waiting(east, west.networkName) + sites.waiting(west, east.networkName) + sites.waiting(eastToo, peerName);
    await until(() => waiting() === 0, 60_000, "empty queues");
    expect(sites.arrived(west).toSorted()).toEqual(sent.toWest.toSorted());
    expect(sites.arrived(east).toSorted()).toEqual(sent.toEast.toSorted());
    expect(sites.arrived("peer").toSorted()).toEqual(sent.toPeer.toSorted());
    expect(sites.callersOfPeer()).toEqual([eastToo.address]);
  } finally {
    await sites.close();
  }
});
