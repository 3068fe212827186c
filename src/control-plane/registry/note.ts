import type { JournalNote } from "../../cluster/journal.ts";
import type { RegistryCommand } from "../../protocol/registry.ts";
import { deepestOver } from "./path.ts";
import type { Applied } from "./write.ts";

/** Characters of a key or a name that a sentence shows; the details have the whole. */
const shownLength = 80;

/**
 * What the journal tells of one request: the deepest key over all that it changed, and the value's name when it was one
 * command on one value. What now stands there is not told: it is read anew.
 */
export function noteOf(
  commands: readonly RegistryCommand[],
  { keys, values, touched, revision }: Applied,
): Omit<JournalNote, "actor"> {
  const key = deepestOver(touched);
  const [only, another] = commands;
  const value = only !== undefined && another === undefined && "name" in only ? only.name : null;
  return {
    kind: "registry.changed",
    sentence: `The registry was changed at ${shown(key)}: ${counted(keys, "key")}, ${counted(values, "value")}.`,
    details: { key, value, keys, values, revision },
  };
}

function shown(key: string): string {
  if (key === "") return "its root";
  return key.length > shownLength ? `${key.slice(0, shownLength - 1)}…` : key;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
