import { isNode, LineCounter, parseDocument } from "yaml";
import { CliError } from "./errors.ts";

export type YamlFile = {
  readonly value: unknown;
  /** Where something stands, for people: `line 7 (groups.Exchange.resources)`. What is missing stands at its parent. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
};

/** Parses YAML or JSON, and remembers where each value stands. Throws `CliError` `not-yaml` with the line. */
export function parseYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: "error",
  });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw new CliError("not-yaml", `${file}, line ${line}, column ${col}: ${fault.message}`);
  }
  return {
    value: aliasesResolved(() => document.toJS({ maxAliasCount: 100 }), file),
    placeOf: (path) => {
      const shown = path.map(String).join(".") || "(document)";
      for (let length = path.length; length >= 0; length -= 1) {
        const node = document.getIn(path.slice(0, length), true);
        if (isNode(node) && node.range) return `line ${lines.linePos(node.range[0]).line} (${shown})`;
      }
      return shown;
    },
  };
}

/** A document of aliases of aliases can stand for more than fits into memory; the parser refuses to write it out. */
function aliasesResolved(convert: () => unknown, file: string): unknown {
  try {
    return convert();
  } catch (error) {
    if (error instanceof ReferenceError) throw new CliError("not-yaml", `${file}: ${error.message}`);
    throw error;
  }
}
