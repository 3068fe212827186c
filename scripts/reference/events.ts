import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { groupBy } from "../../src/cluster/group-by.ts";
import { type JournalKind, journalKinds } from "../../src/cluster/journal.ts";
import { root } from "../tool.ts";
import { notesIn, type WrittenNote } from "./journal-notes.ts";
import { code, pageOf, plain, tableOf } from "./markdown.ts";
import { madeFrom, type MadePage } from "./page.ts";

const head = `# Events

${madeFrom("the places in `src/cluster` and `src/control-plane` that write the journal")}

The kinds of entries in a cluster's journal: \`bridgehead events --kind KIND\` shows them, and webhooks and \`GET …/events\` deliver them. A kind may be asked for by the part before
its dot. **MSCS** is the event id of Windows clustering, where one fits (9301 is one of the Exchange MTA). In a sentence \`{…}\` stands for what the case puts there: decide by
\`kind\` and \`details\`, for a sentence may be worded otherwise in any version.`;

export function eventsPage(): MadePage {
  const notes = groupBy(
    ["src/cluster", "src/control-plane"].flatMap((folder) => filesBelow(folder).flatMap(notesIn)),
    ({ kind }) => kind,
  );
  const faults = journalKinds
    .filter((kind) => (notes.get(kind) ?? []).every(({ sentences }) => sentences.length === 0))
    .map((kind) => `no place in the code was found that writes ${kind} with its sentence`);
  const families = [...groupBy(journalKinds, (kind) => kind.slice(0, kind.indexOf(".")))];
  const sections = families.map(([family, kinds]) => {
    const rows = kinds.map((kind) => rowOf(kind, notes.get(kind) ?? []));
    return `## ${family}\n\n${tableOf(["kind", "severity", "MSCS", "sentence"], rows)}`;
  });
  return { path: "docs/reference/events.md", text: pageOf([head, ...sections]), faults };
}

function rowOf(kind: JournalKind, notes: readonly WrittenNote[]): string[] {
  const all = <T>(of: (note: WrittenNote) => readonly T[]): T[] => [...new Set(notes.flatMap(of))];
  return [
    code(kind),
    all(({ severities }) => severities).join(", "),
    all(({ mscsIds }) => mscsIds).join(", "),
    all(({ sentences }) => sentences)
      .map(plain)
      .join("<br>"),
  ];
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .toSorted()
    .map((name) => readFileSync(join(root, folder, name), "utf8"));
}
