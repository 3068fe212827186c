import { closeSync, existsSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { medianOf } from "../statistics.ts";

const inMemory = "/dev/shm";
const writes = 100;
const page = Buffer.alloc(4_096, 1);

/** A new folder whose writes cost nothing (tmpfs); null: this machine has none. */
export function folderInMemory(): string | null {
  return existsSync(inMemory) ? mkdtempSync(join(inMemory, "bridgehead-scale-")) : null;
}

/** How long the disk of a folder takes to confirm a write of one page (fdatasync(2)), in milliseconds: the median of some. */
export function syncMsOf(folder: string): number {
  const file = join(folder, "sync");
  const handle = openSync(file, "w");
  try {
    return medianOf(
      Array.from({ length: writes }, () => {
        const from = performance.now();
        writeSync(handle, page);
        fdatasyncSync(handle);
        return performance.now() - from;
      }),
    );
  } finally {
    closeSync(handle);
    rmSync(file);
  }
}
