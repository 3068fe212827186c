import { randomBytes } from "node:crypto";
import { type FSWatcher, mkdirSync, watch } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Opened } from "./association.ts";
import { moveBeside, put, remove as removeFile, syncFolder } from "./durable.ts";
import { isMissing } from "./error-code.ts";
import { lookedEveryMs, MessageList } from "./message-list.ts";
import { messageOf } from "./message-of.ts";
import type { Checkpoint, Transfer } from "./outgoing.ts";
import { PartnerPause } from "./partner-pause.ts";
import { Retries } from "./retries.ts";

/**
 * Messages that wait for one partner, a file each, oldest first by their names, and beside each how far its transfer has come: whoever has
 * this folder next goes on from there.
 */
export type Outbox = {
  /**
   * The first that waits and that nobody has taken; null: there is none, or none whose time has come again. Whoever is given it has it until
   * `letGo`. Rejects with `UnreadableMessage` for one that cannot be read, which is given all the same.
   */
  readonly first: () => Promise<Waiting | null>;
  /** How many may be transferred now, or are under way: while a partner takes nothing, no others. */
  readonly count: () => Promise<number>;
  /** Resolves when there may be one that was not there before, when it has been looked for long enough, or when `signal` says so. */
  readonly changed: (signal: AbortSignal) => Promise<void>;
  readonly close: () => void;
};

/** A message in somebody's hands. */
export type Taken = {
  /** Of its file, and of its message. */
  readonly name: string;
  /** Since when it waits, as Unix time in milliseconds: its file was written then, whoever had the folder. */
  readonly sinceMs: () => Promise<number>;
  /** The partner does not know what it has of it: it begins again. */
  readonly restart: () => Promise<void>;
  /** It has failed, and not its association: counts that. True: so often, and for so long, that it may be given up. */
  readonly failedByItself: () => boolean;
  /** Its partner cannot take it now. While it takes none of several, none is given out, and then one at a time. */
  readonly putOff: () => void;
  /** It is set aside, where nothing sends it: the partner will never take it, or has not for too long. One that is there under its name stays. */
  readonly reject: () => Promise<void>;
  /** Nothing more is done with it for now: somebody else may take it, if it is still there. One that has failed waits, longer each time. */
  readonly letGo: (hasFailed: boolean) => void;
};

export type Waiting = Taken & {
  /** Null: the partner has it already, and only `done` is left to do. */
  readonly transfer: Transfer | null;
  /** It is transferred over this session, and secured up to here. */
  readonly secured: (over: Pick<Opened, "connection" | "mode">, checkpoint: Checkpoint) => Promise<void>;
  /** The partner has it, and its file is removed. Where that is refused, rejects, and gives it out again without its `transfer`. */
  readonly done: () => Promise<void>;
};

/** A message is there, and its file cannot be read. */
export class UnreadableMessage extends Error {
  override readonly name = "UnreadableMessage";
  readonly taken: Taken;

  constructor(taken: Taken, cause: unknown) {
    super(`it cannot be read: ${messageOf(cause)}`, { cause });
    this.taken = taken;
  }
}

const stateSchema = z.strictObject({
  activity: z.string().regex(/^(?:[0-9a-f]{2}){1,6}$/),
  callingReference: z.string(),
  commonReference: z.string(),
  mode: z.enum(["x410", "normal"]),
  serial: z.int().min(0),
  offset: z.int().min(0),
});

const stateEnding = ".state";

export type OutboxOptions = {
  /** Holds the messages. */
  readonly folder: string;
  /** Where those go that are set aside. Both folders are made where they are not there. */
  readonly rejected: string;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Removes a file for good, as the one of `durable.ts`. */
  readonly remove?: (folder: string, name: string) => Promise<void>;
};

