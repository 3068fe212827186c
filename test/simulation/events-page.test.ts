import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { notesIn, type WrittenNote } from "../../scripts/reference/journal-notes.ts";
import { packageRoot } from "../../src/cli/package-files.ts";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import { simulate } from "./world.ts";

const folder = join(packageRoot, "src/cluster");
const notes: readonly WrittenNote[] = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .flatMap((name) => notesIn(readFileSync(join(folder, name), "utf8")));

/** Whether a place in the code that docs/reference/events.md is made from writes such an entry. */
function isWritten({ kind, severity, mscsId, sentence }: JournalEntry): boolean {
  return notes.some(
    (note) =>
      note.kind === kind &&
      note.severities.includes(severity) &&
      (mscsId === null ? note.mscsIds.length === 0 : note.mscsIds.includes(mscsId)) &&
      note.sentences.some((form) => patternOf(form).test(sentence)),
  );
}

/** `Node {node} is gone` as a pattern. */
function patternOf(form: string): RegExp {
  const literal = form.split(/\{[^}]*\}/).map((text) => text.replaceAll(/[.*+?^$()[\]\\|{}]/g, "\\$&"));
  return new RegExp(`^${literal.join("[^]*")}$`);
}

test(
  "DC1 what the page about events says of each kind is what a cluster under all faults writes",
  { timeout: 120_000 },
  () => {
    const entries = Array.from({ length: 60 }, (_, index) => simulate(index + 1, 6).journal).flat();
    const kinds = new Set(entries.map(({ kind }) => kind));
    expect(kinds.size).toBeGreaterThan(20);
    const others = entries.filter((entry) => !isWritten(entry));
    expect(others.map(({ kind, severity, mscsId, sentence }) => ({ kind, severity, mscsId, sentence }))).toEqual([]);
  },
);
