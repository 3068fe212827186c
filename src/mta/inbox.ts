import { createHash, randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { AssociationInput, Opened, SessionReferences } from "./association.ts";
import { isThere, put, syncFolder } from "./durable.ts";
import { createRoom, removeLongUnfinished, removeOlder } from "./inbox-room.ts";
import type { IncomingWork } from "./incoming.ts";
import { messageOf } from "./message-of.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { ProtocolFault } from "./octets.ts";
import { decodeMessage, maxMessageLength, nameOf } from "./p1.ts";
import type { ActivityLink } from "./session-activities.ts";
import { readRecords, recordOf } from "./transfer-record.ts";

/**
 * Messages that partners have transferred, a file each, named by the identifier of its message: what comes twice is there once. What is
 * under way is kept as far as it is secured, so that a transfer that was cut off goes on from there.
 */
export type Inbox = {
  /** Whoever takes what comes over one association of this partner. */
  readonly receiver: (partner: string, opened: Pick<Opened, "connection" | "mode">) => Receiver;
};

export type Receiver = {
  /** Does one thing after the other. Resolves with what the association's machine is to be told; null: nothing. It never rejects. */
  readonly take: (work: IncomingWork) => Promise<Told | null>;
  /** Nothing more comes. */
  readonly end: () => Promise<void>;
};

export type Told = Extract<AssociationInput, { readonly type: "secured" | "stored" | "withdrawn" | "not-stored" }>;

/** For how long what was stored is known for stored, also when somebody has taken it: a sender that heard no answer comes again much sooner. */
const knownForMs = 7 * 24 * 60 * 60 * 1_000;

/**
 * @param folder holds the messages, and beside them folders for unfinished ones and for the names of those that were stored; these are made
 * @param stored told of each new message
 * @param hindered told why one could not be stored now
 */
export function openInbox(
  folder: string,
  stored: (name: string, partner: string) => void = () => {},
  hindered: (detail: string, partner: string) => void = () => {},
): Inbox {
  const unfinished = join(folder, "unfinished");
  const known = join(folder, "known");
  for (const path of [unfinished, known]) mkdirSync(path, { recursive: true });
  removeOlder(known, knownForMs);
  removeLongUnfinished(unfinished);
  /** Who writes an unfinished message, by the name of its file: an association that hangs must not write on when the next has resumed it. */
  const writers = new Map<string, () => Promise<void>>();
  const room = createRoom(unfinished, writers);

  /** One at a time: each has to find the files of those before. */
  const beginning = oneAtATime();

  return {
    receiver: (partner, { connection, mode }) => {
      let file: FileHandle | null = null;
      let name = "";
      /** Octets of the message, and of its file. */
      let length = 0;
      let end = 0;
      /** Something of it could not be written: what follows has no place. */
      let isHindered = false;

      async function begin(activity: Uint8Array): Promise<Told | null> {
        await letGo();
        return beginning(async () => {
          if (!(await room.forOneMore(`${hashOf(partner)}.`))) {
            return notStored("temporaryProblem", "too many messages are unfinished");
          }
          // A name of its own: identifiers of sessions and activities are unique only for whoever has chosen them.
          await room.making(() => take(nameFor(partner, [identityOf(connection, activity)]), "wx+"));
          await room.seen((await there().stat()).mtimeMs);
          return null;
        });
      }

      async function resume(activity: Uint8Array, old: ActivityLink): Promise<Told | null> {
        await letGo();
        // A session that names no other one means itself.
        const isOfThisSession = old.callingReference === "" && old.commonReference === "";
        const before = identityOf(isOfThisSession ? connection : old, old.activity);
        for (const candidate of await namesOf(unfinished, partner, before)) {
          await writers.get(candidate)?.();
          const records = await readRecords(join(unfinished, candidate));
          const point = records?.points.find(({ serial }) => serial === old.serial);
          if (point === undefined) continue;
          // Known under both from now on: which of them the sender names next depends on what it hears of this.
          const next = nameFor(partner, [identityOf(connection, activity), before]);
          await rename(join(unfinished, candidate), join(unfinished, next));
          await take(next, "r+");
          await there().truncate(point.end);
          length = point.length;
          end = point.end;
          return null;
        }
        return notStored("unrecognizedActivity", "the message that it would resume is not known");
      }

      async function take(next: string, flags: string): Promise<void> {
        file = await open(join(unfinished, next), flags);
        name = next;
        length = 0;
        end = 0;
        writers.set(name, letGo);
      }

      async function append(octets: Uint8Array): Promise<void> {
        for (let written = 0; written < octets.length;) {
          const [from, at] = [written, end];
          const { bytesWritten } = await room.making(() => there().write(octets, from, octets.length - from, at));
          written += bytesWritten;
          end += bytesWritten;
        }
      }

      async function finish(): Promise<Told> {
        const records = await readRecords(join(unfinished, name));
        if (records?.octets.length !== length)
          return notStored("temporaryProblem", "what was written of it is not there");
        const octets = mode.unwrap(records.octets);
        const digest = createHash("sha256").update(octets).digest("hex").slice(0, 16);
        // Copies of one message for different recipients share its identifier, and are not the same octets.
        const storedAs = `${nameOf(decodeMessage(octets).identifier)}+${digest}.p1`;
        const isNew = !(await isThere(join(folder, storedAs))) && !(await isThere(join(known, storedAs)));
        if (isNew) await room.making(() => put(folder, storedAs, octets));
        // Also what was there already may have been put there a moment ago, and not be on the disk.
        else await syncFolder(folder);
        await room.making(() => put(known, storedAs, new Uint8Array()));
        await drop();
        if (isNew) stored(storedAs, partner);
        return { type: "stored" };
      }

      function there(): FileHandle {
        if (file === null) throw new Error("the message is not under way here, or any more");
        return file;
      }

      async function letGo(): Promise<void> {
        const was = file;
        file = null;
        if (writers.get(name) === letGo) writers.delete(name);
        // Whoever withdraws the next one, which may not even have begun, must not drop this one.
        name = "";
        await was?.close();
      }

      async function drop(): Promise<void> {
        const dropped = name;
        await letGo();
        if (dropped !== "") await rm(join(unfinished, dropped), { force: true });
      }

      async function work(what: IncomingWork): Promise<Told | null> {
        switch (what.kind) {
          case "begin":
            return begin(what.activity);
          case "resume":
            return resume(what.activity, what.link);
          case "data":
            if (length + what.data.length > maxMessageLength) {
              throw new ProtocolFault("too-large", `a message over ${maxMessageLength} octets`);
            }
            await append(recordOf({ kind: "data", data: what.data }));
            length += what.data.length;
            return null;
          case "secure":
            await append(recordOf({ kind: "point", serial: what.serial }));
            await there().datasync();
            await syncFolder(unfinished);
            return { type: "secured", serial: what.serial };
          case "end":
            return finish();
          // What a disk refuses now changes nothing for the sender: what is secured is on it, and what is left of the rest is removed as the oldest.
          case "interrupt":
            await letGo().catch(() => {});
            return { type: "withdrawn" };
          case "discard":
            await drop().catch(() => {});
            return { type: "withdrawn" };
        }
      }

      async function attempt(what: IncomingWork): Promise<Told | null> {
        if (isHindered && isPart(what)) return null;
        const told = await work(what).catch(failed);
        isHindered = told?.type === "not-stored";
        if (told?.type === "not-stored" && told.reason === "temporaryProblem") hindered(told.detail, partner);
        return told;
      }

      async function failed(error: unknown): Promise<Told> {
        if (!(error instanceof ProtocolFault)) return notStored("temporaryProblem", messageOf(error));
        await drop().catch(() => {});
        return notStored("invalidParameter", error.message);
      }

      const inTurn = oneAtATime();
      return { take: (what) => inTurn(() => attempt(what)), end: () => inTurn(letGo) };
    },
  };
}

/** Of an MTA that keeps no messages. */
export const keepingNothing: Receiver = {
  take: async ({ kind }) => {
    if (kind === "begin" || kind === "resume") return notStored("temporaryProblem", "this MTA keeps no messages");
    return kind === "interrupt" || kind === "discard" ? { type: "withdrawn" } : null;
  },
  end: async () => {},
};

function isPart({ kind }: IncomingWork): boolean {
  return kind === "data" || kind === "secure" || kind === "end";
}

function notStored(reason: Extract<Told, { type: "not-stored" }>["reason"], detail: string): Told {
  return { type: "not-stored", reason, detail };
}

function hashOf(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);
}

function identityOf({ callingReference, commonReference }: SessionReferences, activity: Uint8Array): string {
  return hashOf(callingReference, commonReference, Buffer.from(activity).toString("hex"));
}

/** Of the file of an unfinished message: whose it is, by which sessions and activities it is known, and what tells it from all others. */
function nameFor(partner: string, identities: readonly string[]): string {
  return [hashOf(partner), ...identities, randomBytes(8).toString("hex")].join(".");
}

async function namesOf(unfinished: string, partner: string, identity: string): Promise<string[]> {
  const names = await readdir(unfinished);
  return names.filter((name) => {
    const [whose, ...identities] = name.split(".").slice(0, -1);
    return whose === hashOf(partner) && identities.includes(identity);
  });
}
