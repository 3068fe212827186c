import { isNode } from "yaml";
import { shownName } from "../cluster/shown-name.ts";
import { readYaml } from "../mta/read-yaml.ts";
import { CliError } from "./errors.ts";

export type YamlFile = {
  readonly value: unknown;
  /** Where something stands, for people: `line 7 (groups.Exchange.resources)`. What is missing stands at its parent. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
};

/** Parses YAML or JSON, and remembers where each value stands. Throws `CliError` `not-yaml` or `too-deep` with the line. */
export function parseYaml(text: string, file: string): YamlFile {
  const read = readYaml(text, file);
  if (!read.ok) throw new CliError(read.code, read.message);
  const { value, document, lines } = read;
  return {
    value,
    placeOf: (path) => {
      const shown = path.map((part) => shownName(String(part))).join(".") || "(document)";
      for (let length = path.length; length >= 0; length -= 1) {
        const node = document.getIn(path.slice(0, length), true);
        if (isNode(node) && node.range) return `line ${lines.linePos(node.range[0]).line} (${shown})`;
      }
      return shown;
    },
  };
}
