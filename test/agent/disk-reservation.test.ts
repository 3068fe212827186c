import { describe, expect, test } from "vitest";
import { parseMounts } from "../../src/agent/drivers/disk/mounts.ts";
import { take, type Aim, giveBack, standing } from "../../src/agent/drivers/disk/fence.ts";
import { keyOf, largestEpoch, ownerOf, type Taker } from "../../src/agent/drivers/disk/reservation-key.ts";
import { nextStep, type Seen } from "../../src/agent/drivers/disk/reservation.ts";
import { holderIn, keysIn, outcomeOf } from "../../src/agent/drivers/disk/sg-persist.ts";
import { assertOnDevice } from "../../src/agent/drivers/disk/settings.ts";
import { isWhole } from "../../src/agent/drivers/registry.ts";
import { assigned } from "./assigned.ts";
import type { Ran } from "../../src/agent/drivers/disk/tools.ts";

const taker: Taker = { cluster: "exchange", group: "Mail", epoch: 7, node: "NODE1", machine: "m1", resource: "Disk" };
const mine = keyOf(taker);
const at = (epoch: number, node = "NODE2"): bigint => keyOf({ ...taker, epoch, node });
const foreign = 0xa1n;

describe("the key", () => {
  test("DR20 a key has 64 bits, is never 0, and says group and epoch", () => {
    for (const epoch of [0, 1, 7, largestEpoch]) {
      const key = at(epoch);
      expect(key.toString(16)).toHaveLength(16);
      expect(ownerOf(key, mine)).toEqual({ kind: "group", epoch });
    }
    expect(() => at(largestEpoch + 1)).toThrow(RangeError);
  });

  test("DR20 each host and each taking has a key of its own, and another group's or cluster's is foreign", () => {
    const others: Partial<Taker>[] = [
      { node: "NODE2" },
      { machine: "m2" },
      { machine: null },
      { resource: "Disk 2" },
      { epoch: 8 },
    ];
    for (const other of others) {
      expect(keyOf({ ...taker, ...other })).not.toBe(mine);
      expect(ownerOf(keyOf({ ...taker, ...other }), mine).kind).toBe("group");
    }
    for (const other of [{ group: "Web" }, { cluster: "other" }]) {
      expect(ownerOf(keyOf({ ...taker, ...other }), mine)).toEqual({ kind: "foreign" });
    }
    expect([foreign, 0n, 0xffff_ffff_ffff_ffffn].map((key) => ownerOf(key, mine).kind)).toEqual(
      Array(3).fill("foreign"),
    );
  });
});

describe("what sg_persist says", () => {
  test("DR20 who holds a disk is read from its words", () => {
    expect(holderIn("  PR generation=0x0, there is NO reservation held\n")).toBeNull();
    const held = (key: string, type: string): string =>
      `  PR generation=0x5, Reservation follows:\n    Key=${key}\n    scope: LU_SCOPE,  type: ${type}\n`;
    expect(holderIn(held("0xa1", "Write Exclusive"))).toEqual({ key: 0xa1n, type: 1 });
    expect(holderIn(held("0xABCDEF01", "Write Exclusive, registrants only"))).toEqual({ key: 0xabcdef01n, type: 5 });
    expect(holderIn(held("0x0", "Write Exclusive, all registrants"))).toEqual({ key: 0n, type: 7 });
    expect(holderIn(held("0xa1", "of tomorrow"))).toEqual({ key: 0xa1n, type: -1 });
    for (const text of ["", "  PR generation=0x5, Reservation follows:\n", "Key=0xa1"]) {
      expect(holderIn(text)).toBeUndefined();
    }
  });

  test("DR20 who is registered is read from its words, and not when some are missing", () => {
    expect(keysIn("  PR generation=0x0, there are NO registered reservation keys\n")).toEqual([]);
    expect(keysIn("  PR generation=0x1, 1 registered reservation key follows:\n    0xa1\n")).toEqual([0xa1n]);
    const two = "  PR generation=0xc, 2 registered reservation keys follow:\n    0xa1\n    0xb2\n";
    expect(keysIn(two)).toEqual([0xa1n, 0xb2n]);
    expect(keysIn(two.replace("    0xb2\n", ""))).toBeUndefined();
    expect(keysIn("")).toBeUndefined();
  });

  test("DR20 a disk that cannot is told from one that does not answer", () => {
    expect([0, 5, 6, 9, 24].map(outcomeOf)).toEqual(["done", "refused", "again", "cannot", "conflict"]);
    expect([72, 75].map(outcomeOf)).toEqual(["cannot", "cannot"]);
    expect([51, 63].map(outcomeOf)).toEqual(["not-privileged", "not-privileged"]);
    expect([-1, 1, 2, 31, 33, 52, 55, 56, 71, 99].map(outcomeOf)).toEqual(Array(10).fill("unknown"));
  });
});

