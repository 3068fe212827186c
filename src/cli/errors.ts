import type { ProblemDetails } from "../protocol/problems.ts";

/** How the command ends: 0 done, 1 refused or failed, 2 wrong usage, 3 the control plane cannot be reached. */
export const exitCodes = { done: 0, failed: 1, usage: 2, unreachable: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a person is told: what, where, and how to mend it. Anything else that is thrown is a bug. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: string;
  readonly exitCode: ExitCode;
  /** The refusal of the control plane, where it is one. */
  readonly problem: ProblemDetails | null;

  constructor(
    code: string,
    message: string,
    exitCode: ExitCode = exitCodes.failed,
    problem: ProblemDetails | null = null,
  ) {
    super(message);
    this.code = code;
    this.exitCode = exitCode;
    this.problem = problem;
  }
}

export function usageError(message: string): CliError {
  return new CliError("usage", message, exitCodes.usage);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of an error of Node (`ENOENT`, `EADDRINUSE`), or of one of ours; null when it has none. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
