import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Ending, nobody, type NotTransferred } from "../../src/mta/association.ts";
import type { Association } from "../../src/mta/call.ts";
import { createCourier } from "../../src/mta/courier.ts";
import { remove } from "../../src/mta/durable.ts";
import { type Outbox, openOutbox, type OutboxOptions } from "../../src/mta/outbox.ts";
import type { Transfer } from "../../src/mta/outgoing.ts";
import { Retries } from "../../src/mta/retries.ts";
import { x410Mode } from "../../src/mta/x410-mode.ts";
import { afterwards, eventually, peer, peerAddress, virtualAddress } from "./support.ts";

const putOff: NotTransferred = { type: "discarded", code: "put-off-by-partner", sentence: "it cannot take it" };
const ending = (code: Ending["code"]): Ending => ({
  type: "lost",
  code,
  sentence: "the association was lost",
  peer: nobody,
});
const hourMs = 60 * 60 * 1_000;
/** When this queue's first message was written, as Unix time in milliseconds. */
const writtenAtMs = Date.UTC(2026, 10, 26);

/** A queue, its courier, and a partner that says `answer` to each message. Both clocks stand still until they are moved. */
function queue(answer: (text: string) => NotTransferred | null) {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-retries-"));
  afterwards(() => rmSync(folder, { recursive: true, force: true }));
  const out = join(folder, "out");
  const clock = { monotonicMs: 0, wallMs: writtenAtMs };
  const told: string[] = [];
  const tried: string[] = [];
  const open = (options: Partial<OutboxOptions> = {}) => {
    const rejected = join(folder, "rejected");
    const outbox = openOutbox({ folder: out, rejected, now: () => clock.monotonicMs, ...options });
    afterwards(() => outbox.close());
    return outbox;
  };
  const association: Association = {
    partner: peer(1),
    localAddress: virtualAddress,
    localPort: 1,
    remoteAddress: peerAddress,
    opened: {
      peer: nobody,
      connection: { callingReference: "591", commonReference: "261126120000Z" },
      mode: x410Mode,
      terms: { checkpointOctets: null, windowSize: 1 },
    },
    closed: new Promise(() => {}),
    release: async () => ending("released"),
    abort: async () => ending("aborted-by-us"),
    destroy: () => {},
    transfer: async ({ octets }: Transfer) => {
      const text = Buffer.from(octets).toString();
      tried.push(text);
      return answer(text);
    },
  };
  const serve = (outbox: ReturnType<typeof open>) => {
    const halt = new AbortController();
    const courier = createCourier({
      outbox,
      idleMs: null,
      from: 0,
      giveUpHours: 120,
      now: () => clock.monotonicMs,
      wallClock: () => clock.wallMs,
      tell: (name, outcome, detail) => told.push(`${name} ${outcome}: ${detail}`),
    });
    const served = courier.serve(association, halt.signal);
    return async () => {
      halt.abort();
      await served;
    };
  };
  return {
    clock,
    told,
    tried,
    open,
    serve,
    put: (name: string) => {
      writeFileSync(join(out, `${name}.p1`), name);
      utimesSync(join(out, `${name}.p1`), writtenAtMs / 1_000, writtenAtMs / 1_000);
    },
    mkdir: (name: string) => {
      mkdirSync(join(out, name));
      utimesSync(join(out, name), writtenAtMs / 1_000, writtenAtMs / 1_000);
    },
    waiting: () => readdirSync(out).filter((name) => name.endsWith(".p1")),
    rejected: () => readdirSync(join(folder, "rejected")),
  };
}

test("MT35 what has failed waits a second, then twice as long each time, and two minutes at most", () => {
  const retries = new Retries();
  const delays: number[] = [];
  let nowMs = 0;
  for (let n = 0; n < 9; n += 1) {
    retries.failed("1.p1", nowMs);
    const failedAtMs = nowMs;
    while (!retries.isDue("1.p1", nowMs)) nowMs += 500;
    delays.push((nowMs - failedAtMs) / 1_000);
  }
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 120, 120]);
  expect(retries.isDue("2.p1", 0)).toBe(true);
  retries.keepOnly(new Set(["2.p1"]));
  expect(retries.countOf("1.p1")).toBe(0);
});

