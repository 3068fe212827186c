import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import type { Seen } from "../cluster/messages.ts";
import { jsonOf } from "../protocol/json.ts";
import { replaceFile } from "./durable-file.ts";
import { messageOf } from "../mta/message-of.ts";
import { isMissing } from "../mta/error-code.ts";

/**
 * What an agent keeps on the node's disk over its own restarts (LEASE rule 12): the highest generation, revision and
 * epochs that it has seen. It is how a control plane that was rolled back is told so.
 */
export type DiskMemory = {
  readonly seen: Seen;
  /**
   * On the disk, and synced, when this returns. It blocks on purpose: no effect after it may happen before, and it is
   * written when an epoch, a revision or a generation is new, never in the steady state.
   */
  readonly write: (seen: Seen) => void;
};

export class MemoryError extends Error {
  override readonly name = "MemoryError";
  readonly code: "memory-damaged" | "memory-of-another" | "memory-unusable";

  /** @param cause what the system said, where it was asked: of who may not look nothing follows for the file */
  constructor(code: MemoryError["code"], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

const count = z.int().nonnegative();
const generationSchema = z.strictObject({ number: count, nonce: z.string() });
const revisionSchema = z.strictObject({ generation: count, n: count });
const seenSchema = z.strictObject({
  generation: generationSchema.nullable(),
  revision: revisionSchema.nullable(),
  epochs: z.record(z.string(), count),
}) satisfies z.ZodType<Seen>;
const fileSchema = z.strictObject({ version: z.literal(1), cluster: z.string(), node: z.string(), seen: seenSchema });

/** Whose memory it is: a folder that moves to another node or cluster would bring wrong epochs with it. */
export type MemoryOwner = { readonly cluster: string; readonly node: string };

const nothingSeen: Seen = { generation: null, revision: null, epochs: {} };

/** Opens the memory in `file`; without the file nothing was seen yet. Throws `MemoryError`. */
export function openMemory(file: string, owner: MemoryOwner): DiskMemory {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unusable(file, error);
  }
  return { seen: readMemory(file, owner), write: (seen) => writeDurably(file, { version: 1, ...owner, seen }) };
}

/** What `file` says was seen; nothing without the file. It changes nothing. Throws `MemoryError`. */
export function readMemory(file: string, owner: MemoryOwner): Seen {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return nothingSeen;
    throw unusable(file, error);
  }
  const parsed = fileSchema.safeParse(jsonOf(text));
  if (!parsed.success) {
    throw new MemoryError(
      "memory-damaged",
      `${file} is damaged: it should hold what this node has seen of its cluster. Remove it, and the agent starts as on a ` +
        "new node; that is safe unless the control plane's data was set back to an older copy since.",
    );
  }
  const { cluster, node, seen } = parsed.data;
  if (cluster === owner.cluster && node === owner.node) return seen;
  throw new MemoryError(
    "memory-of-another",
    `${file} belongs to node ${node} of cluster ${cluster}, not to ${owner.node} of ${owner.cluster}. ` +
      "Give each agent a state folder of its own, or remove the file.",
  );
}

function writeDurably(file: string, content: z.infer<typeof fileSchema>): void {
  try {
    replaceFile(file, `${JSON.stringify(content)}\n`);
  } catch (error) {
    throw unusable(file, error);
  }
}

function unusable(file: string, error: unknown): MemoryError {
  const why = messageOf(error);
  return new MemoryError("memory-unusable", `${file} cannot be used: ${why}`, error);
}
