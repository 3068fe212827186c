import type { Problem } from "../cluster/events.ts";
import type { Win32Error } from "../protocol/problems.ts";

/** How the command ends: 0 done, 1 refused or failed, 2 wrong usage, 3 the control plane cannot be reached. */
export const exitCodes = { done: 0, failed: 1, usage: 2, unreachable: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What stands beside the title of an error. */
export type ErrorParts = {
  /** This case of it: which one, where, how much. */
  readonly detail?: string;
  /** How to solve it, best with the command to run. */
  readonly hint?: string;
  readonly win32?: Win32Error;
  /** Each thing that is wrong with a document, with its place. */
  readonly problems?: readonly Problem[];
};

/** What a person is told: what happened, where, and how to solve it. Anything else that is thrown is a bug. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: string;
  readonly title: string;
  readonly exitCode: ExitCode;
  readonly parts: ErrorParts;

  constructor(code: string, title: string, exitCode: ExitCode = exitCodes.failed, parts: ErrorParts = {}) {
    super(messageFrom(title, parts));
    this.code = code;
    this.title = title;
    this.exitCode = exitCode;
    this.parts = parts;
  }
}

/** Too much is asked at the moment: it may be asked again. */
export function isTooMuch({ code }: CliError): boolean {
  return code === "too-many-waiters" || code === "rate-limited";
}

export function usageError(title: string, parts: ErrorParts = {}): CliError {
  return new CliError("usage", title, exitCodes.usage, parts);
}

/** One line for each problem, with its place: a JSON Pointer, or what stands for it. */
export function problemLines(problems: readonly Problem[]): string[] {
  return problems.map(({ path, sentence }) => `${path || "(document)"}: ${sentence}`);
}

export { codeOf } from "../mta/error-code.ts";
export { messageOf } from "../mta/message-of.ts";

function messageFrom(title: string, { detail, problems = [] }: ErrorParts): string {
  const first = detail === undefined ? title : `${title}: ${detail}`;
  return [first, ...problemLines(problems).map((line) => `  ${line}`)].join("\n");
}
