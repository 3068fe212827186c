import { setTimeout as delay } from "node:timers/promises";
import type { Operation } from "../cluster/commands/operation.ts";
import { protocolLimits } from "../protocol/limits.ts";
import type { Ask } from "./api.ts";
import { CliError, exitCodes, isTooMuch } from "./errors.ts";
import type { Progress } from "./progress.ts";

/** How long `--wait` waits when it is not told, in seconds: PendingTimeout of a resource is three minutes. */
export const defaultPatienceS = 180;

/**
 * How long one question waits for the end, in milliseconds: below the limit, because a question whose object is lost
 * meanwhile waits for its whole time.
 */
const questionMs = Math.min(5_000, protocolLimits.waitMs);
/** How long it rests after a question that could not be asked, in milliseconds. */
const restMs = 500;

export type Wait = {
  readonly cluster: string;
  readonly operation: Operation;
  readonly patienceS: number;
  readonly progress: Progress;
};

/**
 * Resolves with the operation when it has come to its end, whichever. Rejects with `CliError` when it has not within the time
 * given; a control plane that is away for a moment ends no waiting.
 */
export async function waitForEnd(ask: Ask, { cluster, operation, patienceS, progress }: Wait): Promise<Operation> {
  const giveUpAt = performance.now() + patienceS * 1000;
  let now = operation;
  try {
    while (now.status.state === "Pending") {
      const leftMs = Math.ceil(giveUpAt - performance.now());
      if (leftMs <= 0) throw tookTooLong(operation, patienceS);
      now = (await look(ask, cluster, operation, Math.min(leftMs, questionMs))) ?? now;
    }
    return now;
  } finally {
    await progress.end();
  }
}

/** The operation as it is; null: ask again. */
async function look(ask: Ask, cluster: string, operation: Operation, waitMs: number): Promise<Operation | null> {
  try {
    return await ask((client) => client.getOperation(cluster, operation.id, waitMs));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (operation.kind === "destroy" && isGone(error)) return { ...operation, status: { state: "Completed", at: 0 } };
    if (error.exitCode !== exitCodes.unreachable && !isTooMuch(error)) throw error;
    await delay(Math.min(waitMs, restMs));
    return null;
  }
}

/** A cluster that was destroyed is forgotten, and what was asked of it with it. */
function isGone({ code }: CliError): boolean {
  return code === "cluster-not-found" || code === "cluster-not-defined" || code === "operation-not-found";
}

/** Throws `CliError` with the operation's own sentence unless it has come to what was asked for. */
export function mustBeCompleted({ id, kind, status }: Operation): void {
  if (status.state !== "Failed" && status.state !== "Cancelled") return;
  const title =
    status.state === "Failed" ? "What was asked for did not come about" : "What was asked for is called off";
  throw new CliError(`operation-${status.code}`, title, exitCodes.failed, {
    detail: `${kind}: ${status.sentence}`,
    hint: `See what happened: bridgehead events, bridgehead operation show ${id}`,
  });
}

function tookTooLong({ id, kind }: Operation, patienceS: number): CliError {
  return new CliError("wait-timeout", `It is not done after ${patienceS} s`, exitCodes.failed, {
    detail: `${kind}: it is still under way`,
    hint: `Wait on: bridgehead operation show ${id} --wait`,
  });
}