describe("what is done", () => {
  const held = (key: bigint, keys: readonly bigint[], type = 1): Seen => ({ holder: { key, type }, keys });
  const free = (...keys: bigint[]): Seen => ({ holder: null, keys });

  test.each<[string, Seen, object]>([
    ["a free disk is registered at", free(), { kind: "register" }],
    ["and then reserved", free(mine), { kind: "reserve" }],
    ["what is ours alone is held", held(mine, [mine]), { kind: "held" }],
    ["an earlier epoch's is not touched before we are registered", held(at(6), [at(6)]), { kind: "register" }],
    ["and is preempted then", held(at(6), [at(6), mine]), { kind: "preempt", key: at(6) }],
    ["whatever its type", held(at(6), [at(6), mine], 5), { kind: "preempt", key: at(6) }],
    ["an earlier registration goes too", held(mine, [at(5), mine, at(6)]), { kind: "preempt", key: at(5) }],
    ["our own of another type becomes one of ours", held(mine, [mine], 5), { kind: "preempt", key: mine }],
    ["a stranger's registration stays", held(mine, [mine, foreign]), { kind: "held" }],
    [
      "a stranger's reservation is left alone",
      held(foreign, [foreign]),
      { kind: "refused", code: "disk-reserved-by-others" },
    ],
    ["and that of all registrants", held(0n, [mine], 7), { kind: "refused", code: "disk-reserved-by-others" }],
    ["a later epoch's is left alone", held(at(8), [at(8)]), { kind: "refused", code: "later-epoch" }],
    ["and where it only registered yet", free(at(8)), { kind: "refused", code: "later-epoch" }],
    ["and where we hold it still", held(mine, [mine, at(8)]), { kind: "refused", code: "later-epoch" }],
    ["another host's of our epoch is left alone", held(at(7), [at(7)]), { kind: "refused", code: "later-epoch" }],
  ])("DR20 %s", (_, seen, step) => {
    expect(nextStep(seen, mine)).toMatchObject(step);
  });
});

