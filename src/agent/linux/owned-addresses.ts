import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { replaceFile } from "../durable-file.ts";

const ownedSchema = z.array(z.strictObject({ address: z.string(), device: z.string() }));
export type OwnedAddress = z.infer<typeof ownedSchema>[number];

export type OwnedAddresses = {
  /** What an earlier run has left. */
  readonly left: readonly OwnedAddress[];
  /** On the disk, and synced, when this returns. */
  readonly add: (owned: OwnedAddress) => void;
  /** To be called when it is certainly gone; one that is written down and is not there does no harm. */
  readonly remove: (owned: OwnedAddress) => void;
};

/**
 * The addresses that this agent has put on the host, written down before each of them is there (LEASE rule 20): what is in no
 * such list was put there by somebody else, and is never touched. A file that cannot be read counts as empty: then what it
 * named goes with its lifetime, and stays behind the filter until then.
 */
export function openOwnedAddresses(file: string): OwnedAddresses {
  const left = read(file);
  const owned = new Map(left.map((one) => [one.address, one]));

  function write(): void {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    replaceFile(file, `${JSON.stringify([...owned.values()])}\n`);
  }

  return {
    left,
    add: (one) => {
      if (owned.get(one.address)?.device === one.device) return;
      owned.set(one.address, one);
      write();
    },
    remove: ({ address }) => {
      if (owned.delete(address)) write();
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
