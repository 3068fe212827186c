import { randomBytes } from "node:crypto";
import { access, mkdir, open, rename, rm, rmdir, stat, unlink } from "node:fs/promises";
import { join, parse } from "node:path";
import { hasCode, isMissing } from "./error-code.ts";

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

/**
 * Moves a file, or a folder that is in its place, to another folder of its disk, under its name or, where that is taken, with a number before its ending:
 * nothing is written over. The name is taken first, so who dies in between leaves an empty one. It is on the disk after a `syncFolder`.
 */
export async function moveBeside(folder: string, name: string, to: string): Promise<void> {
  const isFolder = (await stat(join(folder, name))).isDirectory();
  const [take, free] = isFolder ? ([mkdir, rmdir] as const) : ([makeEmpty, unlink] as const);
  const { name: stem, ext } = parse(name);
  for (let n = 1; ; n += 1) {
    const place = join(to, n === 1 ? name : `${stem}.${n}${ext}`);
    try {
      await take(place);
    } catch (error) {
      if (hasCode(error, "EEXIST")) continue;
      throw error;
    }
    try {
      return await rename(join(folder, name), place);
    } catch (error) {
      await free(place).catch(() => {});
      throw error;
    }
  }
}

async function makeEmpty(path: string): Promise<void> {
  await (await open(path, "wx")).close();
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

export function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
