import { alternativesOf, type Dependency } from "./dependencies.ts";

/**
 * Dependency expressions as the cluster API writes them (SetClusterResourceDependencyExpression): names in brackets, `and`,
 * `or`, and parentheses; `and` binds closer. `([IP A] or [IP B]) and [Disk]`
 */
export type ParsedExpression =
  | { readonly ok: true; readonly dependsOn: readonly Dependency[] }
  | { readonly ok: false; readonly at: number; readonly sentence: string };

/** An OR of many ANDs grows when it is written as an AND of ORs; more than this is nobody's dependency. */
const mostClauses = 64;
/** Parentheses within parentheses. */
const deepest = 32;

type Token = { readonly kind: "name" | "and" | "or" | "(" | ")"; readonly text: string; readonly at: number };
/** Every inner list is a choice; all of the outer list is needed. */
type Clauses = readonly (readonly string[])[];

class Fault extends Error {
  readonly at: number;
  constructor(at: number, sentence: string) {
    super(sentence);
    this.at = at;
  }
}

/** `at` of a fault is the place in the text, counted from 0. An empty text is no dependency. */
export function parseExpression(text: string): ParsedExpression {
  try {
    const tokens = tokensOf(text);
    if (tokens.length === 0) return { ok: true, dependsOn: [] };
    const reader = { tokens, next: 0, depth: 0, length: text.length };
    const clauses = readOr(reader);
    const left = reader.tokens[reader.next];
    if (left !== undefined) throw new Fault(left.at, `"${left.kind}" is not expected here`);
    return { ok: true, dependsOn: simplified(clauses) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ok: false, at: error.at, sentence: error.message };
  }
}

/** The same, written out: what `parseExpression` reads back as these dependencies. */
export function expressionOf(dependsOn: readonly Dependency[]): string {
  const several = dependsOn.length > 1;
  return dependsOn
    .map((dependency) => {
      const names = alternativesOf(dependency).map((name) => `[${name}]`);
      return several && names.length > 1 ? `(${names.join(" or ")})` : names.join(" or ");
    })
    .join(" and ");
}

type Reader = { readonly tokens: readonly Token[]; next: number; depth: number; readonly length: number };

function readOr(reader: Reader): Clauses {
  let clauses = readAnd(reader);
  while (taken(reader, "or")) {
    const right = readAnd(reader);
    // Distributed: one of the left AND one of the right, for every pair.
    clauses = bounded(
      reader,
      clauses.flatMap((one) => right.map((other) => [...one, ...other])),
    );
  }
  return clauses;
}

function readAnd(reader: Reader): Clauses {
  let clauses = readOne(reader);
  while (taken(reader, "and")) clauses = bounded(reader, [...clauses, ...readOne(reader)]);
  return clauses;
}

function readOne(reader: Reader): Clauses {
  const token = reader.tokens[reader.next];
  if (token === undefined) throw new Fault(reader.length, "a name in brackets is expected at the end");
  reader.next += 1;
  if (token.kind === "name") return [[token.text]];
  if (token.kind !== "(") throw new Fault(token.at, `a name in brackets is expected, not "${token.kind}"`);
  reader.depth += 1;
  if (reader.depth > deepest) throw new Fault(token.at, `more than ${deepest} parentheses stand within each other`);
  const inner = readOr(reader);
  reader.depth -= 1;
  if (!taken(reader, ")"))
    throw new Fault(reader.tokens[reader.next]?.at ?? reader.length, "a parenthesis is not closed");
  return inner;
}

function taken(reader: Reader, kind: Token["kind"]): boolean {
  if (reader.tokens[reader.next]?.kind !== kind) return false;
  reader.next += 1;
  return true;
}

function bounded(reader: Reader, clauses: Clauses): Clauses {
  if (clauses.length <= mostClauses) return clauses;
  throw new Fault(reader.tokens[reader.next - 1]?.at ?? 0, "this expression is too large");
}

/** Without what follows from the rest: a choice that holds all names of another one asks for nothing more. */
function simplified(clauses: Clauses): readonly Dependency[] {
  const sets = clauses.map((names) => [...new Set(names)]);
  const needed = sets.filter(
    (names, index) =>
      !sets.some((other, place) => {
        const narrower = other.length < names.length || (other.length === names.length && place < index);
        return narrower && other.every((name) => names.includes(name));
      }),
  );
  return needed.map(([only, ...more]) => (only !== undefined && more.length === 0 ? only : [only ?? "", ...more]));
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s+|\[([^[\]]*)\]|\(|\)|\b(?:and|or)\b/giy;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) throw new Fault(at, "names stand in brackets, with and, or and parentheses between them");
    const [token, name] = match;
    if (name?.trim() === "") throw new Fault(at, "a name is missing in the brackets");
    if (name !== undefined) tokens.push({ kind: "name", text: name.trim(), at });
    else if (token === "(" || token === ")") tokens.push({ kind: token, text: token, at });
    else if (/\S/.test(token)) tokens.push({ kind: token.toLowerCase() === "and" ? "and" : "or", text: token, at });
  }
  return tokens;
}
