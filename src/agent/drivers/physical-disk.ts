import type { ChildProcess } from "node:child_process";
import { deadlockTimeoutMs, pendingTimeoutMs } from "../../cluster/policies/resource-timing.ts";
import { monotonicMs } from "../../mta/clock.ts";
import { failSlowly } from "../delays.ts";
import { programsWith } from "../left-programs.ts";
import { capabilities, privilegesOf } from "../linux/privileges.ts";
import { endProcesses } from "../processes.ts";
import { findDevice, isMultipath, useOf } from "./disk/device.ts";
import { type Aim, giveBack, noPrivilege, standing, take, type Taken } from "./disk/fence.ts";
import { isAsWritten, readStamp, writeStamp } from "./disk/file-system.ts";
import { type BlockDevice, isOf, type Mount, mountsOf } from "./disk/mounts.ts";
import { keyOf, type ReservationKey } from "./disk/reservation-key.ts";
import { assertOnDevice, knownFileSystems, namesDevice, settingsOf } from "./disk/settings.ts";
import { judgeStamp, type Stamp, stampName } from "./disk/stamp.ts";
import { createDiskTools, type Run } from "./disk/tools.ts";
import { unmount } from "./disk/unmount.ts";
import { DriverError, type DriverContext, type DriverFactory } from "./driver.ts";
import { environmentOf, ownVariables } from "./environment.ts";
import { stateOnly } from "./state-only.ts";

/** Whose disks they are, and who is told of what works for them. */
export type DiskHost = {
  readonly cluster: string;
  readonly node: string;
  /** Digest of this machine's id; null where it does not say which it is. */
  readonly machine: string | null;
  readonly started: (child: ChildProcess) => void;
};

/** How long what has a device is waited for: udev looks at each one that appears, and is done within moments. */
const freeWithinMs = 2_000;
const termGraceMs = 5_000;
const lookedWithinMs = 5_000;

/**
 * Physical Disk: a file system on a block device that more than one host reaches, mounted on the owner alone. It is fenced by a SCSI-3
 * persistent reservation, where the disk can, whose key says the epoch; where it cannot, its epoch is written into its root. A guard
 * cannot end it: so it never calls such a group released. Without a Device it is a state, and nothing on the host.
 */
export function physicalDisk(host: DiskHost): DriverFactory {
  return (context) => (namesDevice(context.spec.properties) ? mountedDisk(host, context) : stateOnly(context));
}

