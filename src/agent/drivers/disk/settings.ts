import { readFileSync } from "node:fs";
import { isAbsolute, normalize } from "node:path";
import { lookup, type Properties } from "../../../cluster/definition/definition.ts";
import { privateRules } from "../../../cluster/properties/property-tables.ts";
import { textOf } from "../../../cluster/properties/properties.ts";
import { DriverError } from "../driver.ts";

export type DiskSettings = {
  /** As the definition says it; a link of /dev/disk/by-id for the most part. */
  readonly device: string;
  readonly mountPoint: string;
  /** Empty: mount(8) looks what there is. */
  readonly fileSystem: string;
  /** As an operator wrote them: nothing is added. */
  readonly options: string;
  readonly isFenced: boolean;
};

/** A Physical Disk that names no device is a state, and nothing on the host. */
export function namesDevice(properties: Properties): boolean {
  const device = lookup(properties, "Device");
  return typeof device === "string" && device !== "";
}

/** Throws `DriverError` `disk-not-valid`. */
export function settingsOf(properties: Properties): DiskSettings {
  const text = (name: string): string => textOf(properties, privateRules("Physical Disk") ?? {}, name) ?? "";
  const [device, mountPoint, options] = [text("Device"), text("MountPoint"), text("Options")];
  if (!isAbsolute(device)) throw notValid(`Device is ${device}, and has to be a path such as /dev/disk/by-id/…`);
  if (mountPoint === "") throw notValid("it has a Device and no MountPoint: say where its file system is to be");
  if (
    !isAbsolute(mountPoint) ||
    normalize(mountPoint) !== mountPoint ||
    /.\/$/.test(mountPoint) ||
    mountPoint === "/"
  ) {
    throw notValid(`MountPoint is ${mountPoint}, and has to be a path such as /srv/mail, from the root on and no more`);
  }
  const unfit = options.split(",").find((option) => unfitOptions.has(option.replace(/=.*/, "")));
  if (unfit !== undefined) {
    throw notValid(`Options has ${unfit}: what is mounted is Device itself, and is written to by its owner`);
  }
  return { device, mountPoint, fileSystem: text("FileSystem"), options, isFenced: text("Fence") !== "None" };
}

/** Of mount(8): with them something else is mounted, or nothing could be checked on it. */
const unfitOptions: ReadonlySet<string> = new Set(
  "ro loop offset sizelimit bind rbind move remount X-mount.subdir".split(" "),
);

/** Those whose module is not there before they are asked for. */
const withoutDevice: readonly string[] = "9p afs autofs ceph cifs nfs nfs4 none overlay ramfs smb3 tmpfs".split(" ");

/**
 * Throws `DriverError` `disk-not-valid` for a file system that is on no device: the one that is named would be its name and no more,
 * and nothing would be on the disk. @param known the text of /proc/filesystems
 */
export function assertOnDevice(fileSystem: string, known: string): void {
  const none = new Set([...withoutDevice, ...[...known.matchAll(/^nodev\s+(\S+)$/gm)].map(([, name = ""]) => name)]);
  const unfit = fileSystem.split(",").find((name) => none.has(name) || name === "fuse" || name.startsWith("fuse."));
  if (unfit !== undefined)
    throw notValid(`FileSystem is ${unfit}, which needs no device: it has to be one on a disk, such as ext4`);
}

/** What file systems this kernel has; nothing where it does not say. */
export function knownFileSystems(): string {
  try {
    return readFileSync("/proc/filesystems", "utf8");
  } catch {
    return "";
  }
}

function notValid(message: string): DriverError {
  return new DriverError("disk-not-valid", message);
}
