import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { mountsOf } from "../../src/agent/drivers/disk/mounts.ts";
import type { Driver, DriverContext } from "../../src/agent/drivers/driver.ts";
import { physicalDisk } from "../../src/agent/drivers/physical-disk.ts";
import { remembering, takeAwayWhatIsLeft } from "../../src/agent/drivers/remembered.ts";
import { openRemains } from "../../src/agent/remains.ts";
import { capabilitiesForDisks } from "../../src/cli/systemd-units.ts";
import { monotonicMs } from "../../src/mta/clock.ts";
import { assigned } from "../agent/assigned.ts";
import { contextIn } from "../agent/driver-context.ts";
import { until } from "../support/until.ts";
import { type LoopDevice, makeLoopDevice } from "./loop-device.ts";

/** Loop devices with ext4: they have no persistent reservations, and are mounted as any disk is. */

const run = promisify(execFile);
const factory = physicalDisk({ cluster: "exchange", node: "NODE1", machine: "m1", started: () => {} });

let folder = "";
let device = "";
let mountPoint = "";
let loop: LoopDevice;
let logged: [code: string, detail: string][] = [];
let drivers: Driver[] = [];
let users: ChildProcess[] = [];

beforeEach(async () => {
  loop = await makeLoopDevice();
  ({ folder, device, mountPoint } = loop);
  logged = [];
});
afterEach(async () => {
  for (const user of users) user.kill("SIGKILL");
  for (const driver of drivers) await driver.terminate();
  await loop.remove();
  drivers = [];
  users = [];
});

type Place = { readonly epoch?: number; readonly group?: string; readonly properties?: object } & Partial<
  Pick<DriverContext, "unfenced" | "isLeft">
>;

function contextOf({ epoch = 7, group = "Mail", properties = {}, ...rest }: Place = {}): DriverContext {
  const spec = assigned("Physical Disk", {
    Device: device,
    MountPoint: mountPoint,
    PendingTimeout: 8_000,
    DeadlockTimeout: 5_000,
    ...properties,
  });
  return {
    ...contextIn(folder, spec).context,
    ...rest,
    hold: { group, epoch },
    log: (code, detail) => void logged.push([code, detail]),
  };
}

function diskOf(place: Place = {}): Driver {
  const driver = factory(contextOf(place));
  drivers.push(driver);
  return driver;
}

const online = (disk: Driver): Promise<void> => disk.online(monotonicMs() + 60_000);
const isMounted = (): boolean => loop.isMounted();
const stampFile = (): string => join(mountPoint, ".bridgehead-epoch");
const codes = (): string[] => logged.map(([code]) => code);

/** A process that works on the disk. @param script what a shell does there first */
async function busy(script = ""): Promise<ChildProcess> {
  const user = spawn("sh", ["-c", `${script}\necho ready; while :; do sleep 0.1; done`], { cwd: mountPoint });
  users.push(user);
  await new Promise((resolve) => user.stdout.once("data", resolve));
  return user;
}

async function refusal(disk: Driver): Promise<{ code: string; message: string }> {
  try {
    await online(disk);
  } catch (error) {
    await disk.terminate();
    return error as { code: string; message: string };
  }
  throw new Error("it is online");
}

async function writtenOnDisk(text: string): Promise<void> {
  await run("mount", [device, mountPoint]);
  writeFileSync(stampFile(), text);
  await run("umount", [mountPoint]);
}

test("DR19 a disk is mounted while it is online, says whose it is, and what it costs that it cannot be reserved", async () => {
  const disk = diskOf();
  await online(disk);
  expect(isMounted()).toBe(true);
  expect(JSON.parse(readFileSync(stampFile(), "utf8"))).toEqual({
    cluster: "exchange",
    group: "Mail",
    epoch: 7,
    node: "NODE1",
  });
  expect([await disk.looksAlive(), await disk.isAlive()]).toEqual([true, { ok: true }]);
  expect(codes()).toEqual(["disk-not-fenced"]);
  await disk.offline();
  expect(isMounted()).toBe(false);
  expect([await disk.looksAlive(), (await disk.isAlive()).ok]).toEqual([false, false]);
  await online(diskOf({ epoch: 8 }));
  expect(readFileSync(stampFile(), "utf8")).toContain('"epoch":8');
});

