import { randomBytes } from "node:crypto";
import { type FSWatcher, mkdirSync, watch } from "node:fs";
import { readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Opened } from "./association.ts";
import { put, remove, syncFolder } from "./durable.ts";
import { messageOf } from "./message-of.ts";
import type { Checkpoint, Transfer } from "./outgoing.ts";

/**
 * Messages that wait for one partner, a file each, oldest first by their names, and beside each how far its transfer has come: whoever has
 * this folder next goes on from there.
 */
export type Outbox = {
  /** The first that waits and that nobody has taken; null: there is none. Whoever is given it has it until `letGo`. */
  readonly first: () => Promise<Waiting | null>;
  /** How many wait, or are under way. */
  readonly count: () => Promise<number>;
  /** Resolves when there may be one that was not there before, when it has been looked for long enough, or when `signal` says so. */
  readonly changed: (signal: AbortSignal) => Promise<void>;
  readonly close: () => void;
};

export type Waiting = {
  /** Of its file, and of its message. */
  readonly name: string;
  readonly transfer: Transfer;
  /** It is transferred over this session, and secured up to here. */
  readonly secured: (over: Pick<Opened, "connection" | "mode">, checkpoint: Checkpoint) => Promise<void>;
  /** The partner has it. */
  readonly done: () => Promise<void>;
  /** The partner does not know what it has of it: it begins again. */
  readonly restart: () => Promise<void>;
  /** The partner will never take it: it is set aside, where nothing sends it. */
  readonly reject: () => Promise<void>;
  /** Nothing more is done with it for now: somebody else may take it, if it is still there. One that failed lets others go first. */
  readonly letGo: (hasFailed: boolean) => void;
};

const stateSchema = z.strictObject({
  activity: z.string().regex(/^(?:[0-9a-f]{2}){1,6}$/),
  callingReference: z.string(),
  commonReference: z.string(),
  mode: z.enum(["x410", "normal"]),
  serial: z.int().min(0),
  offset: z.int().min(0),
});

const messageEnding = ".p1";
const stateEnding = ".state";
/** A watch tells at once; a file system that has none is looked at as often as this, in milliseconds. */
const lookedEveryMs = 1_000;

/** @param folder holds the messages, made when it is not there. @param rejected where those go that a partner will never take */
export function openOutbox(folder: string, rejected: string): Outbox {
  for (const path of [folder, rejected]) mkdirSync(path, { recursive: true });
  const taken = new Set<string>();
  /** How often one has failed, in this run: one that its partner stumbles over must not keep all others waiting. */
  const failures = new Map<string, number>();
  const waiters = new Set<() => void>();
  const tellAll = (): void => {
    for (const tell of waiters) tell();
  };
  const watcher = watched(folder, tellAll);

  async function stateOf(name: string): Promise<z.infer<typeof stateSchema> | null> {
    try {
      return stateSchema.parse(JSON.parse(await readFile(join(folder, `${name}${stateEnding}`), "utf8")));
    } catch {
      // None, or none that says anything: then it begins.
      return null;
    }
  }

  async function waiting(name: string): Promise<Waiting> {
    const octets = await readFile(join(folder, name));
    const state = await stateOf(name);
    const activity = newActivity();
    return {
      name,
      transfer: {
        activity,
        octets,
        resume:
          state === null || state.offset >= octets.length
            ? null
            : {
                link: {
                  callingReference: state.callingReference,
                  commonReference: state.commonReference,
                  activity: Buffer.from(state.activity, "hex"),
                  serial: state.serial,
                },
                offset: state.offset,
                mode: state.mode,
              },
      },
      secured: ({ connection, mode }, { serial, offset }) => {
        const known = {
          activity: Buffer.from(activity).toString("hex"),
          ...connection,
          mode: mode.name,
          serial,
          offset,
        };
        return put(folder, `${name}${stateEnding}`, Buffer.from(JSON.stringify(known)));
      },
      done: async () => {
        await remove(folder, name);
        await remove(folder, `${name}${stateEnding}`);
      },
      restart: () => remove(folder, `${name}${stateEnding}`),
      reject: async () => {
        await rename(join(folder, name), join(rejected, name));
        await syncFolder(rejected);
        await remove(folder, `${name}${stateEnding}`);
      },
      letGo: (hasFailed) => {
        taken.delete(name);
        if (hasFailed) failures.set(name, (failures.get(name) ?? 0) + 1);
        else failures.delete(name);
        tellAll();
      },
    };
  }

  async function names(): Promise<string[]> {
    const all = await readdir(folder);
    return all.filter((name) => name.endsWith(messageEnding) && !name.startsWith(".")).toSorted();
  }

  return {
    first: async () => {
      const free = (await names()).filter((one) => !taken.has(one));
      for (const name of free.toSorted((a, b) => (failures.get(a) ?? 0) - (failures.get(b) ?? 0))) {
        // Somebody may have taken it, and be done with it, since the folder was read.
        if (taken.has(name)) continue;
        taken.add(name);
        try {
          return await waiting(name);
        } catch (error) {
          taken.delete(name);
          if (error instanceof Error && "code" in error && error.code === "ENOENT") continue;
          failures.set(name, (failures.get(name) ?? 0) + 1);
          throw new Error(`${name} cannot be read: ${messageOf(error)}`, { cause: error });
        }
      }
      return null;
    },
    count: async () => (await names()).length,
    changed: (signal) =>
      new Promise((resolve) => {
        const over = (): void => {
          clearTimeout(timer);
          waiters.delete(over);
          signal.removeEventListener("abort", over);
          resolve();
        };
        const timer = setTimeout(over, lookedEveryMs);
        waiters.add(over);
        signal.addEventListener("abort", over);
        if (signal.aborted) over();
      }),
    close: () => {
      watcher?.close();
      tellAll();
    },
  };
}

/** The encoding of a positive INTEGER of four octets: six in all, as many as an identifier of an activity may have. */
function newActivity(): Uint8Array {
  const value = randomBytes(4);
  value.writeUInt8((value.readUInt8() & 0x3f) | 0x40);
  return Uint8Array.of(2, value.length, ...value);
}

function watched(folder: string, changed: () => void): FSWatcher | null {
  try {
    return watch(folder, changed).on("error", () => {});
  } catch {
    return null;
  }
}