export function openOutbox({ folder, rejected, now, remove = removeFile }: OutboxOptions): Outbox {
  for (const path of [folder, rejected]) mkdirSync(path, { recursive: true });
  const taken = new Set<string>();
  const retries = new Retries();
  const pause = new PartnerPause();
  /** What is transferred, and could not be removed yet, with what tells its file from another one of its name. */
  const transferred = new Map<string, string>();
  const list = new MessageList({ read: () => readdir(folder), now });
  const waiters = new Set<() => void>();
  const tellAll = (): void => {
    for (const tell of waiters) tell();
  };
  const watcher = watched(folder, (name) => {
    if (list.told(name)) tellAll();
  });

  function gone(name: string): void {
    list.forget(name);
    retries.forget(name);
    transferred.delete(name);
  }

  async function stateOf(name: string): Promise<z.infer<typeof stateSchema> | null> {
    try {
      return stateSchema.parse(JSON.parse(await readFile(join(folder, `${name}${stateEnding}`), "utf8")));
    } catch {
      // None, or none that says anything: then it begins.
      return null;
    }
  }

  function takenAs(name: string): Taken {
    return {
      name,
      sinceMs: async () => (await stat(join(folder, name))).mtimeMs,
      restart: () => remove(folder, `${name}${stateEnding}`),
      putOff: () => pause.putOff(name, now()),
      failedByItself: () => retries.failedByItself(name, now()),
      reject: async () => {
        await moveBeside(folder, name, rejected);
        gone(name);
        await syncFolder(rejected);
        await remove(folder, `${name}${stateEnding}`);
      },
      letGo: (hasFailed) => {
        taken.delete(name);
        pause.letGo(name);
        if (hasFailed) retries.failed(name, now());
        tellAll();
      },
    };
  }

  async function waiting(name: string): Promise<Waiting> {
    const { ino, mtimeMs } = await stat(join(folder, name));
    const identity = `${ino} ${mtimeMs}`;
    const done = async (): Promise<void> => {
      transferred.set(name, identity);
      pause.taken();
      await remove(folder, name);
      await remove(folder, `${name}${stateEnding}`);
      gone(name);
    };
    if (transferred.get(name) === identity) {
      return { ...takenAs(name), transfer: null, secured: async () => {}, done };
    }
    transferred.delete(name);
    const octets = await readFile(join(folder, name));
    const state = await stateOf(name);
    const activity = newActivity();
    return {
      ...takenAs(name),
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
      done,
    };
  }

  /** One that has not failed goes before one that has, and that before one that has failed more often; null: all have to wait. */
  function nextName(): string | null {
    const nowMs = now();
    if (pause.holds(nowMs)) return null;
    let next: string | null = null;
    for (const name of list.listed()) {
      if (taken.has(name) || !retries.isDue(name, nowMs)) continue;
      if (retries.countOf(name) === 0) return name;
      if (next === null || retries.countOf(name) < retries.countOf(next)) next = name;
    }
    return next;
  }

  async function refreshed(): Promise<boolean> {
    const wasRead = await list.refresh();
    if (wasRead) {
      retries.keepOnly(list.known);
      for (const name of transferred.keys()) if (!list.known.has(name)) transferred.delete(name);
    }
    return wasRead;
  }

  async function firstListed(): Promise<Waiting | null> {
    for (let name = nextName(); name !== null; name = nextName()) {
      taken.add(name);
      pause.tries(name);
      try {
        return await waiting(name);
      } catch (error) {
        if (!isMissing(error)) throw new UnreadableMessage(takenAs(name), error);
        // Somebody has taken it since the folder was read, and is done with it.
        taken.delete(name);
        pause.letGo(name);
        gone(name);
      }
    }
    return null;
  }

  return {
    first: async () => {
      const wasRead = await refreshed();
      const listed = await firstListed();
      if (listed !== null || wasRead) return listed;
      // All are used up or have to wait, and another one may have come that no watch has told of.
      await list.reread();
      return firstListed();
    },
    count: async () => {
      await refreshed();
      const nowMs = now();
      const isPaused = pause.holds(nowMs);
      return [...list.listed()].filter((name) => taken.has(name) || (!isPaused && retries.isDue(name, nowMs))).length;
    },
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

function watched(folder: string, changed: (name: string | null) => void): FSWatcher | null {
  try {
    return watch(folder, (_, name) => changed(name)).on("error", () => {});
  } catch {
    return null;
  }
}