test("MT35 a message that is put off does not keep the others waiting, and is not counted while it waits", async () => {
  const mail = queue(() => null);
  const outbox = mail.open();
  for (const name of ["1", "2", "3"]) mail.put(name);
  const order: string[] = [];
  const fail = async (): Promise<void> => {
    const waiting = await outbox.first();
    order.push(waiting?.name ?? "none");
    waiting?.letGo(true);
  };
  for (let n = 0; n < 4; n += 1) await fail();
  expect(order).toEqual(["1.p1", "2.p1", "3.p1", "none"]);
  expect(await outbox.count()).toBe(0);
  mail.clock.monotonicMs = 1_000;
  expect(await outbox.count()).toBe(3);
  await fail();
  // One that came since has not failed: it goes first.
  const told = outbox.changed(new AbortController().signal);
  mail.put("4");
  await told;
  await fail();
  await fail();
  expect(order.slice(4)).toEqual(["1.p1", "4.p1", "2.p1"]);
});

test("MT35 one that fails each time is tried no more often than that, and the others go", async () => {
  const mail = queue((text) => (text === "1" ? putOff : null));
  const outbox = mail.open();
  for (const name of ["1", "2", "3"]) mail.put(name);
  const halt = mail.serve(outbox);
  await eventually("the others", () => mail.waiting().length === 1);
  // It is looked for each second, and its second has not come on this clock.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(mail.tried).toEqual(["1", "2", "3"]);
  mail.clock.monotonicMs = 1_000;
  await eventually("a second try", () => mail.tried.length === 4);
  await halt();
  expect(mail.tried).toEqual(["1", "2", "3", "1"]);
  expect(mail.rejected()).toEqual([]);
});

/** Until so much has been told, the monotonic clock moves on by what a message waits at most. A courier that begins looks at once. */
async function tries(mail: ReturnType<typeof queue>, outbox: Outbox, count: number): Promise<void> {
  while (mail.told.length < count) {
    const before = mail.told.length;
    const halt = mail.serve(outbox);
    await eventually("one more try", () => mail.told.length > before);
    await halt();
    mail.clock.monotonicMs += 120_000;
  }
}

test("MT35 one that fails for more than an hour when giveUpHours have passed is set aside; a failover in between makes it no younger", async () => {
  const mail = queue(() => putOff);
  const before = mail.open();
  mail.put("1");
  mail.clock.wallMs = writtenAtMs + 119 * hourMs;
  await tries(mail, before, 40);
  before.close();
  expect(mail.waiting()).toEqual(["1.p1"]);
  const after = mail.open();
  mail.clock.wallMs = writtenAtMs + 120 * hourMs;
  await tries(mail, after, 70);
  expect(mail.rejected()).toEqual([]);
  await tries(mail, after, 71);
  expect(mail.rejected()).toEqual(["1.p1"]);
  expect(new Set(mail.told.slice(0, 70))).toEqual(new Set(["1.p1 put-off: it cannot take it"]));
  expect(mail.told.slice(70)).toEqual([
    "1.p1 given-up: it has waited for more than 120 hours, and fails again and again: it cannot take it",
  ]);
  expect(mail.waiting()).toEqual([]);
});

test("MT35 after an outage of weeks, or under a clock that is weeks ahead, no first failure sets a backlog aside", async () => {
  const names = ["1", "2", "3"];
  let isPartnerWell = false;
  const mail = queue(() => (isPartnerWell ? null : putOff));
  const outbox = mail.open();
  for (const name of names) mail.put(name);
  mail.clock.wallMs = writtenAtMs + 1_000 * hourMs;
  await tries(mail, outbox, 20);
  expect(mail.rejected()).toEqual([]);
  isPartnerWell = true;
  const halt = mail.serve(outbox);
  await eventually("an empty queue", () => mail.waiting().length === 0);
  await halt();
  expect(mail.rejected()).toEqual([]);
});

test("MT35 an hour is not enough without eight failures, nor are those without the hour", () => {
  const retries = new Retries();
  for (let n = 0; n < 100; n += 1) expect(retries.failedByItself("often.p1", n)).toBe(false);
  expect(retries.failedByItself("often.p1", hourMs)).toBe(true);
  for (let n = 0; n < 7; n += 1) expect(retries.failedByItself("seldom.p1", n * hourMs)).toBe(false);
  expect(retries.failedByItself("seldom.p1", 7 * hourMs)).toBe(true);
  retries.keepOnly(new Set());
  expect(retries.failedByItself("often.p1", 8 * hourMs)).toBe(false);
});

test("MT35 what has waited for longer is tried first: nobody may have been there to take it", async () => {
  const mail = queue(() => null);
  const outbox = mail.open();
  mail.put("1");
  mail.clock.wallMs = writtenAtMs + 1_000 * hourMs;
  const halt = mail.serve(outbox);
  await eventually("its transfer", () => mail.told.length === 1);
  await halt();
  expect(mail.told).toEqual(["1.p1 transferred: to peer.test"]);
});

