/**
 * The comments that stand right before the properties of an object literal, by the names of these. `opening` is the line on which
 * it begins; the formatter keeps its properties two blanks further in, and its end below its beginning.
 */
export function commentsOf(text: string, opening: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.trimStart().startsWith(opening));
  if (first < 0) return found;
  const indent = (lines[first] ?? "").search(/\S/);
  let comment: string | null = null;
  for (const line of lines.slice(first + 1)) {
    if (line.search(/\S/) === indent && line.trimStart().startsWith("}")) break;
    const depth = line.search(/\S/);
    if (comment !== null && !comment.endsWith("*/")) comment += ` ${line.trim().replace(/^\*(?!\/) ?/, "")}`;
    else if (depth === indent + 2 && line.trimStart().startsWith("/**")) comment = line.trim();
    else {
      const [, name] = /^"?([A-Za-z][\w -]*?)"?: /.exec(line.trimStart()) ?? [];
      if (depth === indent + 2 && name !== undefined && comment !== null) found.set(name, bare(comment));
      comment = null;
    }
  }
  return found;
}

function bare(comment: string): string {
  return comment
    .replace(/^\/\*\*\s*/, "")
    .replace(/\s*\*\/$/, "")
    .trim();
}
