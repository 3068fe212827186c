import { constants, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../../mta/message-of.ts";
import { DriverError } from "../driver.ts";
import type { BlockDevice } from "./mounts.ts";

/** Throws `DriverError` `disk-missing` or `disk-not-valid`. */
export function findDevice(device: string): BlockDevice {
  const path = realPathOf(device);
  const stat = statSync(path);
  if (!stat.isBlockDevice()) throw new DriverError("disk-not-valid", `Device is ${device}, which is no block device`);
  return { path, numbers: `${majorOf(stat.rdev)}:${minorOf(stat.rdev)}` };
}

function realPathOf(device: string): string {
  try {
    return realpathSync(device);
  } catch (error) {
    const mend = "see that this host reaches its disk (lsblk, ls -l /dev/disk/by-id)";
    throw new DriverError("disk-missing", `${device} is not there (${messageOf(error)}): ${mend}`);
  }
}

/** makedev(3): of 64 bits as Linux has them. */
function majorOf(rdev: number): number {
  return Number((BigInt(rdev) >> 8n) & 0xfffn);
}
function minorOf(rdev: number): number {
  return Number((BigInt(rdev) & 0xffn) | ((BigInt(rdev) >> 12n) & 0xf_ff00n));
}

/**
 * Whether a device, or one that it stands on, is there by several ways at once (dm-multipath). A reservation is taken by one of them,
 * and would keep this host's own writing out of the others.
 */
export function isMultipath({ numbers }: Pick<BlockDevice, "numbers">): boolean {
  const at = `/sys/dev/block/${numbers}`;
  return isMultipathAt(at);
}

function isMultipathAt(folder: string): boolean {
  try {
    if (readFileSync(`${folder}/dm/uuid`, "utf8").includes("mpath-")) return true;
  } catch {
    // No device of the device mapper.
  }
  try {
    return readdirSync(`${folder}/slaves`).some((name) => isMultipathAt(`${folder}/slaves/${name}`));
  } catch {
    return false;
  }
}

/** `gone`: there is no such device any more, so nothing writes to it from here. `unknown`: it does not answer. */
export type Use = "free" | "in-use" | "gone" | "unknown";

const answerWithinMs = 5_000;
const lookedEveryMs = 50;

/**
 * Whether anything on this host has a device: a mount in whatever namespace, also one that was detached and lives on, a volume on it,
 * swap. open(2) with O_EXCL says so of a block device. What lasts no longer than `patienceMs` is no use.
 */
export async function useOf({ path }: Pick<BlockDevice, "path">, patienceMs: number): Promise<Use> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const late = delay(answerWithinMs, "unknown" as const, { ref: false });
    const use = await Promise.race([openAlone(path), late]);
    if (use !== "in-use" || performance.now() > giveUpAt) return use;
    await delay(lookedEveryMs);
  }
}

async function openAlone(path: string): Promise<Use> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_EXCL | constants.O_NONBLOCK);
    await handle.close();
    return "free";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EBUSY") return "in-use";
    return code === "ENOENT" || code === "ENXIO" || code === "ENODEV" || code === "ENOMEDIUM" ? "gone" : "unknown";
  }
}