test.each([
  ["fuse-blown", "at once"],
  ["aborted-by-us", "at once"],
  ["connection-lost", "later"],
  ["socket-error", "later"],
  ["timeout", "later"],
  ["aborted-by-partner", "later"],
  ["activity-unknown", "later"],
  ["malformed", "later"],
  ["fault-found-by-partner", "given up"],
] as const)("MT35 an old message whose association ends as %s, again and again, is tried %s", async (code, when) => {
  const mail = queue(() => ending(code));
  const outbox = mail.open();
  mail.put("1");
  mail.clock.wallMs = writtenAtMs + 1_000 * hourMs;
  const halt = mail.serve(outbox);
  await eventually("an outcome", () => mail.told.length > 0);
  await halt();
  mail.clock.monotonicMs += 1_000;
  if (when !== "at once") await tries(mail, outbox, when === "later" ? 40 : 32);
  mail.clock.monotonicMs -= 120_000;
  expect(mail.rejected()).toEqual(when === "given up" ? ["1.p1"] : []);
  if (when === "at once") expect((await outbox.first())?.name).toBe("1.p1");
  if (when === "later") expect(await outbox.first()).toBeNull();
});

test("MT35 a message that cannot be read is given up as any other one", async () => {
  const mail = queue(() => null);
  const outbox = mail.open();
  mail.mkdir("1.p1");
  mail.clock.wallMs = writtenAtMs + 120 * hourMs;
  await tries(mail, outbox, 30);
  expect(mail.rejected()).toEqual([]);
  await tries(mail, outbox, 31);
  expect(mail.rejected()).toEqual(["1.p1"]);
  expect(mail.told.at(-1)).toMatch(
    /^1\.p1 given-up: it has waited for more than 120 hours, and fails again and again: it cannot be read: EISDIR/,
  );
});

test("MT35 a partner that takes none of several messages is left alone, longer each time, until it takes the one that is the probe", async () => {
  let isFull = true;
  const mail = queue(() => (isFull ? putOff : null));
  const outbox = mail.open();
  for (let n = 100; n < 300; n += 1) mail.put(`${n}`);
  for (let n = 0; n < 4; n += 1) {
    const waiting = await outbox.first();
    waiting?.putOff();
    waiting?.letGo(true);
  }
  expect(await outbox.first()).toBeNull();
  expect(await outbox.count()).toBe(0);
  const triedAtMs: number[] = [];
  while (triedAtMs.length < 9) {
    mail.clock.monotonicMs += 500;
    const probe = await outbox.first();
    if (probe === null) continue;
    // One that has not failed, and it alone.
    expect(probe.name).toBe(`${104 + triedAtMs.length}.p1`);
    expect(await outbox.first()).toBeNull();
    triedAtMs.push(mail.clock.monotonicMs / 1_000);
    probe.putOff();
    probe.letGo(true);
  }
  expect(triedAtMs).toEqual([1, 3, 7, 15, 31, 63, 127, 247, 367]);
  mail.clock.monotonicMs += 120_000;
  // An association that is lost with the probe decides nothing: another one is.
  (await outbox.first())?.letGo(true);
  isFull = false;
  const halt = mail.serve(outbox);
  await eventually("all but what waits by itself", () => mail.waiting().length <= 10);
  await halt();
});

test("MT35 three messages that are put off each time are no reason to leave their partner alone", async () => {
  const mail = queue(() => putOff);
  const outbox = mail.open();
  for (const name of ["1", "2", "3"]) mail.put(name);
  await tries(mail, outbox, 30);
  mail.put("4");
  mail.clock.monotonicMs += 1_000;
  expect((await outbox.first())?.name).toBe("4.p1");
});

test("MT28 one that its partner has is not transferred again because its file cannot be removed: only that is tried again", async () => {
  const mail = queue(() => null);
  let isReadOnly = true;
  const refused = new Error("EROFS: read-only file system, unlink");
  const outbox = mail.open({ remove: (...of) => (isReadOnly ? Promise.reject(refused) : remove(...of)) });
  mail.put("1");
  mail.clock.wallMs = writtenAtMs + 1_000 * hourMs;
  await tries(mail, outbox, 40);
  expect(mail.tried).toEqual(["1"]);
  expect(mail.rejected()).toEqual([]);
  isReadOnly = false;
  await tries(mail, outbox, 41);
  expect(mail.tried).toEqual(["1"]);
  expect(mail.waiting()).toEqual([]);
  expect(new Set(mail.told.slice(0, 40))).toEqual(
    new Set([
      "1.p1 put-off: peer.test has it, and its file cannot be removed: it is only removed later. EROFS: read-only file system, unlink",
    ]),
  );
  expect(mail.told.slice(40)).toEqual(["1.p1 transferred: to peer.test"]);
});
