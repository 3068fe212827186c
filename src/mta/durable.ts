import { randomBytes } from "node:crypto";
import { access, open, rename, rm, unlink } from "node:fs/promises";
import { join } from "node:path";

/** Files that are whole or not there, whatever ends this process or its host, when the promise has resolved. */
export async function put(folder: string, name: string, octets: Uint8Array): Promise<void> {
  // Two that write one file at one time write two: whichever is renamed is whole.
  const fresh = join(folder, `.${name}.${randomBytes(4).toString("hex")}.new`);
  const file = await open(fresh, "w", 0o640);
  try {
    await file.writeFile(octets);
    await file.sync();
    await file.close();
    await rename(fresh, join(folder, name));
  } catch (error) {
    await file.close().catch(() => {});
    await rm(fresh, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** What is not there is removed. Not with `rm`, which tries what cannot be unlinked as a folder, and says what that was refused for. */
export async function remove(folder: string, name: string): Promise<void> {
  await unlink(join(folder, name)).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  await syncFolder(folder);
}

/** What was made, renamed or removed in it is on the disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

export function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
