import { keyText, type ReservationKey } from "./reservation-key.ts";
import { type Seen, writeExclusive } from "./reservation.ts";

/** The words of sg_persist(8), of sg3_utils: what it is called with, and what it answers. */

/** `-n`: without an INQUIRY before. `-y`: a device that is not opened for writing is not looked at anew by udev afterwards. */
const reading = ["-n", "-y", "--in"];
const writing = ["-n", "--out"];
const type = `--prout-type=${writeExclusive}`;

export const readReservation = (device: string): string[] => [...reading, "--read-reservation", device];
export const readKeys = (device: string): string[] => [...reading, "--read-keys", device];
export const register = (device: string, key: ReservationKey): string[] => [
  ...writing,
  "--register-ignore",
  `--param-sark=${hex(key)}`,
  device,
];
export const reserve = (device: string, key: ReservationKey): string[] => [
  ...writing,
  "--reserve",
  `--param-rk=${hex(key)}`,
  type,
  device,
];
/** @param how with abort also what the disk has accepted of the other host and not done yet is not done any more */
export const preempt = (
  device: string,
  key: ReservationKey,
  other: ReservationKey,
  how: "preempt" | "preempt-abort",
): string[] => [...writing, `--${how}`, `--param-rk=${hex(key)}`, `--param-sark=${hex(other)}`, type, device];
export const release = (device: string, key: ReservationKey): string[] => [
  ...writing,
  "--release",
  `--param-rk=${hex(key)}`,
  type,
  device,
];
export const unregister = (device: string, key: ReservationKey): string[] => [
  ...writing,
  "--register",
  `--param-rk=${hex(key)}`,
  "--param-sark=0",
  device,
];

/**
 * What an exit code means. `again`: a unit attention was waiting, and the command was not executed. `conflict`: another host was
 * first, or the key is none any more. `cannot`: this disk has no persistent reservations. `refused`: not this command, or not so.
 * All else says nothing of the disk.
 */
export type Outcome = "done" | "again" | "conflict" | "cannot" | "refused" | "not-privileged" | "unknown";

/** Of sg3_utils(8), EXIT STATUS; 50 and more are an errno of Linux, added to 50. */
export function outcomeOf(exitCode: number): Outcome {
  switch (exitCode) {
    case 0:
      return "done";
    case 6:
      return "again";
    case 24:
      return "conflict";
    // A field of the command that the disk does not know.
    case 5:
      return "refused";
    case 9: // invalid operation code
    case 50 + 22: // EINVAL: a loop device
    case 50 + 25: // ENOTTY: virtio, a plain file, device mapper on one of those
    case 50 + 95: // EOPNOTSUPP
      return "cannot";
    case 50 + 1: // EPERM
    case 50 + 13: // EACCES
      return "not-privileged";
    default:
      return "unknown";
  }
}

const typeNames: readonly string[] = [
  "obsolete [0]",
  "Write Exclusive",
  "obsolete [2]",
  "Exclusive Access",
  "obsolete [4]",
  "Write Exclusive, registrants only",
  "Exclusive Access, registrants only",
  "Write Exclusive, all registrants",
  "Exclusive Access, all registrants",
];

/** Who holds it, as `--read-reservation` prints it; undefined when that cannot be read. */
export function holderIn(printed: string): Seen["holder"] | undefined {
  if (printed.includes("there is NO reservation held")) return null;
  const key = /^\s*Key=0x([0-9a-f]+)\s*$/im.exec(printed)?.[1];
  const name = /\btype: (.+?)\s*$/m.exec(printed)?.[1];
  if (key === undefined || name === undefined) return undefined;
  return { key: BigInt(`0x${key}`), type: typeNames.indexOf(name) };
}

/** The registrations, as `--read-keys` prints them; undefined when that cannot be read. */
export function keysIn(printed: string): ReservationKey[] | undefined {
  if (printed.includes("there are NO registered reservation keys")) return [];
  const count = /, (\d+) registered reservation keys? follows?:/.exec(printed)?.[1];
  const keys = [...printed.matchAll(/^\s*0x([0-9a-f]+)\s*$/gim)].map(([, key]) => BigInt(`0x${key}`));
  return count === undefined || Number(count) !== keys.length ? undefined : keys;
}

function hex(key: ReservationKey): string {
  return keyText(key).slice(2);
}
