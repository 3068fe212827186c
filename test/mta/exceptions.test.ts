import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { monotonicMs } from "../../src/mta/clock.ts";
import { put } from "../../src/mta/durable.ts";
import { type Inbox, openInbox, type Receiver } from "../../src/mta/inbox.ts";
import type { IncomingWork } from "../../src/mta/incoming.ts";
import { associate } from "../../src/mta/initiator.ts";
import { openOutbox } from "../../src/mta/outbox.ts";
import type { Transfer } from "../../src/mta/outgoing.ts";
import { exceptionReasons } from "../../src/mta/session-activities.ts";
import { x410Mode } from "../../src/mta/x410-mode.ts";
import { longMessage } from "./messages.ts";
import { afterwards, answering, bind, peer, startPeer } from "./support.ts";
import { checkpointOctets, storeAll, twoMachines, typesOf } from "./two-machines.ts";

const activity = Uint8Array.of(2, 1, 5);
const transfer: Transfer = { activity, octets: longMessage, resume: null };
const hindered = { type: "not-stored", reason: "temporaryProblem", detail: "a full disk" } as const;
/** What `twoMachines` speaks over. */
const connection = { callingReference: "592", commonReference: "261126120000Z" };

describe.each(["x410", "normal"] as const)("MT34 a message that cannot be taken now is withdrawn (%s)", (mode) => {
  const toResume = (serial: number): Transfer => ({
    ...transfer,
    resume: { link: { ...connection, activity, serial }, offset: serial * checkpointOctets, mode },
  });

  test("MT34 one of which nothing is secured is discarded, and the next one goes over the same association", () => {
    const two = twoMachines(mode);
    two.toInitiator({ type: "transfer", transfer });
    two.toResponder(hindered);
    expect(two.answered.at(-1)).toEqual({ type: "EXCEPTION DATA", reason: 1 });
    expect(two.sent.at(-1)).toEqual({ type: "ACTIVITY DISCARD", reason: 0 });
    expect(two.told()).toEqual(["opened"]);
    expect(two.work.at(-1)).toEqual({ kind: "discard" });
    two.toResponder({ type: "withdrawn" });
    expect(typesOf(two.answered).at(-1)).toBe("ACTIVITY DISCARD ACK");
    expect(two.told()).toEqual(["opened", "discarded"]);
    two.work.length = 0;
    two.toInitiator({ type: "transfer", transfer });
    storeAll(two);
    expect(two.told().at(-1)).toBe("transferred");
    two.toInitiator({ type: "release" });
    expect(two.told().at(-1)).toBe("ended released");
  });

  test("MT34 one of which something is secured is interrupted, and goes on from there over the same association", () => {
    const two = twoMachines(mode);
    two.toInitiator({ type: "transfer", transfer });
    two.toResponder({ type: "secured", serial: 1 });
    two.toResponder({ type: "secured", serial: 2 });
    two.toResponder(hindered);
    two.toResponder({ type: "withdrawn" });
    expect(two.sent.at(-1)).toEqual({ type: "ACTIVITY INTERRUPT", reason: 0 });
    expect(typesOf(two.answered).at(-1)).toBe("ACTIVITY INTERRUPT ACK");
    expect(two.told().at(-1)).toBe("interrupted");
    two.work.length = 0;
    two.toInitiator({ type: "transfer", transfer: toResume(2) });
    const link = { callingReference: "", commonReference: "", activity: Buffer.from(activity), serial: 2 };
    expect(two.work[0]).toEqual({ kind: "resume", activity: Buffer.from(activity), link });
    storeAll(two);
    expect(two.told().at(-1)).toBe("transferred");
  });

  test("MT34 one that was resumed has something secured: it is interrupted again", () => {
    const two = twoMachines(mode);
    two.toInitiator({ type: "transfer", transfer: toResume(3) });
    two.toResponder(hindered);
    expect(typesOf(two.sent).at(-1)).toBe("ACTIVITY INTERRUPT");
  });

  test.each([
    ["nonSpecific", "ACTIVITY INTERRUPT"],
    ["localUserError", "ACTIVITY INTERRUPT"],
    ["sequenceError", "ACTIVITY DISCARD"],
    ["unrecoverableProcedureError", "ACTIVITY DISCARD"],
  ] as const)("MT34 what the reason says is done: %s, %s", (reason, withdrawal) => {
    const two = twoMachines(mode);
    two.toInitiator({ type: "transfer", transfer });
    two.toResponder({ type: "secured", serial: 1 });
    two.say("responder", { type: "EXCEPTION DATA", reason: exceptionReasons[reason] });
    expect(typesOf(two.sent).at(-1)).toBe(withdrawal);
  });

  test("MT34 what the receiver still says before it hears of the withdrawal changes nothing", () => {
    const two = twoMachines(mode);
    two.toInitiator({ type: "transfer", transfer });
    two.say("responder", { type: "EXCEPTION DATA", reason: 0 });
    two.say("responder", { type: "EXCEPTION DATA", reason: 0 });
    two.say("responder", { type: "MINOR SYNC ACK", serial: 1 });
    expect(two.told()).toEqual(["opened"]);
    two.say("responder", { type: "ACTIVITY DISCARD ACK" });
    expect(two.told()).toEqual(["opened", "discarded"]);
  });

  test("MT34 a sender may withdraw by itself, and nothing is acknowledged of that message but this", () => {
    const two = twoMachines(mode);
    two.toInitiator({ type: "transfer", transfer });
    two.say("initiator", { type: "ACTIVITY INTERRUPT", reason: 0 });
    expect(two.work.at(-1)).toEqual({ kind: "interrupt" });
    two.toResponder({ type: "secured", serial: 1 });
    two.toResponder({ type: "stored" });
    two.toResponder(hindered);
    expect(typesOf(two.answered)).toEqual(["ACCEPT"]);
    expect(two.responder()).toMatchObject({ phase: "open" });
  });

  test("MT34 who has said that it cannot take it hears no more of it, and says so once", () => {
    const two = twoMachines(mode);
    two.toInitiator({ type: "transfer", transfer });
    two.toResponder(hindered);
    two.toResponder(hindered);
    expect(typesOf(two.answered)).toEqual(["ACCEPT", "EXCEPTION DATA"]);
  });

  test("MT14 an association that is to end while a withdrawal is not acknowledged is aborted", () => {
    const two = twoMachines(mode);
    two.toInitiator({ type: "transfer", transfer });
    two.toResponder(hindered);
    two.toInitiator({ type: "release" });
    expect(two.told().at(-1)).toBe("ended aborted-by-us");
  });

  test.each([
    ["unrecognizedActivity", "ended activity-unknown"],
    ["invalidParameter", "ended message-refused"],
  ] as const)("MT34 what an exception cannot say ends the association: %s", (reason, told) => {
    const two = twoMachines(mode);
    two.toInitiator({ type: "transfer", transfer });
    two.toResponder({ type: "not-stored", reason, detail: "a test" });
    expect(two.told().at(-1)).toBe(told);
  });
});