const mountedDisk = ({ cluster, node, machine, started }: DiskHost, context: DriverContext) => {
  const { hold, spec, unfenced, isLeft, log } = context;
  const { group, epoch } = hold;
  const patienceMs = pendingTimeoutMs(spec);
  const tools = createDiskTools({ ...environmentOf(context), LC_ALL: "C" }, started);
  const key: ReservationKey = keyOf({ cluster, group, epoch, node, machine, resource: context.name });
  const stamp: Stamp = { cluster, group, epoch, node };
  let hasBegun = isLeft;
  let device: BlockDevice | null = null;
  /** What an earlier run has reserved is not known before the disk is asked. */
  let fencing: Taken["kind"] | "unknown" = "unknown";
  let hasToldKept = false;
  let deadline = 0;

  const aimAt = (run: Run, { path }: BlockDevice): Aim => ({ run, device: path, key, log });

  function ours(mountPoint: string): Mount[] {
    const there = mountsOf("self").filter((mount) => mount.mountPoint === mountPoint);
    const { device: named } = settingsOf(spec.properties);
    return there.filter((mount) => (device === null ? mount.source === named : isOf(mount, device)));
  }

  async function online(): Promise<void> {
    const { mountPoint, fileSystem, isFenced } = settingsOf(spec.properties);
    assertOnDevice(fileSystem, knownFileSystems());
    const run = tools.sequence();
    const { sysAdmin } = capabilities;
    if (privilegesOf("self")?.capabilities.has(sysAdmin) === false) throw noPrivilege(`it has no ${sysAdmin}`);
    const found = findDevice(settingsOf(spec.properties).device);
    device = found;
    await assertMountPoint(run, mountPoint, found);
    await assertFree(run, found, freeWithinMs);
    // What belongs to somebody else on this host is not taken away for having been asked for.
    hasBegun = true;
    if (isFenced) await fence(run, found);
    else if (unfenced.length > 0)
      log("disk-not-fenced", `${silent(unfenced)} may still write to it, and Fence is None`);
    context.progress(1);
    await mount(run, found);
    context.progress(2);
    await sign(run, mountPoint);
  }

  async function fence(run: Run, found: BlockDevice): Promise<void> {
    const taken: Taken = isMultipath(found)
      ? { kind: "cannot", why: "it is there by several ways (dm-multipath), which this driver has no reservations for" }
      : await take(aimAt(run, found));
    fencing = taken.kind;
    if (taken.kind === "held") return;
    if (unfenced.length > 0) {
      const commands = unfenced.map((one) => `bridgehead node confirm-down ${one} --cluster ${cluster}`).join(", ");
      throw new DriverError(
        "holder-not-fenced",
        `${silent(unfenced)} may still write to it, and ${found.path} has no persistent reservation (${taken.why}): once that host is ` +
          `certainly off: ${commands}; or set Fence to None`,
      );
    }
    log(
      "disk-not-fenced",
      `${found.path} has no persistent reservation (${taken.why}): after a silence of this node the disk waits until an operator says that ` +
        "this host is off",
    );
  }

  async function mount(run: Run, { path }: BlockDevice): Promise<void> {
    const { mountPoint, fileSystem, options } = settingsOf(spec.properties);
    if (monotonicMs() >= deadline) throw new DriverError("late", "it could not be mounted before its deadline");
    const words = [...(fileSystem === "" ? [] : ["-t", fileSystem]), ...(options === "" ? [] : ["-o", options])];
    const ran = await run("mount", [...words, "--", path, mountPoint], { limitMs: patienceMs });
    if (ran.kind !== "ended") throw new DriverError("disk-not-answering", `mount: ${ran.why}`);
    const [mounted] = ours(mountPoint);
    if (ran.code !== 0 || mounted === undefined) throw new DriverError("mount-failed", ran.said);
    if (mounted.isReadOnly) throw new DriverError("mount-failed", `${mountPoint} is mounted read-only`);
    if (!isSeenByHost(mountPoint)) {
      log(
        "disk-mount-unseen",
        `what is mounted at ${mountPoint} is seen by this agent and by what it starts, and by nothing else: it has a mount namespace of ` +
          "its own; for units without one: bridgehead agent install --disks",
      );
    }
  }

  async function sign(run: Run, mountPoint: string): Promise<void> {
    const found = await readStamp(run, mountPoint, patienceMs);
    const verdict = judgeStamp(found, stamp, `${mountPoint}/${stampName}`);
    if (verdict.kind === "refused") throw new DriverError(verdict.code, verdict.message);
    await writeStamp(run, mountPoint, { stamp, found }, patienceMs);
  }

  /**
   * Resolves when nothing of it is on this host any more. That the reservation is given back is a courtesy, to whoever uses the disk for
   * something else; while it may be what keeps a silent owner from writing, it stays, and the next epoch preempts it.
   */
  async function takeAway(run: Run, graceMs: number): Promise<void> {
    const { mountPoint, device: named, isFenced } = settingsOf(spec.properties);
    device ??= deviceOrNull(named);
    await unmount({ run, log, mountPoint, mounts: () => ours(mountPoint), graceMs, patienceMs });
    if (device === null) assertNothingAt(mountPoint, named);
    else {
      await assertFree(run, device, patienceMs);
      if (isFenced && fencing !== "cannot" && !isMultipath(device)) await giveBackOrKeep(aimAt(run, device));
    }
    hasBegun = false;
  }

  async function giveBackOrKeep(aim: Aim): Promise<void> {
    // Of an ownership that an earlier run had it is not known who was silent then.
    if (unfenced.length > 0 || isLeft) {
      const why = isLeft ? "an earlier run of this agent had the disk, and whom it kept out" : silent(unfenced);
      const what = isLeft ? `${why} is not known` : `${why} may still write to it`;
      if (!hasToldKept) log("reservation-kept", `what is reserved stays until the next owner preempts it: ${what}`);
      hasToldKept = true;
      return;
    }
    const why = await giveBack(aim);
    if (why !== null) log("reservation-not-given-back", `the next owner preempts it: ${why}`);
    fencing = "unknown";
  }

  async function terminate(): Promise<void> {
    const areEnded = await tools.end();
    if (!hasBegun) return;
    await failSlowly(async () => {
      if (!areEnded)
        throw new DriverError("disk-not-answering", "a command that works on the disk hangs in the kernel");
      if (isLeft) await endCallsLeft(context);
      await takeAway(tools.sequence(), 0);
    });
  }

  /** Null, or what is wrong. Rejects with `DriverError` `reservation-lost`. */
  async function illness(): Promise<string | null> {
    const { mountPoint } = settingsOf(spec.properties);
    const [mounted] = ours(mountPoint);
    if (device === null || mounted === undefined) return `nothing is mounted at ${mountPoint}`;
    if (mounted.isReadOnly) return `${mountPoint} has become read-only`;
    const run = tools.sequence();
    if (fencing === "held") {
      const stands = await standing(aimAt(run, device));
      if (stands.kind === "lost") throw new DriverError("reservation-lost", stands.why);
      if (stands.kind === "unknown") return stands.why;
    }
    const limitMs = deadlockTimeoutMs(spec);
    const found = await readStamp(run, mountPoint, limitMs);
    if (!isAsWritten(found, stamp)) return `${mountPoint}/${stampName} is not as it was written`;
    await writeStamp(run, mountPoint, { stamp, found }, limitMs);
    return null;
  }

  return {
    online: (until: number) => {
      deadline = until;
      return online();
    },
    offline: async () => {
      // A poll that is under way works on the disk too.
      await tools.end();
      await takeAway(tools.sequence(), termGraceMs);
    },
    terminate,
    looksAlive: async () => {
      const [mounted] = ours(settingsOf(spec.properties).mountPoint);
      return mounted !== undefined && !mounted.isReadOnly;
    },
    isAlive: async () => {
      const reason = await illness();
      return reason === null ? ({ ok: true } as const) : ({ ok: false, reason } as const);
    },
    extend: (until: number) => {
      deadline = until;
    },
  };
};