/** A disk that follows the rules of SPC, for what the driver asks of it. */
function fakeDisk(state: { holder: bigint | null; keys: bigint[]; abort?: boolean; attentions?: number }) {
  const asked: string[] = [];
  const said = (code: number, stdout = ""): Ran => ({ kind: "ended", code, stdout, said: `exit code ${code}` });
  const valueOf = (args: readonly string[], name: string): bigint =>
    BigInt(`0x${args.find((arg) => arg.startsWith(`--${name}=`))?.split("=")[1] ?? "0"}`);

  function answer(args: readonly string[]): Ran {
    const [rk, sark] = [valueOf(args, "param-rk"), valueOf(args, "param-sark")];
    const has = (word: string): boolean => args.includes(`--${word}`);
    if (has("read-reservation")) {
      if (state.holder === null) return said(0, "  PR generation=0x0, there is NO reservation held\n");
      return said(0, `    Key=0x${state.holder.toString(16)}\n    scope: LU_SCOPE,  type: Write Exclusive\n`);
    }
    if (has("read-keys")) {
      const list = state.keys.map((key) => `    0x${key.toString(16)}\n`).join("");
      if (list === "") return said(0, "there are NO registered reservation keys");
      return said(0, `  PR generation=0x1, ${state.keys.length} registered reservation key follows:\n${list}`);
    }
    if (has("register-ignore")) {
      state.keys.push(sark);
      return said(0);
    }
    if (!state.keys.includes(rk)) return said(24);
    if (has("register")) {
      state.keys = state.keys.filter((key) => key !== rk);
      if (state.holder === rk) state.holder = null;
      return said(0);
    }
    if (has("release")) {
      if (state.holder === rk) state.holder = null;
      return said(0);
    }
    if (has("reserve")) {
      if (state.holder !== null && state.holder !== rk) return said(24);
      state.holder = rk;
      return said(0);
    }
    if (has("preempt-abort") && state.abort === false) return said(5);
    if (!state.keys.includes(sark)) return said(24);
    state.keys = state.keys.filter((key) => key !== sark);
    if (state.holder === sark) state.holder = rk;
    return said(0);
  }

  const logged: string[] = [];
  const aim: Aim = {
    device: "/dev/sda",
    key: mine,
    log: (code) => void logged.push(code),
    run: async (_command, args) => {
      asked.push(args.filter((arg) => arg.startsWith("--") && !arg.includes("=")).join(" "));
      if ((state.attentions ?? 0) > 0) {
        state.attentions = (state.attentions ?? 0) - 1;
        return said(6);
      }
      return answer(args);
    },
  };
  return { aim, state, asked: () => asked.filter((words) => words.startsWith("--out")), logged };
}

describe("how it is done", () => {
  test("DR20 a free disk is registered at and reserved, and given back whole", async () => {
    const { aim, state, asked } = fakeDisk({ holder: null, keys: [] });
    expect(await take(aim)).toEqual({ kind: "held" });
    expect(state).toMatchObject({ holder: mine, keys: [mine] });
    expect(await standing(aim)).toEqual({ kind: "held" });
    expect(await giveBack(aim)).toBeNull();
    expect(state).toMatchObject({ holder: null, keys: [] });
    expect(asked()).toEqual(["--out --register-ignore", "--out --reserve", "--out --release", "--out --register"]);
  });

  test("DR20 after an expiry the old owner and all that an earlier epoch left is preempted", async () => {
    const { aim, state, asked } = fakeDisk({ holder: at(6), keys: [at(5, "NODE3"), at(6), foreign] });
    await take(aim);
    expect(state).toMatchObject({ holder: mine, keys: [foreign, mine] });
    expect(asked()).toEqual(["--out --register-ignore", "--out --preempt-abort", "--out --preempt-abort"]);
  });

  test("DR20 a disk that aborts nothing is preempted without, and that is said", async () => {
    const { aim, state, logged } = fakeDisk({ holder: at(6), keys: [at(6)], abort: false });
    await take(aim);
    expect([state.holder, logged]).toEqual([mine, ["preempt-without-abort"]]);
  });

  test("DR20 unit attentions are asked past, three in a row and no more", async () => {
    const { aim, state } = fakeDisk({ holder: null, keys: [], attentions: 3 });
    await take(aim);
    expect(state.holder).toBe(mine);
    await expect(take(fakeDisk({ holder: null, keys: [], attentions: 4 }).aim)).rejects.toMatchObject({
      code: "disk-not-answering",
    });
  });

  test("DR20 who is late touches nothing, and finds that it has lost what it had", async () => {
    const { aim, asked } = fakeDisk({ holder: at(8), keys: [at(8)] });
    await expect(take(aim)).rejects.toMatchObject({ code: "later-epoch" });
    expect(asked()).toEqual([]);
    expect(await standing(aim)).toMatchObject({ kind: "lost" });
    expect(await giveBack(aim)).toBeNull();
    expect(asked()).toEqual([]);
  });

  test("DR20 who was overtaken while it took the disk leaves no registration", async () => {
    const { aim, state } = fakeDisk({ holder: at(8), keys: [at(8), mine] });
    await expect(take(aim)).rejects.toMatchObject({ code: "later-epoch" });
    expect(state.keys).toEqual([at(8)]);
  });

  test("DR20 who was overtaken while it held the disk holds it until it is preempted", async () => {
    const { aim, state, asked } = fakeDisk({ holder: mine, keys: [mine, at(8)] });
    await expect(take(aim)).rejects.toMatchObject({
      code: "later-epoch",
      message: expect.stringContaining("sg_persist --out --clear --param-rk="),
    });
    expect([state.holder, asked()]).toEqual([mine, []]);
  });

  test("DR20 a disk that hangs, or breaks, when the reservation is given back keeps nobody", async () => {
    const { aim } = fakeDisk({ holder: mine, keys: [mine] });
    for (const hung of ["--release", "--read-keys", "--register"]) {
      const run: Aim["run"] = async (command, args, options) =>
        args.includes(hung) ? { kind: "hangs", why: "no answer" } : aim.run(command, args, options);
      expect(await giveBack({ ...aim, run })).toBe("/dev/sda does not answer: no answer");
    }
    const run = () => Promise.reject(new Error("broken"));
    expect(await giveBack({ ...aim, run })).toBe("broken");
  });

  test("DR20 what cannot be asked is no disk without reservations, unless the tool is missing", async () => {
    const { aim } = fakeDisk({ holder: null, keys: [] });
    const saying = (ran: Ran): Aim => ({ ...aim, run: async () => ran });
    expect(await take(saying({ kind: "missing", why: "ENOENT" }))).toMatchObject({
      kind: "cannot",
      why: expect.stringContaining("sg3-utils"),
    });
    for (const [ran, code] of [
      [{ kind: "hangs", why: "no answer" }, "disk-not-answering"],
      [{ kind: "ended", code: 2, stdout: "", said: "not ready" }, "disk-not-answering"],
      [{ kind: "ended", code: 0, stdout: "gibberish", said: "" }, "disk-not-answering"],
      [{ kind: "ended", code: 51, stdout: "", said: "not permitted" }, "disk-no-privilege"],
    ] as const) {
      await expect(take(saying(ran))).rejects.toMatchObject({ code });
    }
  });
});

