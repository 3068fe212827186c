import { DriverError } from "../driver.ts";
import { type Stamp, stampName, stampText } from "./stamp.ts";
import type { Run } from "./tools.ts";

/**
 * Reading and writing on the mounted disk. Each is a process of its own: one that waits for a disk that does not answer cannot be
 * ended, and must not be this one. All reject with `DriverError` `disk-not-answering` or `disk-not-writable`.
 */

const longestStamp = 4_096;
const isThere = 'if [ -e "$1" ] || [ -L "$1" ]; then exec head -c "$2" -- "$1"; else exit 3; fi';
const nothingThere = 3;
/** What is there goes, and what is made must be new: a link that somebody put there is not followed. */
const replace =
  'umask 022; rm -f -- "$1.new" && dd of="$1.new" conv=excl,fsync status=none && mv -fT -- "$1.new" "$1" && sync -- "$2"';
/** Takes no room: a disk that is full is full on every host. */
const overwrite = 'exec dd of="$1" conv=notrunc,nocreat,fsync oflag=nofollow status=none';

/** Null: there is none. */
export async function readStamp(run: Run, mountPoint: string, limitMs: number): Promise<string | null> {
  const args = ["-c", isThere, "sh", `${mountPoint}/${stampName}`, String(longestStamp)];
  const ran = await run("sh", args, { limitMs });
  if (ran.kind === "ended" && ran.code === 0) return ran.stdout;
  if (ran.kind === "ended" && ran.code === nothingThere) return null;
  throw new DriverError("disk-not-answering", `${stampName} cannot be read: ${whyOf(ran)}`);
}

/**
 * On the disk, and synced, when this resolves. Written over the one that was found where that is as long; it fits into a sector.
 * The same once more is a look whether the disk takes what is written. A write that is not synced would say nothing: on a host that
 * was fenced it succeeds, and is lost.
 */
export async function writeStamp(
  run: Run,
  mountPoint: string,
  { stamp, found }: { readonly stamp: Stamp; readonly found: string | null },
  limitMs: number,
): Promise<void> {
  const input = stampText(stamp);
  const script = found?.length === input.length ? overwrite : replace;
  const args = ["-c", script, "sh", `${mountPoint}/${stampName}`, mountPoint];
  const ran = await run("sh", args, { limitMs, input });
  if (ran.kind === "ended" && ran.code === 0) return;
  throw new DriverError("disk-not-writable", `the disk takes nothing that is written: ${whyOf(ran)}`);
}

export function isAsWritten(found: string | null, stamp: Stamp): boolean {
  return found === stampText(stamp);
}

function whyOf(ran: Awaited<ReturnType<Run>>): string {
  return ran.kind === "ended" ? ran.said : ran.why;
}
