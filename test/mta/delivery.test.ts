import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { monotonicMs } from "../../src/mta/clock.ts";
import { type CourierOptions, createCourier } from "../../src/mta/courier.ts";
import { put } from "../../src/mta/durable.ts";
import { openInbox } from "../../src/mta/inbox.ts";
import { associate } from "../../src/mta/initiator.ts";
import { type Outbox, openOutbox } from "../../src/mta/outbox.ts";
import { encodeMessage } from "../../src/mta/p1.ts";
import { longMessage, messageWith } from "./messages.ts";
import { afterwards, answering, bind, eventually, peer, startPeer } from "./support.ts";

/** Two MTAs on loopback, each with its folder: what waits in the one goes to the other. */
function folders() {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-delivery-"));
  afterwards(() => rmSync(folder, { recursive: true, force: true }));
  const inFolder = join(folder, "in");
  const outFolder = join(folder, "out");
  mkdirSync(outFolder);
  const told: string[] = [];
  const outbox = openOutbox({ folder: outFolder, rejected: join(folder, "rejected"), now: monotonicMs });
  afterwards(() => outbox.close());
  const courierWith = (options: Partial<CourierOptions> = {}) =>
    createCourier({
      outbox,
      idleMs: null,
      from: 0,
      giveUpHours: 120,
      now: monotonicMs,
      wallClock: Date.now,
      tell: (name, outcome) => told.push(`${name} ${outcome}`),
      ...options,
    });
  return {
    outbox,
    inFolder,
    outFolder,
    told,
    courier: courierWith(),
    courierWith,
    inbox: openInbox(inFolder),
    wait: (name: string, octets: Uint8Array) => put(outFolder, `${name}.p1`, octets),
    arrived: () => readdirSync(inFolder).filter((name) => name.endsWith(".p1")),
    waiting: () => readdirSync(outFolder).filter((name) => name.endsWith(".p1")),
  };
}

async function associated(port: number) {
  const result = await associate({ partner: peer(port), verdicts: answering(bind), now: monotonicMs });
  if (result.outcome !== "associated") throw new Error(result.reason);
  return result.association;
}

test("MT30 what waits is transferred in order, what comes later as well, and then the association is released", async () => {
  const mail = folders();
  const { responder } = await startPeer({ inbox: mail.inbox });
  const octets = ["a", "b", "c"].map((local) => encodeMessage(messageWith(local)));
  await mail.wait("1", octets[0] ?? longMessage);
  await mail.wait("2", longMessage);
  const halt = new AbortController();
  const association = await associated(responder.port);
  const served = mail.courier.serve(association, halt.signal);
  await eventually("two messages", () => mail.arrived().length === 2);
  await mail.wait("3", octets[1] ?? longMessage);
  await eventually("an empty queue", () => mail.waiting().length === 0);
  halt.abort();
  await served;
  expect((await association.release()).code).toBe("released");
  expect(mail.told).toEqual(["1.p1 transferred", "2.p1 transferred", "3.p1 transferred"]);
  expect(mail.arrived()).toHaveLength(3);
});

test("MT26 a transfer that is cut off, again and again, goes on from what is secured, and the message comes once", async () => {
  const mail = folders();
  const { responder } = await startPeer({ inbox: mail.inbox });
  const huge = encodeMessage(messageWith("huge", 60_000));
  await mail.wait("1", huge);
  const began: number[] = [];
  while (mail.waiting().length > 0) {
    const association = await associated(responder.port);
    const transfer = association.transfer.bind(association);
    let points = 0;
    const served = mail.courier.serve(
      {
        ...association,
        transfer: (what, onSecured) => {
          began.push(what.resume?.offset ?? 0);
          return transfer(what, (checkpoint) => {
            onSecured(checkpoint);
            points += 1;
            if (points === 20) association.destroy();
          });
        },
      },
      AbortSignal.any([]),
    );
    await eventually("its end", () => points >= 20 || mail.waiting().length === 0);
    association.destroy();
    await served;
  }
  expect(began.length).toBeGreaterThan(2);
  expect(began).toEqual(began.toSorted((a, b) => a - b));
  expect(new Set(began).size).toBe(began.length);
  const [name = ""] = mail.arrived();
  expect(mail.arrived()).toHaveLength(1);
  expect(readFileSync(join(mail.inFolder, name)).equals(huge)).toBe(true);
});