test("DR19 a file system that needs no device is refused, and one on a disk is not", () => {
  const known = "nodev\tsysfs\nnodev\tzonefs2\n\text4\n\tfuseblk\n";
  for (const fit of ["", "ext4", "xfs", "fuseblk", "ext4,xfs"]) assertOnDevice(fit, known);
  for (const unfit of ["tmpfs", "overlay", "sysfs", "zonefs2", "fuse", "fuse.sshfs", "ext4,ramfs"]) {
    expect(() => assertOnDevice(unfit, known)).toThrowError(expect.objectContaining({ code: "disk-not-valid" }));
  }
});

test("DR19 a guard may release a disk that is a state, and none that is mounted", () => {
  expect(isWhole(assigned("Physical Disk"))).toBe(true);
  expect(isWhole(assigned("Physical Disk", { Device: "", MountPoint: "/srv/mail" }))).toBe(true);
  expect(isWhole(assigned("Physical Disk", { Device: "/dev/sdb" }))).toBe(false);
  expect([isWhole(assigned("IP Address")), isWhole(assigned("OCF Agent")), isWhole(assigned("Of tomorrow"))]).toEqual([
    true,
    false,
    false,
  ]);
});

test("DR19 what is mounted is read as the kernel writes it", () => {
  const text = [
    String.raw`174 26 7:0 / /srv/mail\040store rw,relatime shared:4 - ext4 /dev/loop0 rw`,
    "175 26 8:16 / /srv/a rw - ext4 /dev/sdb ro,errors=remount-ro",
    "176 26 0:35 / /srv/b ro,nosuid shared:1 master:2 - btrfs /dev/sdc rw",
    "",
  ].join("\n");
  expect(parseMounts(text)).toEqual([
    { device: "7:0", mountPoint: "/srv/mail store", source: "/dev/loop0", isReadOnly: false },
    { device: "8:16", mountPoint: "/srv/a", source: "/dev/sdb", isReadOnly: true },
    { device: "0:35", mountPoint: "/srv/b", source: "/dev/sdc", isReadOnly: true },
  ]);
});
