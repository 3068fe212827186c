import type * as z from "zod";
import type { Problem } from "../cluster/events.ts";
import { protocolLimits } from "./limits.ts";

/** What a document is, or everything that is wrong with it. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a document by its schema. A problem names its path and never repeats the value that stands there. */
export function parse<T>(schema: z.ZodType<T>, document: unknown): Parsed<T> {
  const unreadable = unreadableAt(document, []);
  if (unreadable !== null) return { ok: false, problems: [unreadable] };
  const result = schema.safeParse(document);
  if (result.success) return { ok: true, value: result.data };
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, [], document));
  return { ok: false, problems: problems.slice(0, protocolLimits.problemsNamed) };
}

/** JSON Pointer, RFC 6901 section 3. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function problemsOf(issue: z.core.$ZodIssue, above: readonly PropertyKey[], document: unknown): Problem[] {
  const path = [...above, ...issue.path];
  const problem = (code: string, sentence: string): Problem => ({ path: jsonPointer(path), code, sentence });
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: jsonPointer([...path, key]),
        code: "unknown-key",
        sentence: "there is no such key here",
      }));
    case "invalid_key":
      return [problem("name-invalid", issue.issues[0]?.message ?? "this is not a name")];
    case "invalid_union": {
      const nearest = nearestBranch(issue.errors);
      if (nearest.length === 0) return [problem("wrong-value", "this is none of the kinds that there are")];
      return nearest.flatMap((inner) => problemsOf(inner, path, document));
    }
    case "invalid_type":
      return valueAt(document, path) === undefined
        ? [problem("required", "this is required")]
        : [problem("wrong-type", `must be ${withArticle(issue.expected)}`)];
    case "custom":
      return [problem(typeof issue.params?.code === "string" ? issue.params.code : "wrong-value", issue.message)];
    default:
      return [problem("wrong-value", issue.message)];
  }
}

/** Of several shapes that something might have had, the one that it got furthest into. */
function nearestBranch(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const reach = (issue: z.core.$ZodIssue): number => {
    const within = issue.code === "unrecognized_keys" ? 1 : 0;
    return 2 * (issue.path.length + within) + (issue.code === "invalid_type" ? 0 : 1);
  };
  // There may be more of them than a call takes arguments.
  const furthest = (issues: readonly z.core.$ZodIssue[]): number =>
    issues.reduce((most, issue) => Math.max(most, reach(issue)), 0);
  return branches.reduce((best, branch) => (furthest(branch) > furthest(best) ? branch : best), branches[0] ?? []);
}

function withArticle(noun: string): string {
  const word = noun === "record" ? "object" : noun === "int" ? "whole number" : noun;
  return `${/^[aeiou]/.test(word) ? "an" : "a"} ${word}`;
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  let value = document;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/**
 * What a schema would not see or could not bear: a record's schema passes over the key `__proto__`, and a document that is
 * nested without end would exhaust the stack.
 */
function unreadableAt(value: unknown, path: readonly PropertyKey[]): Problem | null {
  if (typeof value !== "object" || value === null) return null;
  if (path.length >= protocolLimits.depth) {
    return { path: jsonPointer(path), code: "too-deep", sentence: "nothing here is nested so deeply" };
  }
  for (const [key, inner] of Object.entries(value)) {
    const here = [...path, key];
    if (key === "__proto__") {
      return { path: jsonPointer(here), code: "unknown-key", sentence: "there is no such key here" };
    }
    const below = unreadableAt(inner, here);
    if (below !== null) return below;
  }
  return null;
}
