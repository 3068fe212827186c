import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Inbox, openInbox, type Told } from "../../src/mta/inbox.ts";
import type { IncomingWork } from "../../src/mta/incoming.ts";
import { createRoom, newestOf } from "../../src/mta/inbox-room.ts";
import { encodeMessage, nameOf } from "../../src/mta/p1.ts";
import { x410Mode } from "../../src/mta/x410-mode.ts";
import { longMessage, messageWith } from "./messages.ts";

let folder = "";
let inbox: Inbox;
const stored: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-inbox-"));
  stored.length = 0;
  inbox = openInbox(folder, (name, partner) => stored.push(`${name} from ${partner}`));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const connection = { callingReference: "591", commonReference: "261126120000Z" };
const nextConnection = { ...connection, commonReference: "261126120100Z" };
const activity = Uint8Array.of(2, 1, 1);
const nextActivity = Uint8Array.of(2, 1, 2);
const name = (local: string, octets: Uint8Array = encodeMessage(messageWith(local))): string => {
  const digest = createHash("sha256").update(octets).digest("hex").slice(0, 16);
  return `${nameOf(messageWith(local).identifier)}+${digest}.p1`;
};
const longName = name("long", longMessage);
const kept = (): string[] => readdirSync(folder).filter((file) => file.endsWith(".p1"));
const unfinished = (): string[] => readdirSync(join(folder, "unfinished"));

async function take(of: Inbox, from: typeof connection, works: readonly IncomingWork[]): Promise<(Told | null)[]> {
  const receiver = of.receiver("peer.test", { connection: from, mode: x410Mode });
  const told: (Told | null)[] = [];
  for (const work of works) told.push(await receiver.take(work));
  await receiver.end();
  return told;
}

const half = Math.floor(longMessage.length / 2);
const beginning: IncomingWork[] = [
  { kind: "begin", activity },
  { kind: "data", data: longMessage.subarray(0, half) },
  { kind: "secure", serial: 1 },
];
const link = { ...connection, activity, serial: 1 };
const rest: IncomingWork[] = [
  { kind: "data", data: longMessage.subarray(half) },
  { kind: "end", serial: 2 },
];