test("DR19 it is found by a link, and mounted as FileSystem and Options say", async () => {
  const link = join(folder, "by-id");
  symlinkSync(device, link);
  await online(diskOf({ properties: { Device: link, FileSystem: "ext4", Options: "noatime,nodev" } }));
  expect(readFileSync("/proc/self/mounts", "utf8")).toContain(
    `${device} ${mountPoint.replace(" ", "\\040")} ext4 rw,nodev,noatime`,
  );
});

test("DR19 what works on the disk is asked to go, ended when it does not, and named", async () => {
  const disk = diskOf();
  await online(disk);
  const [polite, stubborn] = [await busy(), await busy("trap '' TERM")];
  await disk.offline();
  expect(isMounted()).toBe(false);
  await until(() => polite.signalCode !== null && stubborn.signalCode !== null, 5_000);
  expect([polite.signalCode, stubborn.signalCode]).toEqual(["SIGTERM", "SIGKILL"]);
  expect(logged.filter(([code]) => code === "disk-busy").map(([, detail]) => detail)).toEqual(
    expect.arrayContaining([
      `process ${stubborn.pid} (sh) keeps ${mountPoint} busy, and gets SIGTERM`,
      `process ${stubborn.pid} (sh) keeps ${mountPoint} busy, and gets SIGKILL`,
    ]),
  );
});

test("DR19 terminating ends what works on the disk at once, whatever it has open there", async () => {
  const disk = diskOf();
  await online(disk);
  const user = await busy("trap '' TERM; exec 3> file; cd /");
  const begunAt = performance.now();
  await disk.terminate();
  expect(performance.now() - begunAt).toBeLessThan(3_000);
  expect(isMounted()).toBe(false);
  await until(() => user.signalCode === "SIGKILL", 5_000);
});

test("DR19 who works at a place of the same name in another mount namespace is left alone", async () => {
  const disk = diskOf();
  await online(disk);
  const script = `umount "$1" && mount -t tmpfs none "$1" && cd "$1" && echo ready && exec sleep 60`;
  const other = spawn("unshare", ["--mount", "sh", "-c", script, "sh", mountPoint]);
  users.push(other);
  await new Promise((resolve) => other.stdout.once("data", resolve));
  const user = await busy();
  await disk.terminate();
  expect(isMounted()).toBe(false);
  await until(() => user.signalCode === "SIGKILL", 5_000);
  expect([other.signalCode, other.exitCode]).toEqual([null, null]);
});

test("DR19 what cannot be unmounted is not offline, and says why; it is tried again", async () => {
  const disk = diskOf();
  await online(disk);
  const below = join(mountPoint, "below");
  mkdirSync(below);
  await run("mount", ["-t", "tmpfs", "none", below]);
  const user = await busy("trap '' TERM");
  await expect(disk.terminate()).rejects.toMatchObject({
    code: "disk-in-use",
    message: expect.stringContaining(below),
  });
  expect([isMounted(), user.signalCode]).toEqual([true, null]);
  await run("umount", [below]);
  await disk.terminate();
  expect(isMounted()).toBe(false);
});

test("DR19 a mount that lives on where it is not seen is not gone", async () => {
  const disk = diskOf({ properties: { PendingTimeout: 500 } });
  await online(disk);
  const user = spawn("sh", ["-c", "echo ready; exec sleep 60"], { cwd: mountPoint });
  users.push(user);
  await new Promise((resolve) => user.stdout.once("data", resolve));
  await run("umount", ["--lazy", mountPoint]);
  expect(isMounted()).toBe(false);
  await expect(disk.terminate()).rejects.toMatchObject({ code: "disk-in-use" });
  user.kill("SIGKILL");
  await until(() => user.signalCode !== null, 5_000);
  await disk.terminate();
});

