import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { type AssignedResource, type HoldRef, holdId } from "../cluster/messages.ts";
import { messageOf } from "../mta/message-of.ts";
import { assignedResourceSchema, holdRefSchema } from "../protocol/session.ts";
import { replaceFile } from "./durable-file.ts";
import { MemoryError } from "./memory.ts";
import { isMissing } from "../mta/error-code.ts";

/** A resource that was begun on this host, and of which only its own program knows how it is taken away. */
export type Remain = {
  readonly hold: HoldRef;
  readonly name: string;
  readonly spec: AssignedResource;
  /** All resources of its group, as they were then. */
  readonly group: Readonly<Record<string, AssignedResource>>;
};

const remainsSchema = z.array(
  z.strictObject({
    hold: holdRefSchema,
    name: z.string(),
    spec: assignedResourceSchema,
    group: z.record(z.string(), assignedResourceSchema),
  }),
) satisfies z.ZodType<Remain[]>;

/** `boot`: that of the host in which they were begun; null where it does not say. A list alone is what earlier versions wrote. */
const fileSchema = z.union([
  z.strictObject({ boot: z.string().nullable(), remains: remainsSchema }),
  remainsSchema.transform((remains) => ({ boot: null, remains })),
]);

export type Remains = {
  /** What earlier runs have begun, and have not taken away: they were killed. In the order in which it was begun. */
  readonly left: readonly Remain[];
  /** To be called before it is begun. On the disk, and synced, when this returns. */
  readonly add: (remain: Remain) => void;
  /** To be called when it is certainly gone. */
  readonly remove: (remain: Pick<Remain, "hold" | "name">) => void;
};

/**
 * Written down like the addresses that are put on the host (LEASE rule 20), and for the same reason: a run that begins has to take
 * away what an earlier one has left. What was begun before the host was booted is over with that. Throws `MemoryError` when the file is there and cannot be read: what it names may be running.
 */
export function openRemains(file: string, boot = bootNow()): Remains {
  const left = readRemains(file, boot);
  const remains = new Map(left.map((remain) => [keyOf(remain), remain]));

  function write(all: readonly Remain[]): void {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    replaceFile(file, `${JSON.stringify({ boot, remains: all })}\n`);
  }

  return {
    left,
    add: (remain) => {
      // What was begun last may stand on what was begun before.
      remains.delete(keyOf(remain));
      remains.set(keyOf(remain), remain);
      write([...remains.values()]);
    },
    remove: (remain) => {
      const key = keyOf(remain);
      if (!remains.has(key)) return;
      // What could not be written is still known here, and is removed with the next try.
      write([...remains].filter(([one]) => one !== key).map(([, other]) => other));
      remains.delete(key);
    },
  };
}

/** What `file` names of this boot of the host; nothing without the file. It changes nothing. Throws `MemoryError`. */
export function readRemains(file: string, boot = bootNow()): Remain[] {
  try {
    const read = fileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    return read.boot !== null && boot !== null && read.boot !== boot ? [] : read.remains;
  } catch (error) {
    if (isMissing(error)) return [];
    const mend = "see that no resource of this node's groups still runs, and remove the file";
    throw new MemoryError("memory-damaged", `${file} cannot be read (${messageOf(error)}): ${mend}`, error);
  }
}

/** random(4); null where the host does not say. */
function bootNow(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim() || null;
  } catch {
    return null;
  }
}

function keyOf({ hold, name }: Pick<Remain, "hold" | "name">): string {
  return `${holdId(hold)} ${name}`;
}