describe("MT27 what a partner transfers is stored before its end is confirmed, and once", () => {
  test("MT27 a message is a file of its own, named by its identifier", async () => {
    expect(await take(inbox, connection, [...beginning, ...rest])).toEqual([
      null,
      null,
      { type: "secured", serial: 1 },
      null,
      { type: "stored" },
    ]);
    expect(kept()).toEqual([longName]);
    expect(readFileSync(join(folder, longName)).equals(longMessage)).toBe(true);
    expect(unfinished()).toEqual([]);
    expect(stored).toEqual([`${longName} from peer.test`]);
  });

  test("MT27 one that comes twice is there once, and is confirmed again", async () => {
    await take(inbox, connection, [...beginning, ...rest]);
    const again = await take(inbox, nextConnection, [...beginning, ...rest]);
    expect(again.at(-1)).toEqual({ type: "stored" });
    expect(kept()).toEqual([longName]);
    expect(stored).toHaveLength(1);
  });

  test("MT27 one that somebody has taken from the folder meanwhile is known all the same", async () => {
    await take(inbox, connection, [...beginning, ...rest]);
    rmSync(join(folder, longName));
    const again = await take(openInbox(folder), nextConnection, [...beginning, ...rest]);
    expect(again.at(-1)).toEqual({ type: "stored" });
    expect(kept()).toEqual([]);
  });

  test("MT27 the newest of a week of messages is found, however many they are", () => {
    expect(newestOf(Array.from({ length: 200_000 }, (_, n) => n))).toBe(199_999);
    expect(newestOf([])).toBe(0);
  });

  test("MT27 two copies of a message for different recipients are two, though they share its identifier", async () => {
    const message = messageWith("split");
    const copies = [true, false].map((isResponsible) =>
      encodeMessage({ ...message, recipients: [{ name: message.originator, number: 1, isResponsible }] }),
    );
    for (const octets of copies) {
      await take(inbox, connection, [
        { kind: "begin", activity },
        { kind: "data", data: octets },
        { kind: "end", serial: 1 },
      ]);
    }
    expect(kept()).toEqual(copies.map((octets) => name("split", octets)).toSorted());
  });

  test("MT27 two transfers under the same references, as stacks number them that begin anew, do not meet", async () => {
    const receivers = ["a", "b"].map((local) => ({
      octets: encodeMessage(messageWith(local)),
      receiver: inbox.receiver("peer.test", { connection, mode: x410Mode }),
    }));
    for (const { receiver } of receivers) await receiver.take({ kind: "begin", activity });
    for (const { receiver, octets } of receivers) await receiver.take({ kind: "data", data: octets });
    for (const { receiver } of receivers) {
      expect(await receiver.take({ kind: "end", serial: 1 })).toEqual({ type: "stored" });
      await receiver.end();
    }
    expect(kept()).toEqual([name("a"), name("b")].toSorted());
  });

  test("MT27 what is no message is refused, and leaves no file", async () => {
    const told = await take(inbox, connection, [
      { kind: "begin", activity },
      { kind: "data", data: longMessage.subarray(1) },
      { kind: "end", serial: 1 },
    ]);
    expect(told.at(-1)).toMatchObject({ type: "not-stored", reason: "invalidParameter" });
    expect([...kept(), ...unfinished()]).toEqual([]);
  });

  test("MT27 two associations of a partner, and the same activity of another one, do not meet", async () => {
    const [first, second] = [
      inbox.receiver("peer.test", { connection, mode: x410Mode }),
      inbox.receiver("other.test", { connection, mode: x410Mode }),
    ];
    for (const receiver of [first, second]) await receiver.take({ kind: "begin", activity });
    await first.take({ kind: "data", data: encodeMessage(messageWith("a")) });
    await second.take({ kind: "data", data: encodeMessage(messageWith("b")) });
    for (const receiver of [first, second]) {
      expect(await receiver.take({ kind: "end", serial: 1 })).toEqual({ type: "stored" });
      await receiver.end();
    }
    expect(kept()).toEqual([name("a"), name("b")]);
  });
});