test.each([
  ["a later epoch's", { cluster: "exchange", group: "Mail", epoch: 8, node: "NODE2" }, "later-epoch"],
  ["another node's of this epoch", { cluster: "exchange", group: "Mail", epoch: 7, node: "NODE2" }, "later-epoch"],
  ["another group's", { cluster: "exchange", group: "Web", epoch: 1, node: "NODE1" }, "disk-of-another-group"],
  ["another cluster's", { cluster: "other", group: "Mail", epoch: 1, node: "NODE1" }, "disk-of-another-group"],
  ["nobody's", {}, "stamp-damaged"],
])("DR19 a disk that says it is %s is left as it was", async (_, stamp, code) => {
  await writtenOnDisk(JSON.stringify(stamp));
  expect(await refusal(diskOf())).toMatchObject({ code, message: expect.stringContaining(stampFile()) });
  expect(isMounted()).toBe(false);
  await run("mount", [device, mountPoint]);
  expect(readFileSync(stampFile(), "utf8")).toBe(JSON.stringify(stamp));
});

test("DR19 a disk that has become read-only is found", async () => {
  const disk = diskOf();
  await online(disk);
  await run("mount", ["-o", "remount,ro", device, mountPoint]);
  expect([await disk.looksAlive(), await disk.isAlive()]).toEqual([
    false,
    { ok: false, reason: `${mountPoint} has become read-only` },
  ]);
});

test("DR19 a disk that is full is alive, and comes online elsewhere; one whose stamp is not ours is not alive", async () => {
  const disk = diskOf();
  await online(disk);
  const fill = join(mountPoint, "fill");
  await run("dd", ["if=/dev/zero", `of=${fill}`, "bs=64k", "conv=fsync"]).catch(() => {});
  await expect(run("dd", ["if=/dev/zero", `of=${fill}2`, "bs=64k", "count=1"])).rejects.toThrow("No space left");
  expect(await disk.isAlive()).toEqual({ ok: true });
  await disk.offline();
  const next = diskOf({ epoch: 8 });
  await online(next);
  expect(await next.isAlive()).toEqual({ ok: true });
  writeFileSync(stampFile(), "mine\n");
  expect(await next.isAlive()).toMatchObject({
    ok: false,
    reason: expect.stringContaining("is not as it was written"),
  });
});

test("DR19 a disk that hangs is found, and is not gone before it answers again", async () => {
  const disk = diskOf({ properties: { DeadlockTimeout: 1_000, PendingTimeout: 1_000 } });
  await online(disk);
  // What writes to it now waits in the kernel, where no signal ends it.
  await run("fsfreeze", ["--freeze", mountPoint]);
  try {
    const begunAt = performance.now();
    await expect(disk.isAlive()).rejects.toMatchObject({ code: "disk-not-writable" });
    expect(performance.now() - begunAt).toBeLessThan(3_000);
    expect(await disk.looksAlive()).toBe(true);
    await expect(disk.terminate()).rejects.toMatchObject({ code: "disk-not-answering" });
    expect(isMounted()).toBe(true);
  } finally {
    await run("fsfreeze", ["--unfreeze", mountPoint]);
  }
  await disk.terminate();
  expect(isMounted()).toBe(false);
});

test("DR19 what looks at the disk when it goes offline is called off, and keeps nobody", async () => {
  const disk = diskOf();
  await online(disk);
  const polls = Promise.allSettled(Array.from({ length: 5 }, () => disk.isAlive()));
  await disk.offline();
  await polls;
  expect(isMounted()).toBe(false);
  expect(codes()).not.toContain("disk-busy");
});

test("DR20 after an expiry a disk that cannot be reserved waits for an operator, and says what to do", async () => {
  const refused = await refusal(diskOf({ unfenced: ["NODE2", "NODE3"] }));
  expect(refused.code).toBe("holder-not-fenced");
  expect(refused.message).toContain("NODE2, NODE3 fell silent");
  expect(refused.message).toContain("bridgehead node confirm-down NODE2 --cluster exchange");
  expect(refused.message).toContain("Fence to None");
  expect(isMounted()).toBe(false);
  // Confirmed: it is told of nobody any more.
  await online(diskOf());
  expect(isMounted()).toBe(true);
});

test("DR20 with Fence None it is mounted all the same, and warned of", async () => {
  await online(diskOf({ unfenced: ["NODE2"], properties: { Fence: "None" } }));
  expect(isMounted()).toBe(true);
  expect(logged).toEqual([["disk-not-fenced", expect.stringContaining("NODE2 fell silent as its owner")]]);
});

