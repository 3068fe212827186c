import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../../mta/message-of.ts";
import { DriverError } from "../driver.ts";
import type { BlockDevice } from "./mounts.ts";
import type { Run } from "./tools.ts";

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
/** Each look is a process: one that lasts is looked at less and less often. */
const lookedAgainMs = 50;
const lookedAtLeastEveryMs = 400;

/**
 * Whether anything on this host has a device: a mount in whatever namespace, also one that was detached and lives on, a volume on it,
 * swap. open(2) with O_EXCL says so of a block device. What lasts no longer than `patienceMs` is no use. Rejects as `run` does.
 */
export async function useOf(run: Run, { path }: Pick<BlockDevice, "path">, patienceMs: number): Promise<Use> {
  const giveUpAt = performance.now() + patienceMs;
  for (let againMs = lookedAgainMs; ; againMs = Math.min(2 * againMs, lookedAtLeastEveryMs)) {
    const use = await openAlone(run, path);
    if (use !== "in-use" || performance.now() > giveUpAt) return use;
    await delay(againMs);
  }
}

/** No command that every host has opens with O_EXCL and does nothing else. Prints the errno's name. */
const opening = `
const { closeSync, constants, openSync } = require("node:fs");
try {
  closeSync(openSync(process.argv[1], constants.O_RDONLY | constants.O_EXCL | constants.O_NONBLOCK));
  process.stdout.write("opened");
} catch (error) {
  process.stdout.write(String(error.code));
}`;

/** By a process of its own: of an open that does not end this one would keep a thread, and it has four. */
async function openAlone(run: Run, path: string): Promise<Use> {
  const ran = await run(process.execPath, ["-e", opening, path], { limitMs: answerWithinMs });
  switch (ran.kind === "ended" ? ran.stdout : "") {
    case "opened":
      return "free";
    case "EBUSY":
      return "in-use";
    case "ENOENT":
    case "ENXIO":
    case "ENODEV":
    case "ENOMEDIUM":
      return "gone";
    default:
      return "unknown";
  }
}
