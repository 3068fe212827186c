import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { monotonicMs } from "../../src/mta/clock.ts";
import { remove } from "../../src/mta/durable.ts";
import { type Outbox, openOutbox, type UnreadableMessage } from "../../src/mta/outbox.ts";
import { x410Mode } from "../../src/mta/x410-mode.ts";

let folder = "";
let outbox: Outbox;
const out = (): string => join(folder, "out");
const reopened = (): Outbox => openOutbox({ folder: out(), rejected: join(folder, "rejected"), now: monotonicMs });
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-outbox-"));
  outbox = reopened();
});
afterEach(() => {
  outbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const put = (name: string, text = name): void => writeFileSync(join(out(), name), text);
const connection = { callingReference: "591", commonReference: "261126120000Z" };
const over = { connection, mode: x410Mode };

test("MT28 messages wait in the order of their names; one that is half written is none", async () => {
  expect(await outbox.first()).toBeNull();
  for (const name of ["2.p1", "1.p1", ".0.p1.new", "notes.txt"]) put(name);
  for (const name of ["1.p1", "2.p1"]) {
    const waiting = await outbox.first();
    expect(waiting?.name).toBe(name);
    expect(waiting?.transfer).toMatchObject({ octets: Buffer.from(name), resume: null });
    await waiting?.done();
    waiting?.letGo(false);
  }
  expect(await outbox.first()).toBeNull();
});

test("MT26 how far a transfer has come is there for whoever opens the folder next", async () => {
  put("1.p1", "a long message");
  const waiting = await outbox.first();
  await waiting?.secured(over, { serial: 3, offset: 6 });
  const next = await reopened().first();
  const activity = Buffer.from(waiting?.transfer?.activity ?? []);
  expect(next?.transfer?.resume).toEqual({ link: { ...connection, activity, serial: 3 }, offset: 6, mode: "x410" });
  expect(activity).toHaveLength(6);
  expect(Buffer.from(next?.transfer?.activity ?? []).equals(activity)).toBe(false);
  await next?.restart();
  expect((await reopened().first())?.transfer?.resume).toBeNull();
});

test.each([
  ["no JSON", "{"],
  ["of another kind", JSON.stringify({ serial: 1 })],
  ["beyond the message", JSON.stringify({ activity: "020101", ...connection, mode: "x410", serial: 1, offset: 1_000 })],
])("MT28 a state that is %s is none: the message begins", async (_, text) => {
  put("1.p1");
  put("1.p1.state", text);
  expect((await outbox.first())?.transfer?.resume).toBeNull();
});

test("MT28 what a partner will never take is set aside, and the next one's turn comes", async () => {
  for (const name of ["1.p1", "2.p1"]) put(name);
  const first = await outbox.first();
  await first?.secured(over, { serial: 1, offset: 1 });
  await first?.reject();
  expect(readdirSync(join(folder, "rejected"))).toEqual(["1.p1"]);
  expect(readdirSync(out())).toEqual(["2.p1"]);
});

test("MT28 what is set aside under a name that is there already is kept beside it, be it a file or a folder", async () => {
  for (const text of ["first", "second", "third"]) {
    put("1.p1", text);
    const waiting = await outbox.first();
    await waiting?.reject();
    waiting?.letGo(false);
  }
  mkdirSync(join(out(), "1.p1"));
  const folderInItsPlace = await outbox.first().catch((error: unknown) => (error as UnreadableMessage).taken);
  await folderInItsPlace?.reject();
  const rejected = join(folder, "rejected");
  const names = ["1.2.p1", "1.3.p1", "1.4.p1", "1.p1"];
  expect(readdirSync(rejected).toSorted()).toEqual(names);
  const texts = ["1.p1", "1.2.p1", "1.3.p1"].map((name) => readFileSync(join(rejected, name), "utf8"));
  expect(texts).toEqual(["first", "second", "third"]);
  expect(readdirSync(join(rejected, "1.4.p1"))).toEqual([]);
  expect(readdirSync(out())).toEqual([]);
});

test("MT28 whoever waits for a message is told when one comes, and when he is to wait no longer", async () => {
  const changed = outbox.changed(new AbortController().signal);
  put("1.p1");
  await changed;
  const given = new AbortController();
  const waited = outbox.changed(given.signal);
  given.abort();
  await waited;
  await outbox.changed(AbortSignal.abort());
});

test("MT36 those that come while others are taken are seen, each in its place and each once", async () => {
  for (let n = 10; n < 20; n += 2) put(`${n}.p1`);
  const order: string[] = [];
  for (let turn = 0; turn < 12; turn += 1) {
    const waiting = await outbox.first();
    order.push(waiting?.name ?? "none");
    if (turn < 5) {
      const told = outbox.changed(new AbortController().signal);
      put(`${11 + 2 * turn}.p1`);
      await told;
    }
    await waiting?.done();
    waiting?.letGo(false);
  }
  const all = Array.from({ length: 10 }, (_, n) => `${n + 10}.p1`);
  expect(order).toEqual([...all, "none", "none"]);
});

test("MT36 one that somebody has taken out of the folder is passed over", async () => {
  for (const name of ["1.p1", "2.p1", "3.p1"]) put(name);
  (await outbox.first())?.letGo(false);
  for (const name of ["1.p1", "2.p1"]) rmSync(join(out(), name));
  expect((await outbox.first())?.name).toBe("3.p1");
});

test("MT28 a message is given to one at a time", async () => {
  put("1.p1");
  const first = await outbox.first();
  expect(await outbox.first()).toBeNull();
  expect(await outbox.count()).toBe(1);
  first?.letGo(false);
  expect((await outbox.first())?.name).toBe("1.p1");
});

test("MT28 what cannot be removed is told for what it is, and what is not there is removed", async () => {
  await remove(out(), "none.p1");
  put("file");
  await expect(remove(join(out(), "file"), "1.p1")).rejects.toMatchObject({ code: "ENOTDIR", syscall: "unlink" });
});

test("MT28 one that is transferred and cannot be removed is given out without its message; another one under its name is one", async () => {
  const refused = Object.assign(new Error("EROFS: read-only file system, unlink"), { code: "EROFS" });
  let isReadOnly = true;
  const here = openOutbox({
    folder: out(),
    rejected: join(folder, "rejected"),
    now: monotonicMs,
    remove: (...of) => (isReadOnly ? Promise.reject(refused) : remove(...of)),
  });
  put("1.p1");
  const waiting = await here.first();
  expect(waiting?.transfer).not.toBeNull();
  await expect(waiting?.done()).rejects.toThrow("EROFS");
  waiting?.letGo(false);
  const again = await here.first();
  expect(again?.name).toBe("1.p1");
  expect(again?.transfer).toBeNull();
  again?.letGo(false);
  put(".new");
  renameSync(join(out(), ".new"), join(out(), "1.p1"));
  const other = await here.first();
  expect(other?.transfer).not.toBeNull();
  isReadOnly = false;
  await other?.done();
  other?.letGo(false);
  expect(await here.first()).toBeNull();
  here.close();
});
