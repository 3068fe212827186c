import { expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { virtualAddress } from "../lan.ts";
import { cluster, expectOk, group, nodeNames } from "../stage.ts";
import { openHaraka } from "./haraka.ts";
import { haraka, type Kind } from "./kinds.ts";
import { openMailStage } from "./mail-stage.ts";
import { askAt, openNameServer } from "./name-server.ts";
import { printedFor } from "./printed.ts";
import { openSink } from "./sink.ts";

const fromVip = [`${virtualAddress} MAILVS`];

/** As it is printed where there is no relay. */
const alone: Kind = {
  ...haraka,
  open: async (place) => {
    const printed = await printedFor("haraka", place.options);
    return openHaraka(place, { plugin: printed("plugins/bridgehead.js"), plugins: printed("config/plugins") });
  },
};

test("MA4 Haraka delivers from the virtual IP to the hosts that DNS has for a domain, and what cannot be looked up waits", async () => {
  const { stage, owner, standby, folder, mailerOn, close } = await openMailStage();
  const undo: (() => void)[] = [];
  try {
    const peer = stage.lan.host("PEER");
    const address = peer.addressOn("client");
    const address6 = `2001:2:0:77::${address.split(".").at(-1)}`;
    // The preferred one of the first has another family as well, for which there is no virtual IP that may call.
    await openNameServer(peer, folder, {
      "dest.test": `@ MX 20 gone\n@ MX 10 mx\nmx A ${address}\nmx AAAA ${address6}\ngone A 198.18.77.99\n`,
      "plain.test": `@ A ${address}\n`,
    });
    for (const node of nodeNames) undo.push(askAt(stage.node(node), address));
    const [sink, sink6] = await Promise.all([
      openSink(peer, { address, port: 25 }),
      openSink(peer, { address: address6, port: 25 }),
    ]);
    const takenOf = (id: string): string[] =>
      sink.taken.filter((one) => one.id === id).map(({ from, helo }) => `${from} ${helo.toUpperCase()}`);
    const comes = async (id: string, { log }: { readonly log: () => string }): Promise<void> => {
      await until(() => takenOf(id).length > 0, 30_000, id).catch((error: Error) => {
        throw new Error(`${error.message}\n${log()}`);
      });
      expect(takenOf(id)).toEqual(fromVip);
    };

    const [{ mailer: here }, { mailer: there }] = await Promise.all([
      mailerOn(owner, alone, sink),
      mailerOn(standby, alone, sink),
    ]);
    await here.submit("to-the-mx@test", ["recipient@dest.test"]);
    await comes("to-the-mx@test", here);
    await here.submit("to-no-mx@test", ["recipient@plain.test"]);
    await comes("to-no-mx@test", here);
    await until(async () => (await here.waiting()) === 0, 10_000, "an empty queue");
    await here.submit("to-nobody-knows@test", ["recipient@elsewhere.test"]);
    await here.flush();
    expect(await here.waiting(), here.log()).toBe(1);
    expect(here.log()).toContain("bridgehead: elsewhere.test cannot be looked up");

    await there.submit("of-the-standby@test", ["recipient@dest.test"]);
    await there.flush();
    expect(await there.waiting(), there.log()).toBe(1);
    expect(takenOf("of-the-standby@test")).toEqual([]);
    await expectOk(stage.client.moveGroup(cluster, group, { target: standby }));
    await stage.ownerIs(standby);
    await comes("of-the-standby@test", there);
    expect(sink6.taken).toEqual([]);
  } finally {
    for (const one of undo) one();
    await close();
  }
});