/** Rejects with `DriverError` `mount-point-missing`, `mount-point-taken`, `disk-in-use`, `disk-not-valid` or `disk-not-answering`. */
async function assertMountPoint(run: Run, mountPoint: string, device: BlockDevice): Promise<void> {
  const mounts = mountsOf("self");
  const other = mounts.find((mount) => mount.mountPoint === mountPoint && !isOf(mount, device));
  if (other !== undefined) throw new DriverError("mount-point-taken", `${other.source} is mounted at ${mountPoint}`);
  // Who works there was not asked, and whether this host may have the disk at all is not known yet.
  const before = mounts.find((mount) => isOf(mount, device))?.mountPoint;
  if (before !== undefined) {
    throw new DriverError(
      "disk-in-use",
      `${device.path} is mounted at ${before} already, and not by this group: umount ${before}, and in fstab(5) it takes noauto`,
    );
  }
  const ran = await run("realpath", ["-e", "--", mountPoint], { limitMs: lookedWithinMs });
  if (ran.kind !== "ended")
    throw new DriverError("disk-not-answering", `${mountPoint} cannot be looked at: ${ran.why}`);
  if (ran.code !== 0) throw new DriverError("mount-point-missing", `${ran.said}: mkdir -p ${mountPoint}`);
  const real = ran.stdout.replace(/\n$/, "");
  if (real !== mountPoint)
    throw new DriverError("disk-not-valid", `MountPoint is ${mountPoint}, a link: write ${real}`);
}

/** The device is not there, and neither is its other name. Throws `DriverError` `disk-in-use`: what is mounted there may be its. */
function assertNothingAt(mountPoint: string, named: string): void {
  const left = mountsOf("self").find((mount) => mount.mountPoint === mountPoint && mount.source.startsWith("/dev/"));
  if (left === undefined) return;
  throw new DriverError(
    "disk-in-use",
    `${left.source} is mounted at ${mountPoint}, and whether that is ${named}, which is not there, cannot be told: umount ${mountPoint}`,
  );
}

/** Throws `DriverError` `disk-in-use` or `disk-not-answering`. */
async function assertFree(run: Run, device: BlockDevice, patienceMs: number): Promise<void> {
  const use = await useOf(run, device, patienceMs);
  if (use === "in-use") {
    throw new DriverError(
      "disk-in-use",
      `${device.path} is in use on this host: mounted in another namespace (a container), detached and alive (umount -l), or by LVM or swap`,
    );
  }
  if (use === "unknown") throw new DriverError("disk-not-answering", `${device.path} cannot be opened`);
}

/** What an earlier run has started may still mount it, when it was killed in the middle of that. */
async function endCallsLeft(context: DriverContext): Promise<void> {
  const variables = Object.entries(ownVariables(context)).map(([name, value]) => `${name}=${value}`);
  if (await endProcesses(programsWith(variables), 2_000)) return;
  throw new DriverError("disk-not-answering", "a command of an earlier run hangs in the kernel");
}

function deviceOrNull(named: string): BlockDevice | null {
  try {
    return findDevice(named);
  } catch {
    return null;
  }
}

/** Seen by the first process of this host; yes where that is not told. */
function isSeenByHost(mountPoint: string): boolean {
  try {
    return mountsOf(1).some((mount) => mount.mountPoint === mountPoint);
  } catch {
    return true;
  }
}

function silent(nodes: readonly string[]): string {
  return `${nodes.join(", ")} fell silent as ${nodes.length === 1 ? "its owner" : "its owners"}, and`;
}
