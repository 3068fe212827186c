import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Replaces a file: after a crash either the old text or the new one is there, never a part. On the disk, and synced, when this
 * returns; it blocks on purpose, so that nothing that follows may happen before. Throws what the file system throws.
 */
export function replaceFile(file: string, text: string, mode = 0o600): void {
  const beside = `${file}.new`;
  withDescriptor(beside, "w", (descriptor) => {
    fchmodSync(descriptor, mode);
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  });
  renameSync(beside, file);
  withDescriptor(dirname(file), "r", fsyncSync);
}

function withDescriptor(path: string, flags: string, work: (descriptor: number) => void): void {
  const descriptor = openSync(path, flags, 0o600);
  try {
    work(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
