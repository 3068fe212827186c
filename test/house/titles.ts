import { programOf, type Source, withoutComments } from "./sources.ts";

/** One `test` or `it`. The title is null where it is not written as a literal. */
export type Title = { readonly path: string; readonly line: number; readonly title: string | null };

/** The titles of a test file, found by reading it as text: tolerant of everything between `test` and its title. */
export function titlesOf({ path, text }: Source): Title[] {
  const program = programOf(text);
  const literals = withoutComments(text);
  const calls = program.matchAll(/(?<![\w.$])(?:test|it)((?:\s*\.\s*\w+)*)(?=\s*(?:<[^()]*>)?\s*\()/g);
  return [...calls]
    .filter(([, chain = ""]) => !/\.\s*(?:before|after|extend|describe)/.test(chain))
    .map((call) => {
      const [all, chain = ""] = call;
      const open = program.indexOf("(", call.index + all.length);
      const isTable = /\.\s*(?:each|for|skipIf|runIf)\b/.test(chain);
      const start = isTable ? program.indexOf("(", closeOf(program, open)) : open;
      const line = program.slice(0, call.index).split("\n").length;
      return { path, line, title: literalAt(literals, start + 1) };
    });
}

/** Where the bracket that opens at `open` is closed, in a program whose literals are blanked. */
function closeOf(program: string, open: number): number {
  let depth = 0;
  for (let at = open; at < program.length; at += 1) {
    if (program[at] === "(") depth += 1;
    if (program[at] === ")") depth -= 1;
    if (depth === 0) return at;
  }
  return program.length;
}

function literalAt(program: string, start: number): string | null {
  const literal = /\s*(["'`])((?:(?!\1)[^\\]|\\[^])*)\1/y;
  literal.lastIndex = start;
  return literal.exec(program)?.[2] ?? null;
}

/** The rule that a title begins with, or null. */
export function ruleOf(title: string | null): string | null {
  return title === null ? null : (/^([A-Z]{2}\d+)\b/.exec(title)?.[1] ?? null);
}

/** The rules that a specification defines, in its order, repeated ones too. */
export function rulesOf(specification: string): string[] {
  return [...specification.matchAll(/\*\*([A-Z]{2}\d+)\*\*/g)].map((match) => match[1] ?? "");
}