describe("MT34 what comes out of turn is a fault", () => {
  const withdrawals = ["ACTIVITY INTERRUPT", "ACTIVITY DISCARD"] as const;

  test.each(withdrawals)("MT34 %s without a message, and a second one", (type) => {
    const two = twoMachines();
    two.say("initiator", { type, reason: 0 });
    expect(two.endings()).toEqual(["malformed"]);
    const other = twoMachines();
    other.toInitiator({ type: "transfer", transfer });
    other.say("initiator", { type, reason: 0 });
    other.say("initiator", { type, reason: 0 });
    expect(other.endings()).toEqual(["malformed"]);
  });

  test.each([
    { type: "EXCEPTION DATA", reason: 0 },
    { type: "ACTIVITY INTERRUPT ACK" },
    { type: "ACTIVITY DISCARD ACK" },
  ] as const)("MT34 $type that nothing asked for", (spdu) => {
    const two = twoMachines();
    two.say("responder", spdu);
    expect(two.told().at(-1)).toBe("ended malformed");
  });

  test("MT34 the acknowledgement of the other withdrawal", () => {
    const two = twoMachines();
    two.toInitiator({ type: "transfer", transfer });
    two.say("responder", { type: "EXCEPTION DATA", reason: 0 });
    two.say("responder", { type: "ACTIVITY INTERRUPT ACK" });
    expect(two.told().at(-1)).toBe("ended malformed");
  });

  test("MT13 a sender that heeds no exception is not listened to for ever", () => {
    const two = twoMachines();
    // It hears nothing any more, and what it says is what follows.
    two.toInitiator({ type: "lost", code: "connection-lost", detail: "a test" });
    two.say("initiator", { type: "ACTIVITY START", activity });
    two.toResponder(hindered);
    const data = new Uint8Array(60_000);
    for (let n = 0; n < 300 && two.endings().length === 0; n += 1) two.say("initiator", { type: "DATA", data });
    expect(two.endings()).toEqual(["too-large"]);
  });
});

