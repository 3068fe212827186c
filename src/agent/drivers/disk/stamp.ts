import { z } from "zod";

/** Who had the file system last, written in its root: what a disk without reservations, or with none yet, says of its owner. */
export const stampName = ".bridgehead-epoch";

const sectorLength = 512;

const stampSchema = z.object({ cluster: z.string(), group: z.string(), epoch: z.int(), node: z.string() });
export type Stamp = z.infer<typeof stampSchema>;

export type StampVerdict =
  | { readonly kind: "ours-to-write" }
  | {
      readonly kind: "refused";
      readonly code: "later-epoch" | "disk-of-another-group" | "stamp-damaged";
      readonly message: string;
    };

/** @param found what is in the file; null: there is none. @param file its path, for people */
export function judgeStamp(found: string | null, mine: Stamp, file: string): StampVerdict {
  if (found === null) return { kind: "ours-to-write" };
  const parsed = parse(found);
  if (parsed === null) {
    return refused("stamp-damaged", `${file} says no owner; if this disk is this group's, remove the file`);
  }
  const { cluster, group, epoch, node } = parsed;
  if (cluster !== mine.cluster || group !== mine.group) {
    const whose = `group ${group} of cluster ${cluster}`;
    return refused("disk-of-another-group", `${file} says that the disk is ${whose}; if it is not, remove the file`);
  }
  if (epoch > mine.epoch || (epoch === mine.epoch && node !== mine.node)) {
    const had = `epoch ${epoch} of this group had the disk, on ${node}, and this is epoch ${mine.epoch}`;
    return refused("later-epoch", `${had}; if the cluster was made anew since, remove ${file}`);
  }
  return { kind: "ours-to-write" };
}

/** Always as long, so that it can be written over: a disk takes a sector (512 octets) whole or not at all. */
export function stampText(stamp: Stamp): string {
  return `${JSON.stringify(stamp).padEnd(sectorLength - 1)}\n`;
}

function parse(text: string): Stamp | null {
  try {
    return stampSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function refused(code: Extract<StampVerdict, { kind: "refused" }>["code"], message: string): StampVerdict {
  return { kind: "refused", code, message };
}
