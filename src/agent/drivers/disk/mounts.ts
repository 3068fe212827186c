import { readFileSync } from "node:fs";

/** What is mounted where, of proc_pid_mountinfo(5). */
export type Mount = {
  /** `8:16`; that of some file systems (btrfs) is none of a disk's. */
  readonly device: string;
  readonly mountPoint: string;
  /** The device's name; a name only, which may be another's by now. */
  readonly source: string;
  readonly isReadOnly: boolean;
};

/** A block device, by its name that is no link and by its numbers. */
export type BlockDevice = { readonly path: string; readonly numbers: string };

/** In the order in which they were mounted. Throws what reading a file throws. */
export function mountsOf(process: number | "self"): Mount[] {
  return parseMounts(readFileSync(`/proc/${process}/mountinfo`, "utf8"));
}

export function parseMounts(text: string): Mount[] {
  return text.split("\n").flatMap((line) => {
    const [before = "", after] = line.split(" - ");
    const [, , device, , mountPoint, options] = before.split(" ");
    const [, source, ofFileSystem] = after?.split(" ") ?? [];
    if (device === undefined || mountPoint === undefined || options === undefined || source === undefined) return [];
    // The kernel turns the file system read-only when it fails, and an operator the mount.
    const isReadOnly = [options, ofFileSystem ?? ""].some((some) => some.split(",").includes("ro"));
    return [{ device, mountPoint: plain(mountPoint), source: plain(source), isReadOnly }];
  });
}

export function isOf({ device, source }: Mount, { path, numbers }: BlockDevice): boolean {
  return device === numbers || source === path;
}

/** Whether a path lies below a mount point, or is it. */
export function isWithin(path: string, mountPoint: string): boolean {
  return path === mountPoint || path.startsWith(`${mountPoint}/`);
}

/** Blanks and the like are written as octal numbers. */
function plain(escaped: string): string {
  return escaped.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
