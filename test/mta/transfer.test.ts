import { describe, expect, test } from "vitest";
import type { ModeName } from "../../src/mta/mode.ts";
import { normalMode } from "../../src/mta/normal-mode.ts";
import { x410Mode } from "../../src/mta/x410-mode.ts";
import type { Transfer } from "../../src/mta/outgoing.ts";
import { longMessage } from "./messages.ts";
import { checkpointOctets, storeAll, twoMachines, typesOf } from "./two-machines.ts";

const activity = Uint8Array.of(2, 1, 5);
const toBegin: Transfer = { activity, octets: longMessage, resume: null };

/** A message as the mode sends it. */
const wrapped = (mode: ModeName, message: Uint8Array): Buffer =>
  Buffer.from((mode === "x410" ? x410Mode : normalMode).wrap(message));

const modes = ["x410", "normal"] as const;

describe.each(modes)("MT25 a message is an activity, with checkpoints between its data (%s)", (mode) => {
  test("MT25 it comes whole, and each side knows when", () => {
    const two = twoMachines(mode);
    two.toInitiator({ type: "transfer", transfer: toBegin });
    expect(storeAll(two).equals(wrapped(mode, longMessage))).toBe(true);
    expect(two.told().at(-1)).toBe("transferred");
    const points = Math.ceil(wrapped(mode, longMessage).length / checkpointOctets) - 1;
    expect(points).toBeGreaterThan(12);
    expect(two.secured().map(({ offset }) => offset)).toEqual(
      Array.from({ length: points }, (_, n) => (n + 1) * checkpointOctets),
    );
    expect(two.initiator()).toMatchObject({ phase: "open", outgoing: null });
    expect(two.responder()).toMatchObject({ phase: "open", incoming: null });
  });

  test("MT25 what is not yet secured is bounded by the window, and goes on with each point that is", () => {
    const two = twoMachines(mode);
    two.toInitiator({ type: "transfer", transfer: toBegin });
    const inWindow = ["ACTIVITY START", ...Array.from({ length: 3 }, () => ["DATA", "MINOR SYNC POINT"]).flat()];
    expect(typesOf(two.sent).slice(1)).toEqual(inWindow);
    two.toResponder({ type: "secured", serial: 1 });
    expect(typesOf(two.sent).slice(1)).toEqual([...inWindow, "DATA", "MINOR SYNC POINT"]);
  });

  test("MT25 the end is told by who has stored it, and not before", () => {
    const two = twoMachines(mode);
    two.toInitiator({ type: "transfer", transfer: { ...toBegin, octets: Uint8Array.of(1, 2, 3) } });
    expect(two.work.map(({ kind }) => kind)).toEqual(["begin", "data", "end"]);
    expect(two.told()).toEqual(["opened"]);
    two.toResponder({ type: "stored" });
    expect(two.told()).toEqual(["opened", "transferred"]);
  });

  test("MT25 one message after the other goes over one association, and then it is released", () => {
    const two = twoMachines(mode);
    for (const octets of [longMessage, Uint8Array.of(1), longMessage]) {
      two.toInitiator({ type: "transfer", transfer: { ...toBegin, octets } });
      expect(storeAll(two).equals(wrapped(mode, octets))).toBe(true);
    }
    two.toInitiator({ type: "release" });
    expect(two.told().at(-1)).toBe("ended released");
  });

  test("MT25 an association that is to end within a message is aborted: a session is not finished within an activity", () => {
    const two = twoMachines(mode);
    two.toInitiator({ type: "transfer", transfer: toBegin });
    two.toInitiator({ type: "release" });
    expect(two.told().at(-1)).toBe("ended aborted-by-us");
    expect(typesOf(two.sent)).not.toContain("FINISH");
  });
});

describe.each(modes)("MT26 a message that was cut off goes on from the last point that is secured (%s)", (mode) => {
  const link = {
    callingReference: "592",
    commonReference: "261126115900Z",
    activity: Uint8Array.of(2, 1, 4),
    serial: 5,
  };

  test("MT26 the rest of it is sent, under the serial numbers that follow", () => {
    const two = twoMachines(mode);
    const offset = 5 * checkpointOctets;
    two.toInitiator({ type: "transfer", transfer: { activity, octets: longMessage, resume: { link, offset, mode } } });
    expect(two.work[0]).toEqual({
      kind: "resume",
      activity: Buffer.from(activity),
      link: { ...link, activity: Buffer.from(link.activity) },
    });
    expect(two.work.find(({ kind }) => kind === "secure")).toEqual({ kind: "secure", serial: 6 });
    expect(storeAll(two).equals(wrapped(mode, longMessage).subarray(offset))).toBe(true);
    expect(two.told().at(-1)).toBe("transferred");
  });

  test.each([
    ["unrecognizedActivity", "ended activity-unknown"],
    ["invalidParameter", "ended message-refused"],
  ] as const)("MT26 who cannot store it says why: %s", (reason, told) => {
    const two = twoMachines(mode);
    two.toInitiator({ type: "transfer", transfer: toBegin });
    two.toResponder({ type: "not-stored", reason, detail: "a test" });
    expect(two.told().at(-1)).toBe(told);
    expect(two.responder()).toEqual({ phase: "ended" });
  });
});
