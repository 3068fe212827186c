import { type CliError, problemLines } from "./errors.ts";
import type { OutputFormat } from "./output.ts";
import { wrap } from "./text.ts";

/** An error as it is printed on standard error: for people in three parts, for programs as JSON. */
export function errorReport(error: CliError, output: OutputFormat): string {
  return output === "json" ? errorJson(error) : errorText(error);
}

function errorText({ code, title, exitCode, parts }: CliError): string {
  const { detail, hint, win32, problems = [] } = parts;
  const number = win32 === undefined ? "" : `, ${win32.name} ${win32.number}`;
  // Of a wrong usage the sentence says all; a code is for what may happen to a script as well.
  const codes = exitCode === 2 ? "" : ` (${code}${number})`;
  return [
    ...wrap(`bridgehead: ${title}${detail === undefined ? codes : ""}`),
    ...(detail === undefined ? [] : wrap(`${detail}${codes}`, "  ")),
    ...problemLines(problems).flatMap((line) => wrap(line, "  ")),
    ...(hint === undefined ? [] : wrap(hint, "  ")),
  ].join("\n");
}

function errorJson({ code, title, parts }: CliError): string {
  const { detail = null, hint = null, win32, problems } = parts;
  return JSON.stringify({
    code,
    title,
    detail,
    hint,
    ...(win32 === undefined ? {} : { win32 }),
    ...(problems === undefined ? {} : { problems }),
  });
}