test.each([
  ["a path that is not absolute", { MountPoint: "mail" }, "disk-not-valid"],
  ["no place to be", { MountPoint: "" }, "disk-not-valid"],
  ["a way back", { MountPoint: "/srv/../mail" }, "disk-not-valid"],
  ["the root", { MountPoint: "/" }, "disk-not-valid"],
  ["a folder that is not there", { MountPoint: "/srv/nowhere/at/all" }, "mount-point-missing"],
  ["a place that is taken", { MountPoint: "/proc" }, "mount-point-taken"],
  ["a device that is not there", { Device: "/dev/nowhere" }, "disk-missing"],
  ["a device that is none", { Device: "/dev/null" }, "disk-not-valid"],
  ["a file system that it has not", { FileSystem: "vfat" }, "mount-failed"],
  ["a file system that needs no device", { FileSystem: "tmpfs" }, "disk-not-valid"],
  ["only reading", { Options: "noatime,ro" }, "disk-not-valid"],
  ["another thing than the device", { Options: "loop=/dev/loop7" }, "disk-not-valid"],
])("DR19 %s is refused", async (_, properties, code) => {
  expect(await refusal(diskOf({ properties }))).toMatchObject({ code });
  expect(isMounted()).toBe(false);
});

test("DR19 what is mounted on this host already is refused, elsewhere or here, and stays, with who works there", async () => {
  const elsewhere = join(folder, "elsewhere");
  mkdirSync(elsewhere);
  await run("mount", [device, elsewhere]);
  expect(await refusal(diskOf())).toMatchObject({ code: "disk-in-use", message: expect.stringContaining(elsewhere) });
  expect(mountsOf("self").some((mount) => mount.mountPoint === elsewhere)).toBe(true);
  await run("umount", [elsewhere]);
  await run("mount", [device, mountPoint]);
  const user = spawn("sleep", ["60"], { cwd: mountPoint });
  users.push(user);
  await once(user, "spawn");
  const refused = await refusal(diskOf());
  expect(refused).toMatchObject({ code: "disk-in-use", message: expect.stringContaining(`umount ${mountPoint}`) });
  expect(refused.message).toContain("noauto");
  expect([isMounted(), user.signalCode]).toEqual([true, null]);
  user.kill("SIGKILL");
  await until(() => user.signalCode !== null, 5_000);
});

test("DR19 what is mounted there when the device is gone is not called gone, and nobody is ended for it", async () => {
  const link = join(folder, "by-id");
  symlinkSync(device, link);
  await online(diskOf({ properties: { Device: link } }));
  rmSync(link);
  const user = await busy();
  const left = diskOf({ isLeft: true, properties: { Device: link } });
  await expect(left.terminate()).rejects.toMatchObject({
    code: "disk-in-use",
    message: expect.stringContaining(device),
  });
  expect([isMounted(), user.signalCode]).toEqual([true, null]);
  symlinkSync(device, link);
});

/** In place of sg_persist: a disk whose one reservation is a file. */
const reserving = `#!/bin/sh
key=""
for word in "$@"; do case "$word" in --param-rk=*) key=\${word#*=};; --param-sark=*) [ -n "$key" ] || key=\${word#*=};; esac; done
case "$*" in
*--read-reservation*) [ -e FOLDER/held ] && printf '    Key=0x%s\\n    scope: LU_SCOPE,  type: Write Exclusive\\n' "$(cat FOLDER/held)" \
  || echo "there is NO reservation held";;
*--read-keys*) [ -e FOLDER/held ] && printf ', 1 registered reservation key follows:\\n    0x%s\\n' "$(cat FOLDER/held)" \
  || echo "there are NO registered reservation keys";;
*--register-ignore*) printf %s "$key" > FOLDER/held;;
*--release*) rm -f FOLDER/held;;
esac
`;