describe("MT26 a message that was cut off goes on from the last point that is secured", () => {
  test("MT26 also by another process, and whatever came after that point, whole or not, is forgotten", async () => {
    await take(inbox, connection, [...beginning, { kind: "data", data: Uint8Array.of(9, 9, 9) }]);
    const [file = ""] = unfinished();
    appendFileSync(join(folder, "unfinished", file), Uint8Array.of(0x44, 0, 0, 1));
    const told = await take(openInbox(folder), nextConnection, [
      { kind: "resume", activity: nextActivity, link },
      ...rest,
    ]);
    expect(told).toEqual([null, null, { type: "stored" }]);
    expect(readFileSync(join(folder, longName)).equals(longMessage)).toBe(true);
    expect(unfinished()).toEqual([]);
  });

  test("MT26 a second time from where it was resumed, whichever of the two sessions is named", async () => {
    for (const from of [link, { ...nextConnection, activity: nextActivity, serial: 1 }]) {
      await take(inbox, connection, beginning);
      await take(inbox, nextConnection, [{ kind: "resume", activity: nextActivity, link }]);
      const third = { ...connection, commonReference: "261126120200Z" };
      const told = await take(inbox, third, [{ kind: "resume", activity, link: from }, ...rest]);
      expect(told.at(-1)).toEqual({ type: "stored" });
    }
    expect(kept()).toEqual([longName]);
  });

  test("MT26 what an association that hangs still brings is not written behind one that has resumed its message", async () => {
    const hanging = inbox.receiver("peer.test", { connection, mode: x410Mode });
    for (const work of beginning) await hanging.take(work);
    const next = inbox.receiver("peer.test", { connection: nextConnection, mode: x410Mode });
    expect(await next.take({ kind: "resume", activity: nextActivity, link })).toBeNull();
    expect(await hanging.take({ kind: "data", data: Uint8Array.of(9, 9, 9) })).toMatchObject({ type: "not-stored" });
    for (const work of rest) await next.take(work);
    await hanging.end();
    await next.end();
    expect(readFileSync(join(folder, longName)).equals(longMessage)).toBe(true);
  });

  test.each<[string, () => void, number]>([
    ["that was never begun", () => {}, 1],
    ["at a point that was never secured", () => {}, 2],
    ["whose file was cut off before that point", () => truncateAll(), 1],
  ])("MT26 one %s is not known, and begins again", async (what, damage, serial) => {
    if (what !== "that was never begun") await take(inbox, connection, beginning);
    damage();
    const [told] = await take(inbox, nextConnection, [
      { kind: "resume", activity: nextActivity, link: { ...link, serial } },
    ]);
    expect(told).toMatchObject({ type: "not-stored", reason: "unrecognizedActivity" });
  });

  function truncateAll(): void {
    for (const file of unfinished()) truncateSync(join(folder, "unfinished", file), 100);
  }

  test("MT13 what is under way is never removed to make room, and one more is put off", async () => {
    const live = inbox.receiver("peer.test", { connection, mode: x410Mode });
    for (const work of beginning) await live.take(work);
    const others = Array.from({ length: 32 }, (_, n) => Uint8Array.of(2, 1, n));
    const told = await Promise.all(
      others.map(async (of) => {
        const receiver = inbox.receiver("peer.test", { connection: nextConnection, mode: x410Mode });
        return receiver.take({ kind: "begin", activity: of });
      }),
    );
    expect(told.filter((one) => one !== null)).not.toEqual([]);
    for (const work of rest) await live.take(work);
    expect(kept()).toEqual([longName]);
  });

  /** Each is older than the one before, and all that there are at least so old. */
  const age = (byMs: number): void => {
    for (const [n, file] of unfinished().toSorted().entries()) {
      const at = (Date.now() - byMs - n * 1_000) / 1_000;
      utimesSync(join(folder, "unfinished", file), at, at);
    }
  };
  const weekMs = 7 * 24 * 60 * 60 * 1_000;

  test("MT13 what was cut off a week ago is removed when the folder is opened, and while messages come", async () => {
    await take(inbox, connection, beginning);
    age(weekMs - 60_000);
    openInbox(folder);
    expect(unfinished()).toHaveLength(1);
    age(weekMs + 60_000);
    openInbox(folder);
    expect(unfinished()).toEqual([]);
    const running = openInbox(folder);
    await take(inbox, connection, beginning);
    const [old] = unfinished();
    age(weekMs + 60_000);
    await take(running, nextConnection, beginning);
    expect(unfinished()).toHaveLength(1);
    expect(unfinished()).not.toContain(old);
  });

  test("MT13 on a full disk the oldest of what was cut off makes room one by one, and what is under way stays", async () => {
    const from = (n: number) => ({ ...connection, commonReference: `26112612000${n}Z` });
    for (const n of [1, 2, 3]) await take(inbox, from(n), beginning);
    age(0);
    const newest = unfinished().toSorted();
    const live = new Map([[newest[2] ?? "", null]]);
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    const left: string[][] = [];
    const room = createRoom(join(folder, "unfinished"), live);
    const written = room.making(async () => {
      left.push(unfinished().toSorted());
      if (unfinished().length > 2) throw full;
      return "written";
    });
    expect(await written).toBe("written");
    expect(left).toEqual([newest, [newest[0], newest[2]]]);
    await expect(room.making(() => Promise.reject(full))).rejects.toThrow("ENOSPC");
    expect(unfinished()).toEqual([newest[2]]);
    await expect(room.making(() => Promise.reject(new Error("EIO")))).rejects.toThrow("EIO");
  });

  test("MT13 as many as the limit says are kept, and the oldest goes first", async () => {
    const receivers = Array.from({ length: 300 }, (_, n) => ({
      receiver: inbox.receiver("peer.test", { connection, mode: x410Mode }),
      activity: Uint8Array.of(2, 2, n >> 8, n & 255),
    }));
    for (const { receiver, activity: of } of receivers) {
      await receiver.take({ kind: "begin", activity: of });
      await receiver.end();
    }
    expect(unfinished()).toHaveLength(32);
  });
});
