import { createClient, type Client } from "../client/http-client.ts";
import type { Result, UnreachableReason } from "../client/result.ts";
import type { ProblemDetails } from "../protocol/problems.ts";
import { CliError, exitCodes } from "./errors.ts";

/** Asks the control plane one thing. Rejects with `CliError`: exit code 3 where nobody answered. */
export type Ask = <T>(question: (client: Client) => Promise<Result<T>>) => Promise<T>;

export function createAsk(url: string, token: string): Ask {
  const client = createClient({ url, token });
  return async (question) => {
    const result = await question(client);
    if (result.ok) return result.value;
    throw result.kind === "refused" ? refused(result.problem) : unreachable(url, result.reason);
  };
}

function refused({ code, title, detail, win32, problems = [] }: ProblemDetails): CliError {
  const number = win32 === undefined ? "" : ` [${win32.name} ${win32.number}]`;
  const lines = problems.map(({ path, sentence }) => `  ${path || "(document)"}: ${sentence}`);
  return new CliError(code, [`${title}: ${detail} (${code})${number}`, ...lines].join("\n"));
}

function unreachable(url: string, reason: UnreachableReason): CliError {
  const why: Record<UnreachableReason, string> = {
    "no-connection": `The control plane at ${url} cannot be reached. Is it running? See --url and BRIDGEHEAD_URL.`,
    timeout: `The control plane at ${url} did not answer in time. What was asked may have been done; see: bridgehead events`,
    "not-this-api": `${url} answers, but not as a bridgehead control plane does. Is the URL right? See --url and BRIDGEHEAD_URL.`,
  };
  return new CliError(`unreachable-${reason}`, why[reason], exitCodes.unreachable);
}