test("DR20 the reservation is given back when the disk is offline, and kept while a silent owner may still write", async () => {
  writeFileSync(join(folder, "sg_persist"), reserving.replaceAll("FOLDER", folder), { mode: 0o755 });
  const path = process.env["PATH"] ?? "";
  process.env["PATH"] = `${folder}:${path}`;
  try {
    const isHeld = (): boolean => existsSync(join(folder, "held"));
    const calm = diskOf();
    await online(calm);
    expect(isHeld()).toBe(true);
    await calm.offline();
    expect(isHeld()).toBe(false);
    for (const end of ["offline", "terminate"] as const) {
      logged = [];
      const disk = diskOf({ unfenced: ["NODE2"] });
      await online(disk);
      await disk[end]();
      expect([isMounted(), isHeld()]).toEqual([false, true]);
      expect(logged).toEqual([["reservation-kept", expect.stringContaining("NODE2 fell silent")]]);
    }
    await online(diskOf());
    await diskOf({ isLeft: true }).terminate();
    expect([isMounted(), isHeld()]).toEqual([false, true]);
  } finally {
    process.env["PATH"] = path;
  }
});

test("DR19 nothing is mounted at or after the deadline", async () => {
  const disk = diskOf();
  await expect(disk.online(monotonicMs() - 1)).rejects.toMatchObject({ code: "late" });
  await disk.terminate();
  expect(isMounted()).toBe(false);
});

test("DR19 what is terminated while it comes online does not come online", async () => {
  const disk = diskOf();
  const coming = online(disk);
  const refused = expect(coming).rejects.toMatchObject({ code: "called-off" });
  await disk.terminate();
  await refused;
  expect(isMounted()).toBe(false);
});

/** As a user who owns nothing, with these capabilities, as systemd starts a service. Resolves with the first line that it says. */
async function asNobody(
  capabilities: readonly string[],
): Promise<{ child: ChildProcess; said: string; rest: () => string }> {
  const held = ["-all", ...capabilities.map((name) => `+${name.replace("CAP_", "").toLowerCase()}`)].join(",");
  const program = [process.execPath, join(import.meta.dirname, "one-disk.ts"), folder, device, mountPoint];
  const user = ["--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"];
  const sets = ["inh-caps", "ambient-caps", "bounding-set"].map((set) => `--${set}=${held}`);
  const child = spawn("setpriv", [...user, ...sets, ...program]);
  users.push(child);
  let said = "";
  child.stdout.on("data", (text: Buffer) => (said += text.toString("utf8")));
  child.stderr.on("data", (text: Buffer) => (said += text.toString("utf8")));
  await until(() => said.includes("\n") || child.exitCode !== null, 20_000);
  return { child, said, rest: () => said };
}

test("DR19 an agent that is not root mounts with what its units give it, and without that says what to do", async () => {
  const without = await asNobody(["CAP_DAC_OVERRIDE"]);
  expect(without.said).toContain("bridgehead agent install --disks");
  const { child, said, rest } = await asNobody(capabilitiesForDisks);
  expect(said).toBe('{"alive":{"ok":true}}\n');
  const user = await busy();
  child.stdin?.write("offline\n");
  await until(() => child.exitCode !== null, 20_000);
  expect(rest()).toContain("offline\n");
  expect(isMounted()).toBe(false);
  await until(() => user.signalCode === "SIGTERM", 5_000);
});

test("DR14 what a killed run has mounted is unmounted by the next one before it joins; a state is not written down", async () => {
  const remains = () => openRemains(join(folder, "remains.json"));
  const registry = (into = remains()) => remembering({ "Physical Disk": factory }, into);
  const begin = async (properties: object): Promise<void> => {
    const disk = registry()["Physical Disk"]?.(contextOf({ properties }));
    await disk?.online(monotonicMs() + 60_000);
  };
  await begin({ Device: "" });
  expect(remains().left).toEqual([]);
  await begin({});
  const user = await busy();
  expect(remains().left).toHaveLength(1);
  const place = { agentSocket: "", outputFolder: join(folder, "output"), baseFolder: folder };
  const next = remains();
  await takeAwayWhatIsLeft(next, registry(next), place, (_level, code, detail) => void logged.push([code, detail]));
  expect(logged).toContainEqual(["disk-busy", expect.stringContaining(`process ${user.pid}`)]);
  expect(isMounted()).toBe(false);
  expect(remains().left).toEqual([]);
  await until(() => user.signalCode === "SIGKILL", 5_000);
  expect(existsSync(device)).toBe(true);
});