test("MT30 a partner that keeps no messages takes none, and the message waits", async () => {
  const mail = folders();
  const { responder } = await startPeer();
  await mail.wait("1", longMessage);
  const halt = new AbortController();
  const association = await associated(responder.port);
  const served = mail.courier.serve(association, halt.signal);
  await eventually("an outcome", () => mail.told.length > 0);
  halt.abort();
  await served;
  expect((await association.release()).code).toBe("released");
  expect(mail.told).toEqual(["1.p1 put-off"]);
  expect(mail.waiting()).toEqual(["1.p1"]);
});

test("MT30 a message that cannot be read is put off, with the reason, and the others go", async () => {
  const mail = folders();
  const { responder } = await startPeer({ inbox: mail.inbox });
  mkdirSync(join(mail.outFolder, "1.p1"));
  await mail.wait("2", longMessage);
  const halt = new AbortController();
  const association = await associated(responder.port);
  const served = mail.courier.serve(association, halt.signal);
  await eventually("the other one", () => mail.arrived().length === 1);
  halt.abort();
  await served;
  expect((await association.release()).code).toBe("released");
  expect(mail.told).toContain("2.p1 transferred");
  expect(mail.told).toContain("1.p1 put-off");
});

test("MT30 what a partner takes for no message is set aside, and the next one is transferred", async () => {
  const mail = folders();
  const { responder } = await startPeer({ inbox: mail.inbox });
  await mail.wait("1", Buffer.from("no message"));
  await mail.wait("2", longMessage);
  for (let n = 0; n < 2; n += 1) {
    const halt = new AbortController();
    const association = await associated(responder.port);
    const served = mail.courier.serve(association, halt.signal);
    await eventually("an outcome", () => mail.told.length > n);
    halt.abort();
    await served;
    await association.release();
  }
  expect(mail.told).toEqual(["1.p1 rejected", "2.p1 transferred"]);
  expect(mail.arrived()).toHaveLength(1);
});

describe("MT32 associations are opened and released as much as waits", () => {
  test("MT32 one over which nothing comes for long enough is done with, and is of use again when a message waits", async () => {
    const mail = folders();
    const { responder } = await startPeer({ inbox: mail.inbox });
    const courier = mail.courierWith({ idleMs: 1 });
    await mail.wait("1", longMessage);
    const association = await associated(responder.port);
    await courier.serve(association, new AbortController().signal);
    expect(mail.told).toEqual(["1.p1 transferred"]);
    expect((await association.release()).code).toBe("released");
    const giveUp = new AbortController();
    const wanted = courier.wanted(giveUp.signal).then(() => (giveUp.signal.aborted ? "given up" : "wanted"));
    await mail.wait("2", longMessage);
    expect(await wanted).toBe("wanted");
  });

  test("MT32 a folder that cannot be read now is told, and looked at again", async () => {
    const mail = folders();
    let isUnreadable = true;
    const outbox: Outbox = {
      ...mail.outbox,
      count: () => (isUnreadable ? Promise.reject(new Error("EMFILE: too many open files")) : mail.outbox.count()),
    };
    const details: string[] = [];
    const tell: CourierOptions["tell"] = (name, outcome, detail) => details.push(`${name} ${outcome} ${detail}`);
    const wanted = mail.courierWith({ outbox, idleMs: 1, tell }).wanted(new AbortController().signal);
    await eventually("what is told", () => details.length > 0);
    isUnreadable = false;
    await mail.wait("1", longMessage);
    await wanted;
    expect(details).toEqual([" put-off EMFILE: too many open files"]);
  });

  test("MT32 a second one is of use when more waits than the first can be left with, and no message goes over both", async () => {
    const mail = folders();
    const { responder } = await startPeer({ inbox: mail.inbox });
    const second = mail.courierWith({ idleMs: 1, from: 3 });
    for (const name of ["1", "2", "3"]) await mail.wait(name, encodeMessage(messageWith(name)));
    const given = new AbortController();
    let isWanted = false;
    const wanted = second.wanted(given.signal).then(() => (isWanted = true));
    await mail.courierWith().wanted(given.signal);
    expect(isWanted).toBe(false);
    await mail.wait("4", encodeMessage(messageWith("4")));
    await wanted;
    const couriers = [mail.courierWith({ idleMs: 1 }), second];
    await Promise.all(
      couriers.map(async (courier) => courier.serve(await associated(responder.port), new AbortController().signal)),
    );
    expect(mail.told.toSorted()).toEqual(["1", "2", "3", "4"].map((name) => `${name}.p1 transferred`));
    expect(mail.arrived()).toHaveLength(4);
  });
});
