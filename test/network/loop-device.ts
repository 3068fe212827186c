import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { mountsOf } from "../../src/agent/drivers/disk/mounts.ts";

const run = promisify(execFile);
const mebibytes = 32;

/** A block device with an empty ext4, and a folder to mount it at, in a folder of its own. It has no persistent reservations. */
export type LoopDevice = {
  readonly folder: string;
  readonly device: string;
  readonly mountPoint: string;
  readonly isMounted: () => boolean;
  readonly remove: () => Promise<void>;
};

export async function makeLoopDevice(): Promise<LoopDevice> {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-disk-"));
  const mountPoint = join(folder, "mail store");
  mkdirSync(mountPoint);
  const image = join(folder, "image");
  writeFileSync(image, "");
  truncateSync(image, mebibytes * 1024 * 1024);
  const device = (await run("losetup", ["--find", "--show", image])).stdout.trim();
  await run("mkfs.ext4", ["-q", device]);
  const isMounted = (): boolean => mountsOf("self").some((mount) => mount.mountPoint === mountPoint);
  return {
    folder,
    device,
    mountPoint,
    isMounted,
    remove: async () => {
      while (isMounted()) await run("umount", [mountPoint]);
      await run("losetup", ["--detach", device]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