describe("MT34 a withdrawal is what becomes of the file", () => {
  const [half, rest] = [longMessage.subarray(0, 40_000), longMessage.subarray(40_000)];
  const begun: IncomingWork[] = [
    { kind: "begin", activity },
    { kind: "data", data: half },
    { kind: "secure", serial: 1 },
  ];
  function inboxFolder() {
    const folder = mkdtempSync(join(tmpdir(), "bridgehead-exceptions-"));
    afterwards(() => rmSync(folder, { recursive: true, force: true }));
    const said: string[] = [];
    const inbox = openInbox(
      folder,
      () => {},
      (detail, partner) => said.push(`${partner}: ${detail}`),
    );
    return { folder, inbox, said, unfinished: () => readdirSync(join(folder, "unfinished")) };
  }
  async function tell(receiver: Receiver, works: readonly IncomingWork[]) {
    const told = [];
    for (const work of works) told.push(await receiver.take(work));
    return told;
  }

  test("MT34 what was interrupted is kept, and is resumed by a session that names itself by nothing", async () => {
    const { inbox, folder } = inboxFolder();
    const receiver = inbox.receiver("peer.test", { connection, mode: x410Mode });
    expect((await tell(receiver, [...begun, { kind: "interrupt" }])).at(-1)).toEqual({ type: "withdrawn" });
    const link = { callingReference: "", commonReference: "", activity, serial: 1 };
    const told = await tell(receiver, [
      { kind: "resume", activity: Uint8Array.of(2, 1, 6), link },
      { kind: "data", data: rest },
      { kind: "end", serial: 2 },
    ]);
    expect(told).toEqual([null, null, { type: "stored" }]);
    const name = readdirSync(folder).find((file) => file.endsWith(".p1")) ?? "";
    expect(readFileSync(join(folder, name)).equals(longMessage)).toBe(true);
  });

  test("MT34 what was discarded is dropped, and cannot be resumed", async () => {
    const { inbox, unfinished } = inboxFolder();
    const receiver = inbox.receiver("peer.test", { connection, mode: x410Mode });
    expect((await tell(receiver, [...begun, { kind: "discard" }])).at(-1)).toEqual({ type: "withdrawn" });
    expect(unfinished()).toEqual([]);
    const link = { ...connection, activity, serial: 1 };
    expect(await receiver.take({ kind: "resume", activity, link })).toMatchObject({ reason: "unrecognizedActivity" });
  });

  test("MT34 a discard of one that did not even begin leaves what was interrupted before", async () => {
    const { inbox, unfinished, folder } = inboxFolder();
    const receiver = inbox.receiver("peer.test", { connection, mode: x410Mode });
    await tell(receiver, [...begun, { kind: "interrupt" }]);
    const kept = unfinished();
    // No place for it: its folder is gone for a while.
    rmSync(join(folder, "unfinished"), { recursive: true });
    expect((await tell(receiver, [{ kind: "begin", activity }]))[0]).toMatchObject({ reason: "temporaryProblem" });
    mkdirSync(join(folder, "unfinished"));
    await put(join(folder, "unfinished"), kept[0] ?? "", new Uint8Array());
    expect(await receiver.take({ kind: "discard" })).toEqual({ type: "withdrawn" });
    expect(unfinished()).toEqual(kept);
  });

  test("MT27 what follows on something that could not be written is not written, and the reason is told once", async () => {
    const { inbox, folder, said } = inboxFolder();
    const receiver = inbox.receiver("peer.test", { connection, mode: x410Mode });
    rmSync(join(folder, "unfinished"), { recursive: true });
    const told = await tell(receiver, [...begun, { kind: "discard" }]);
    expect(told).toEqual([
      expect.objectContaining({ type: "not-stored", reason: "temporaryProblem" }),
      null,
      null,
      { type: "withdrawn" },
    ]);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain("peer.test: ENOENT");
  });
});

test("MT34 over a real association: a full disk interrupts a message, another one goes, and then the rest of it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-exceptions-"));
  afterwards(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ["in", "out"]) mkdirSync(join(folder, name));
  const real = openInbox(join(folder, "in"));
  let secured = 0;
  let resumedFrom = 0;
  /** Its disk is full for the data behind the third point, once. */
  const inbox: Inbox = {
    receiver: (partner, opened) => {
      const receiver = real.receiver(partner, opened);
      let isFull = false;
      return {
        ...receiver,
        take: async (work) => {
          if (work.kind === "resume") resumedFrom = work.link.serial;
          if (work.kind === "interrupt" || work.kind === "discard") isFull = false;
          if (isFull) return null;
          if (work.kind === "data" && secured === 3 && resumedFrom === 0) {
            isFull = true;
            return { type: "not-stored", reason: "temporaryProblem", detail: "ENOSPC" };
          }
          const told = await receiver.take(work);
          if (told?.type === "secured") secured += 1;
          return told;
        },
      };
    },
  };
  const { responder, events } = await startPeer({ inbox });
  await put(join(folder, "out"), "1.p1", longMessage);
  const outbox = openOutbox({ folder: join(folder, "out"), rejected: join(folder, "rejected"), now: monotonicMs });
  afterwards(() => outbox.close());
  const result = await associate({ partner: peer(responder.port), verdicts: answering(bind), now: monotonicMs });
  if (result.outcome !== "associated") throw new Error(result.reason);
  const { association } = result;
  for (const outcome of ["interrupted", null]) {
    const waiting = await outbox.first();
    if (waiting === null || waiting.transfer === null) throw new Error("nothing waits");
    const noted: Promise<void>[] = [];
    const why = await association.transfer(waiting.transfer, (checkpoint) => {
      noted.push(waiting.secured(association.opened, checkpoint));
    });
    await Promise.all(noted);
    expect(why?.type ?? null).toBe(outcome);
    waiting.letGo(false);
  }
  expect(resumedFrom).toBe(3);
  expect((await association.release()).code).toBe("released");
  expect(events.map(({ code }) => code)).toEqual(["accepted", "released"]);
  const name = readdirSync(join(folder, "in")).find((file) => file.endsWith(".p1")) ?? "";
  expect(readFileSync(join(folder, "in", name)).equals(longMessage)).toBe(true);
});
