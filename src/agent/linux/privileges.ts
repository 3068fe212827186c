import { readFileSync } from "node:fs";

/** Bits of a set of capabilities (linux/capability.h), by the names of capabilities(7). */
export const capabilities = {
  netAdmin: "CAP_NET_ADMIN",
  netRaw: "CAP_NET_RAW",
  sysRawio: "CAP_SYS_RAWIO",
  sysAdmin: "CAP_SYS_ADMIN",
} as const;
export type Capability = (typeof capabilities)[keyof typeof capabilities];

const bits: Readonly<Record<Capability, bigint>> = {
  CAP_NET_ADMIN: 12n,
  CAP_NET_RAW: 13n,
  CAP_SYS_RAWIO: 17n,
  CAP_SYS_ADMIN: 21n,
};

/** Whom a process runs as, and what it may do: proc_pid_status(5). */
export type Privileges = {
  /** The effective user. */
  readonly uid: number;
  readonly capabilities: ReadonlySet<Capability>;
};

/** Of a process of this host; null when there is none, or /proc does not show it. */
export function privilegesOf(pid: number | "self"): Privileges | null {
  try {
    return readPrivileges(readFileSync(`/proc/${pid}/status`, "latin1"));
  } catch {
    return null;
  }
}

/** @param status the text of /proc/PID/status */
export function readPrivileges(status: string): Privileges | null {
  const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1];
  const effective = /^CapEff:\s+([0-9a-f]+)$/m.exec(status)?.[1];
  if (uid === undefined || effective === undefined) return null;
  const set = BigInt(`0x${effective}`);
  const has = Object.values(capabilities).filter((name) => ((set >> bits[name]) & 1n) === 1n);
  return { uid: Number(uid), capabilities: new Set(has) };
}
