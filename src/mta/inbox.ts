import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { type FileHandle, link, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { AssociationInput, Opened, SessionReferences } from "./association.ts";
import { isThere, put, syncFolder } from "./durable.ts";
import type { IncomingWork } from "./incoming.ts";
import { messageOf } from "./message-of.ts";
import { ProtocolFault } from "./octets.ts";
import { decodeMessage, maxMessageLength, nameOf } from "./p1.ts";
import type { ActivityLink } from "./session.ts";
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

export type Told = Extract<AssociationInput, { readonly type: "secured" | "stored" | "not-stored" }>;

/** What was cut off and never resumed is kept so many times over; the oldest goes first. */
const maxUnfinished = 256;

/** @param folder holds the messages, and beside them a folder of unfinished ones; both are made. @param stored told of each new message */
export function openInbox(folder: string, stored: (name: string, partner: string) => void = () => {}): Inbox {
  const unfinished = join(folder, "unfinished");
  /** Who writes an unfinished message, by its file: an association that hangs must not write on when the next one has resumed it. */
  const writers = new Map<string, () => Promise<void>>();
  mkdirSync(unfinished, { recursive: true });

  /** One file for what is known by these references, as long as it is under way. */
  const pathOf = (
    partner: string,
    { callingReference, commonReference }: SessionReferences,
    activity: Uint8Array,
  ): string => {
    const known = [partner, callingReference, commonReference, Buffer.from(activity).toString("hex")];
    return join(unfinished, createHash("sha256").update(known.join("\0")).digest("hex").slice(0, 32));
  };

  return {
    receiver: (partner, { connection, mode }) => {
      let file: FileHandle | null = null;
      /** All names of the file. */
      let names: readonly string[] = [];
      let length = 0;
      let last: Promise<unknown> = Promise.resolve();

      async function begin(activity: Uint8Array): Promise<null> {
        await makeRoom(unfinished);
        const path = pathOf(partner, connection, activity);
        file = await open(path, "w+");
        own([path]);
        length = 0;
        return null;
      }

      function own(paths: readonly string[]): void {
        names = paths;
        for (const path of paths) writers.set(path, close);
      }

      async function resume(activity: Uint8Array, old: ActivityLink): Promise<Told | null> {
        const before = pathOf(partner, old, old.activity);
        await writers.get(before)?.();
        const known = await readRecords(before);
        const point = known?.points.find(({ serial }) => serial === old.serial);
        if (point === undefined)
          return notStored("unrecognizedActivity", "the message that it would resume is not known");
        const now = pathOf(partner, connection, activity);
        // Under both names: which of them the sender resumes next depends on what it hears of this.
        if (now !== before) {
          await rm(now, { force: true });
          await link(before, now);
        }
        file = await open(before, "r+");
        await file.truncate(point.end);
        own([before, now]);
        length = point.length;
        return null;
      }

      async function append(octets: Uint8Array): Promise<void> {
        const { size } = await there().stat();
        await there().write(octets, 0, octets.length, size);
      }

      async function end(): Promise<Told> {
        const records = await readRecords(names[0] ?? "");
        const octets = mode.unwrap(records?.octets ?? new Uint8Array());
        const name = `${nameOf(decodeMessage(octets).identifier)}.p1`;
        const isNew = !(await isThere(join(folder, name)));
        if (isNew) await put(folder, name, octets);
        await close();
        for (const path of names) await rm(path, { force: true });
        if (isNew) stored(name, partner);
        return { type: "stored" };
      }

      function there(): FileHandle {
        if (file === null) throw new Error("the message is not under way here, or any more");
        return file;
      }

      async function close(): Promise<void> {
        const open = file;
        file = null;
        for (const path of names) if (writers.get(path) === close) writers.delete(path);
        await open?.close();
      }

      async function work(what: IncomingWork): Promise<Told | null> {
        switch (what.kind) {
          case "begin":
            return begin(what.activity);
          case "resume":
            return resume(what.activity, what.link);
          case "data":
            length += what.data.length;
            if (length > maxMessageLength)
              return notStored("invalidParameter", `it has over ${maxMessageLength} octets`);
            await append(recordOf({ kind: "data", data: what.data }));
            return null;
          case "secure":
            await append(recordOf({ kind: "point", serial: what.serial }));
            await there().datasync();
            await syncFolder(unfinished);
            return { type: "secured", serial: what.serial };
          case "end":
            return end();
        }
      }

      async function attempt(what: IncomingWork): Promise<Told | null> {
        try {
          return await work(what);
        } catch (error) {
          const isTheirs = error instanceof ProtocolFault;
          return notStored(isTheirs ? "invalidParameter" : "temporaryProblem", messageOf(error));
        }
      }

      const inTurn = <Result>(act: () => Promise<Result>): Promise<Result> => {
        const done = last.then(act);
        last = done.catch(() => {});
        return done;
      };
      return { take: (what) => inTurn(() => attempt(what)), end: () => inTurn(close) };
    },
  };
}

function notStored(reason: Extract<Told, { type: "not-stored" }>["reason"], detail: string): Told {
  return { type: "not-stored", reason, detail };
}

async function makeRoom(unfinished: string): Promise<void> {
  const names = await readdir(unfinished);
  if (names.length < maxUnfinished) return;
  const aged = await Promise.all(
    names.map(async (name) => ({ path: join(unfinished, name), at: (await stat(join(unfinished, name))).mtimeMs })),
  );
  for (const { path } of aged.toSorted((a, b) => a.at - b.at).slice(0, names.length - maxUnfinished + 1)) {
    await rm(path, { force: true });
  }
}
