import { readdir, readFile, readlink } from "node:fs/promises";
import { pidsOfHost } from "../../processes.ts";
import { isWithin } from "./mounts.ts";

/** A process that keeps a file system busy. */
export type User = {
  readonly pid: number;
  readonly name: string;
  /** This agent, its guard, or another of its program: it is not ended. */
  readonly isOurs: boolean;
};

/**
 * Who has a file below a mount point open, works there, or runs from there. Read from what /proc says of each process, where names
 * are text and no file system is asked; of another user's processes that takes CAP_SYS_PTRACE. Threads of the kernel have no files.
 */
export async function usersOf(mountPoint: string): Promise<User[]> {
  const found: User[] = [];
  for (const pid of pidsOfHost()) {
    if (pid === 1 || !(await holds(pid, mountPoint))) continue;
    found.push({ pid, name: await nameOf(pid), isOurs: pid === process.pid || (await isOfThisProgram(pid)) });
  }
  return found;
}

async function holds(pid: number, mountPoint: string): Promise<boolean> {
  const at = `/proc/${pid}`;
  for (const link of ["cwd", "root", "exe"]) if (isWithin(await target(`${at}/${link}`), mountPoint)) return true;
  for (const one of await namesIn(`${at}/fd`)) if (isWithin(await target(`${at}/fd/${one}`), mountPoint)) return true;
  const maps = await textOf(`${at}/maps`);
  return maps.includes(`${mountPoint}/`) && maps.split("\n").some((line) => isWithin(fileOf(line), mountPoint));
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
