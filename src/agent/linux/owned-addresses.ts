import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { replaceFile } from "../durable-file.ts";

const ownedSchema = z.array(z.strictObject({ address: z.string(), device: z.string() }));
export type OwnedAddress = z.infer<typeof ownedSchema>[number];

export type OwnedAddresses = {
  /** What earlier runs have put there at one time or another. */
  readonly known: readonly OwnedAddress[];
  /** On the disk, and synced, when this returns. */
  readonly add: (owned: OwnedAddress) => void;
};

/** More than a node ever owns; beyond, the oldest are forgotten. */
const mostKnown = 1_000;

/**
 * The addresses that this agent has ever put on the host, written down before each of them is there for the first time (LEASE
 * rule 20): what is in no such list was put there by somebody else, and is never touched. One stays in it when it has gone, so
 * that taking it again needs no disk. A file that cannot be read counts as empty: then what it named goes with its lifetime.
 */
export function openOwnedAddresses(file: string): OwnedAddresses {
  const known = read(file);
  const owned = new Map(known.map((one) => [`${one.address} ${one.device}`, one]));
  return {
    known,
    add: (one) => {
      const key = `${one.address} ${one.device}`;
      const isWrittenDown = owned.has(key);
      // The one that was taken last is the last to be forgotten.
      owned.delete(key);
      owned.set(key, one);
      if (isWrittenDown) return;
      for (const oldest of [...owned.keys()].slice(0, -mostKnown)) owned.delete(oldest);
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      replaceFile(file, `${JSON.stringify([...owned.values()])}\n`);
    },
  };
}

function read(file: string): OwnedAddress[] {
  try {
    return ownedSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return [];
  }
}
