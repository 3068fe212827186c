import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
} from "node:fs";
import { createConnection } from "node:net";
import { delimiter, join, resolve } from "node:path";
import { systemctl } from "../../agent/drivers/systemctl.ts";
import { whyNoFilter } from "../../agent/linux/filter.ts";
import { createIp, hostAddresses, type HostAddress, whyNoIp } from "../../agent/linux/ip.ts";
import { type Privileges, privilegesOf } from "../../agent/linux/privileges.ts";
import { whyNoDestroying } from "../../agent/linux/sockets.ts";
import { pidsOfHost } from "../../agent/processes.ts";
import { codeOf } from "../errors.ts";
import { agentUnitName } from "../systemd-units.ts";
import { once } from "./check.ts";
import type { InPlace } from "./judge/definition.ts";
import type { SocketAnswer, SocketPlace } from "./judge/fences.ts";
import { type ProgramPlace, type Tried, triedFor, type Whose } from "./judge/host.ts";
import type { Inode } from "./judge/state.ts";

/** What a host is asked for, each thing once. Nothing of it changes the host. */
export type HostFacts = ReturnType<typeof hostFacts>;

/** @param agentSocket where the agent listens; null: not known */
export function hostFacts(agentSocket: () => string | null) {
  const mine = once(() => privilegesOf("self"));
  const agent = once(() => findAgent(agentSocket()));
  const whose = once(async (): Promise<Whose> => {
    const found = await agent();
    if (found !== null) return { who: "agent", privileges: found };
    return { who: "this user", privileges: mine() ?? { uid: process.getuid?.() ?? 0, capabilities: new Set() } };
  });
  const triedOnce = (name: string, whyNot: () => Promise<string | null>) =>
    once(async (): Promise<Tried> =>
      triedFor(await whyNot(), mine(), await whose(), { name, place: findProgram(name) }),
    );
  return {
    /** Of the agent's process; null where none is seen. */
    agent,
    whose,
    filter: triedOnce("nft", whyNoFilter),
    endingSockets: triedOnce("ss", whyNoDestroying),
    ip: once(askIp),
    hasSystemd: once(() => existsSync("/run/systemd/system")),
  };
}

async function askIp(): Promise<{ readonly why: string | null; readonly present: readonly HostAddress[] }> {
  const ip = createIp();
  try {
    const why = await whyNoIp(ip);
    return { why, present: why === null ? await hostAddresses(ip) : [] };
  } finally {
    await ip.end();
  }
}

/** Where Debian and others have what an administrator runs. */
const systemFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

export function findProgram(name: string): ProgramPlace {
  const inPath = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const folder of [...inPath, ...systemFolders]) {
    const path = join(folder, name);
    if (isExecutable(path)) return { path, isInPath: inPath.includes(folder) };
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export function inodeOf(path: string): Inode {
  try {
    const stat = statSync(path);
    return { kind: "there", isFolder: stat.isDirectory(), mode: stat.mode, uid: stat.uid };
  } catch (error) {
    return { kind: isForbidden(error) ? "forbidden" : "absent" };
  }
}

export function socketAt(path: string): SocketPlace {
  try {
    const { gid, mode } = statSync(path);
    return { kind: "there", group: gid, mode };
  } catch (error) {
    return { kind: isForbidden(error) ? "forbidden" : "absent" };
  }
}

/** Who asks may not: of what was asked for nothing follows. */
export function isForbidden(error: unknown): boolean {
  const code = codeOf(error);
  return code === "EACCES" || code === "EPERM";
}

/** What is at a path of a disk. A link is not followed: what it leads to may never answer. */
export function inPlace(path: string): InPlace {
  try {
    return lstatSync(path).isDirectory() ? "folder" : "other";
  } catch (error) {
    return codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR" ? "absent" : "not-known";
  }
}

/** The first line of a file of /proc or /sys; null where there is none. */
export function settingOf(path: string): string | null {
  try {
    return readFileSync(path, "latin1").trim();
  } catch {
    return null;
  }
}

/** Asks at a unix socket. @param question null: that it is listened at is answer enough */
export function askSocket(path: string, question: string | null, signal: AbortSignal): Promise<SocketAnswer> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const end = (answer: SocketAnswer): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(answerMs, () => end("silent"));
    signal.addEventListener("abort", () => end("silent"), { once: true });
    socket.once("error", (error) => end(isForbidden(error) ? "forbidden" : "nobody"));
    socket.once("connect", () => (question === null ? end("answers") : socket.write(question)));
    socket.once("data", () => end("answers"));
    socket.once("end", () => end("silent"));
  });
}

/** An agent answers within a millisecond, and a host may have other things to do. */
const answerMs = 1_000;

/** The agent's process: the one that listens at its socket, or that of its unit. */
async function findAgent(socket: string | null): Promise<Privileges | null> {
  const listening = socket === null ? null : listenerAt(socket);
  const pid = listening ?? (existsSync("/run/systemd/system") ? await mainPid() : null);
  return pid === null ? null : privilegesOf(pid);
}

async function mainPid(): Promise<number | null> {
  const asked = ["show", "--property=MainPID", "--value", agentUnitName];
  const told = await systemctl(asked, AbortSignal.timeout(answerMs)).catch(() => null);
  const pid = Number(told?.stdout.trim());
  return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
}

/** SO_ACCEPTCON in the fourth column of /proc/net/unix: proc(5). */
const accepting = "00010000";

function listenerAt(socket: string): number | null {
  const line = (settingOf("/proc/net/unix") ?? "").split("\n").find((one) => {
    const [, , , flags, , , , ...path] = one.trim().split(/ +/);
    return flags === accepting && resolve(path.join(" ")) === resolve(socket);
  });
  const inode = line?.trim().split(/ +/)[6];
  if (inode === undefined) return null;
  return pidsOfHost().find((pid) => descriptorsOf(pid).includes(`socket:[${inode}]`)) ?? null;
}

/** Of a process that is somebody else's only root sees them. */
function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}
