import { expect, test } from "vitest";
import { judgeData, judgeFolder, judgeRoom, judgeWrites } from "../../../src/cli/doctor/judge/storage.ts";
import { judgeSocketGroup } from "../../../src/cli/doctor/judge/fences.ts";
import { roomWarning } from "../../../src/cli/workerd/data-room.ts";

const there = { kind: "there", isFolder: true, mode: 0o700, uid: 0 } as const;

test("CL43 the folder of a control plane on this host is asked for where it is not named, and has to be there", () => {
  expect(judgeFolder(null, { kind: "absent" }, false)).toBeNull();
  expect(judgeFolder(null, { kind: "absent" }, true)).toMatchObject({
    kind: "skipped",
    remedy: expect.stringContaining("--data FOLDER"),
  });
  expect(judgeFolder("/srv/data", there, true)?.kind).toBe("ok");
  expect(judgeFolder("/srv/data", { kind: "absent" }, true)?.kind).toBe("failed");
  expect(judgeFolder("/srv/data", { kind: "forbidden" }, true)?.kind).toBe("skipped");
});

test("CL43 little room is a warning with what a full disk costs", () => {
  expect(judgeRoom(null).kind).toBe("ok");
  expect(judgeRoom(roomWarning("/srv/data", 12 * 1024 * 1024))).toMatchObject({
    kind: "warning",
    sentence: "The disk of /srv/data has 12 MiB left.",
    cost: expect.stringMatching(/^When it is full no lease is extended/),
  });
});

test("CL43 data is whole, being served, damaged, or of a cluster that is lost", () => {
  expect(judgeData({ kind: "served" }).kind).toBe("ok");
  expect(judgeData({ kind: "looked", lost: [] }).kind).toBe("ok");
  expect(
    judgeData({ kind: "looked", lost: ["The directory knows cluster mail, and f holds nothing of it. Put it back."] }),
  ).toMatchObject({
    kind: "failed",
    sentence: "The directory knows cluster mail, and f holds nothing of it.",
    remedy: "Put it back.",
  });
  expect(judgeData({ kind: "damaged", why: "f: it is empty", remedy: "Put back a copy." })).toMatchObject({
    kind: "failed",
    sentence: "F: it is empty.",
  });
  expect(judgeData({ kind: "not-looked", why: "too much", remedy: "serve looks" }).kind).toBe("skipped");
});

test("CL43 writes that were not taken are told for a week", () => {
  const day = 24 * 3_600_000;
  const now = 1_700_000_000_000;
  const trouble = (at: number) => ({
    at,
    sentence: "For 3 s the control plane could not write its data. Look at the disk.",
  });
  expect(judgeWrites([], now).kind).toBe("ok");
  expect(judgeWrites([trouble(now - 8 * day)], now).kind).toBe("ok");
  expect(judgeWrites([trouble(now - 2 * day), trouble(now - day)], now)).toMatchObject({
    kind: "warning",
    sentence: "2023-11-13T22:13:20.000Z: For 3 s the control plane could not write its data.",
  });
});

test("CL44 the group of socketGroup has to be there, and both sockets have to be open to it", () => {
  const at = (group: number, mode = 0o140_660) => ({ path: "/a", found: { kind: "there", group, mode } }) as const;
  expect(judgeSocketGroup("mail", 8, [at(8)]).kind).toBe("ok");
  expect(judgeSocketGroup("mail", 8, [{ path: "/a", found: { kind: "absent" } }]).kind).toBe("ok");
  expect(judgeSocketGroup("mail", null, [at(8)])).toMatchObject({
    kind: "failed",
    cost: "The agent does not start.",
    remedy: "Make it: groupadd --system mail.",
  });
  expect(judgeSocketGroup("mail", 8, [at(8), at(0)])).toMatchObject({
    kind: "failed",
    sentence: "/a is not open to group mail (8): it is of group 0, mode 660.",
    cost: expect.stringContaining("their mail waits"),
  });
  expect(judgeSocketGroup("mail", 8, [at(8, 0o140_600)]).kind).toBe("failed");
  expect(judgeSocketGroup("mail", 8, [{ path: "/a", found: { kind: "forbidden" } }]).kind).toBe("skipped");
});
