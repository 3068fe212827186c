import { readdir, readFile, readlink } from "node:fs/promises";
import { pidsOfHost, type ProcessRef, startOf } from "../../processes.ts";
import { isWithin, type Mount, parseMounts } from "./mounts.ts";

/** A process that keeps a file system busy. */
export type User = ProcessRef & {
  readonly name: string;
  /** This agent, its guard, or another of its program: it is not ended. */
  readonly isOurs: boolean;
};

/**
 * Who has a file of a mount open, works there, or runs from there. Read from what /proc says of each process, where names are text and
 * no file system is asked; of another user's processes that takes CAP_SYS_PTRACE. Threads of the kernel have no files.
 */
export async function usersOf(mount: Pick<Mount, "mountPoint" | "device">): Promise<User[]> {
  const found: User[] = [];
  const here = await target("/proc/self/ns/mnt");
  for (const pid of pidsOfHost()) {
    // Before anything of it is looked at, so that it is that process and none that has its number later.
    const startedAt = startOf(pid);
    if (pid === 1 || startedAt === null || !(await holds(pid, await placesIn(pid, here, mount)))) continue;
    const isOurs = pid === process.pid || (await isOfThisProgram(pid));
    found.push({ pid, startedAt, name: await nameOf(pid), isOurs });
  }
  return found;
}

/** Where a process sees the mount: in a namespace of its own (a container) the same name may be something else. */
async function placesIn(pid: number, here: string, { mountPoint, device }: Pick<Mount, "mountPoint" | "device">) {
  if ((await target(`/proc/${pid}/ns/mnt`)) === here) return [mountPoint];
  const mounts = parseMounts(await textOf(`/proc/${pid}/mountinfo`));
  return mounts.filter((mount) => mount.device === device).map((mount) => mount.mountPoint);
}

async function holds(pid: number, places: readonly string[]): Promise<boolean> {
  if (places.length === 0) return false;
  const isThere = (path: string): boolean => places.some((place) => isWithin(path, place));
  const at = `/proc/${pid}`;
  for (const link of ["cwd", "root", "exe"]) if (isThere(await target(`${at}/${link}`))) return true;
  for (const one of await namesIn(`${at}/fd`)) if (isThere(await target(`${at}/fd/${one}`))) return true;
  return (await textOf(`${at}/maps`)).split("\n").some((line) => isThere(fileOf(line)));
}

/** Address, rights, offset, device and inode come first, and the name may have blanks. */
function fileOf(line: string): string {
  return line.slice(Math.max(line.indexOf("/"), 0));
}

async function isOfThisProgram(pid: number): Promise<boolean> {
  const [, main = ""] = process.argv;
  return main !== "" && (await textOf(`/proc/${pid}/cmdline`)).split("\0").includes(main);
}

async function nameOf(pid: number): Promise<string> {
  return (await textOf(`/proc/${pid}/comm`)).trim();
}

// What is gone meanwhile, or not ours to see, has nothing to tell.

function target(link: string): Promise<string> {
  return readlink(link).catch(() => "");
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
