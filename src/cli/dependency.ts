import { parseExpression } from "../cluster/definition/dependency-expression.ts";
import { usageError } from "./errors.ts";

/** A dependency expression from a command line; a text without brackets is the name of one resource. Throws `CliError`. */
export function readDependency(text: string): string {
  const expression = text === "" || text.includes("[") ? text : `[${text}]`;
  const parsed = parseExpression(expression);
  if (parsed.ok) return expression;
  throw usageError(`${text} is no dependency expression`, {
    detail: `at character ${parsed.at + 1}: ${parsed.sentence}`,
    hint: 'Names stand in brackets, with and, or and parentheses between them: "[Print IP] and [Print Disk]"',
  });
}
