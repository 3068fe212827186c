import type { Client } from "../client/http-client.ts";
import type { Result, UnreachableReason } from "../client/result.ts";
import type { ProblemDetails } from "../protocol/problems.ts";
import { CliError, exitCodes } from "./errors.ts";
import { hints } from "./hints.ts";

/** Asks the control plane one thing. Rejects with `CliError`: exit code 3 where nobody answered. */
export type Ask = <T>(question: (client: Client) => Promise<Result<T>>) => Promise<T>;

/**
 * The client is loaded with the first question: most of the time that a command takes to start would be its, and help and the
 * completion of verbs ask nothing.
 *
 * @param timeoutMs how long an answer may take; the client's own default when it is not given
 */
export function createAsk(url: string, token: string, timeoutMs?: number): Ask {
  let loading: Promise<Client> | null = null;
  const load = async (): Promise<Client> => {
    const { createClient } = await import("../client/http-client.ts");
    return createClient({ url, token, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  };
  return async (question) => {
    loading ??= load();
    const result = await question(await loading);
    if (result.ok) return result.value;
    throw result.kind === "refused" ? refused(result.problem) : unreachable(url, result.reason);
  };
}

function refused({ code, win32, problems, ...said }: ProblemDetails): CliError {
  const { title, detail } = { ...said, ...inOwnWords[code] };
  return new CliError(code, title, exitCodes.failed, {
    detail,
    hint: hints[code],
    ...(win32 === undefined ? {} : { win32 }),
    ...(problems === undefined ? {} : { problems }),
  });
}

/** The API tells a program which header or method to send; a person has given a token or a name, and runs commands. */
const inOwnWords: Readonly<
  Partial<Record<ProblemDetails["code"], { readonly title?: string; readonly detail: string }>>
> = {
  unauthorized: {
    title: "The token is not valid here",
    detail: "it is no token of this cluster, and not the admin token",
  },
  "cluster-not-found": { detail: "the control plane has none of this name" },
};

/** The code of the error where nothing was carried to the other side, or its answer was lost on the way. */
export const noConnection = "unreachable-no-connection";

function unreachable(url: string, reason: UnreachableReason): CliError {
  const { title, hint } = whyUnreachable[reason];
  return new CliError(`unreachable-${reason}`, title, exitCodes.unreachable, {
    detail: `it was asked at ${url}`,
    hint,
  });
}

const whyUnreachable: Readonly<Record<UnreachableReason, { readonly title: string; readonly hint: string }>> = {
  "no-connection": {
    title: "The control plane cannot be reached",
    hint: "Is it running (bridgehead serve)? Give its address with --url or BRIDGEHEAD_URL.",
  },
  timeout: {
    title: "The control plane did not answer in time",
    hint: "What was asked may have been done all the same; see: bridgehead events",
  },
  "not-this-api": {
    title: "Something answers, but not as a bridgehead control plane does",
    hint: "Is the address right? Give it with --url or BRIDGEHEAD_URL.",
  },
};
