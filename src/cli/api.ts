import { createClient, type Client } from "../client/http-client.ts";
import type { Result, UnreachableReason } from "../client/result.ts";
import type { ProblemDetails } from "../protocol/problems.ts";
import { CliError, exitCodes } from "./errors.ts";
import { hintOf } from "./hints.ts";
import { wrapped } from "./output.ts";

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

/** Three parts: what happened, with its code; the places in what was sent; how to mend it. */
function refused(problem: ProblemDetails): CliError {
  const { code, title, detail, win32, problems = [] } = problem;
  const number = win32 === undefined ? "" : ` [${win32.name} ${win32.number}]`;
  const places = problems.map(({ path, sentence }) => wrapped(`  ${path || "(document)"}: ${sentence}`, 4));
  const hint = hintOf(code);
  const lines = [
    wrapped(`${title}: ${detail} (${code})${number}`, 2),
    ...places,
    ...(hint === null ? [] : [wrapped(hint, 2)]),
  ];
  return new CliError(code, lines.join("\n"), exitCodes.failed, problem);
}

function unreachable(url: string, reason: UnreachableReason): CliError {
  const why: Record<UnreachableReason, string> = {
    "no-connection": `The control plane at ${url} cannot be reached. Is it running? See --url and BRIDGEHEAD_URL.`,
    timeout: `The control plane at ${url} did not answer in time. What was asked may have been done; see: bridgehead events`,
    "not-this-api": `${url} answers, but not as a bridgehead control plane does. Is the URL right? See --url and BRIDGEHEAD_URL.`,
  };
  return new CliError(`unreachable-${reason}`, why[reason], exitCodes.unreachable);
}
