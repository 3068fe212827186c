import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import type { RemovalOptions } from "../client/change-options.ts";
import type { Client } from "../client/http-client.ts";
import type { Result } from "../client/result.ts";
import type { Accepted, Defined } from "../protocol/changes.ts";
import type { Ask } from "./api.ts";
import { paintFor } from "./colour.ts";
import { confirm } from "./confirm.ts";
import { contextOf, type Context } from "./context.ts";
import { CliError } from "./errors.ts";
import { insist } from "./insist.ts";
import { noteLines, sideLines } from "./note-lines.ts";
import { print, write } from "./output.ts";
import { noProgress, tellProgress } from "./progress.ts";
import { trialText } from "./trial.ts";
import { seconds } from "./verb.ts";
import { defaultPatienceS, mustBeCompleted, waitForEnd } from "./wait.ts";

/** What every change takes beside its own options. */
type ChangeFlags = {
  readonly dryRun?: true;
  readonly yes?: true;
  readonly wait?: true;
  readonly timeout?: number;
  readonly progress?: true;
};

/** Where a change is made. */
export type Place = { readonly ask: Ask; readonly cluster: string };

export type Answer = Accepted | Defined;

/** One change: how it is asked for, and what is said of it. */
export type Plan<T extends Answer> = {
  readonly send: (client: Client, change: RemovalOptions) => Promise<Result<T>>;
  /** What is said of a refusal that means that all is as it was asked for; null for any other one. */
  readonly already?: (refusal: CliError) => string | null;
  /** A refusal as it is told, where more is known of it than its code tells. */
  readonly explain?: (refusal: CliError) => Promise<CliError>;
  /** What is said when it has been accepted, and is done or under way. */
  readonly said: (answer: T) => string;
  /** What is said after `--wait`, when all has come about; without it, what was said at once. */
  readonly done?: (answer: T) => string | Promise<string>;
  /** What is said of an operation that goes on, where that cannot be asked for. */
  readonly underWay?: string;
  /** A dry run of what is refused without `--force`: how it is asked for as if that had been said. */
  readonly tryForced?: Plan<T>["send"];
  /** What is said beside the differences of a dry run. `needsForce`: it was refused without. */
  readonly tried?: (answer: T, needsForce: boolean) => readonly string[];
};

export type Change<T extends Answer> = {
  /** What is dangerous asks this first. */
  readonly question?: string;
  /** Where it is not the cluster that the options name. */
  readonly cluster?: string;
  readonly plan: (place: Place) => Plan<T> | Promise<Plan<T>>;
};

/** Adds what every change takes. `waits`: its answer may be an operation, which can be waited for. */
export function changes(command: Command, { waits }: { readonly waits: boolean }): Command {
  command.option("--dry-run", "say what would come of it, and change nothing");
  if (!waits) return command;
  return command
    .option("--wait", "wait until it is done; exit code 0 only then")
    .option("--timeout <seconds>", "how long to wait", seconds, defaultPatienceS)
    .option("--progress", "while waiting, tell what happens (always on a terminal)");
}

/** Makes one change: asks whether it is meant, sends it, waits for its end if that was wanted, and prints what came of it. */
export async function change<T extends Answer>(
  command: Command,
  { question, cluster, plan }: Change<T>,
): Promise<void> {
  const flags = command.opts<ChangeFlags>();
  if (question !== undefined && flags.dryRun !== true) await confirm(question, flags.yes === true);
  const context = contextOf(command);
  const place = { ask: context.ask, cluster: cluster ?? (await context.cluster()) };
  const planned = await plan(place);
  let came: Came<T>;
  try {
    came = await sent(place, planned, flags.dryRun === true);
  } catch (error) {
    return refused(context, planned, error);
  }
  const { answer } = came;
  if (answer.dryRun) return printTrial(context, planned, came);
  await finish({ context, place, flags, planned, answer });
}

/** `needsForce`: a dry run that was refused without. */
type Came<T> = { readonly answer: T; readonly needsForce: boolean };

async function sent<T extends Answer>({ ask }: Place, plan: Plan<T>, dryRun: boolean): Promise<Came<T>> {
  const options = dryRun ? { dryRun } : { idempotencyKey: randomUUID() };
  const asked = (send: Plan<T>["send"]) => insist(() => ask((client) => send(client, options)));
  try {
    return { answer: await asked(plan.send), needsForce: false };
  } catch (error) {
    const mayBeForced = dryRun && error instanceof CliError && error.code === "group-online";
    if (!mayBeForced || plan.tryForced === undefined) throw error;
    return { answer: await asked(plan.tryForced), needsForce: true };
  }
}

/** Says that nothing had to be done, or rejects with what is to be told. */
async function refused<T extends Answer>({ output }: Context, plan: Plan<T>, error: unknown): Promise<void> {
  if (!(error instanceof CliError)) throw error;
  const already = plan.already?.(error) ?? null;
  if (already === null) throw plan.explain === undefined ? error : await plan.explain(error);
  if (output === "json") print(output, { changed: [], operation: null, code: error.code }, []);
  else write(already);
}

type Finish<T extends Answer> = {
  readonly context: Context;
  readonly place: Place;
  readonly flags: ChangeFlags;
  readonly planned: Plan<T>;
  readonly answer: T;
};

async function finish<T extends Answer>({ context, place, flags, planned, answer }: Finish<T>): Promise<void> {
  const { output } = context;
  const waits = flags.wait === true;
  const begun = answer.operation;
  const operation =
    waits && begun !== null ? await waitForEnd(place.ask, waitOf(place, flags, answer, begun, output)) : begun;
  if (output === "json") print(output, { ...answer, operation }, []);
  if (operation !== null) mustBeCompleted(operation);
  if (output === "json") return;
  write(waits && planned.done !== undefined ? await planned.done(answer) : planned.said(answer));
  for (const line of [...sideLines(answer), ...noteLines(answer)]) write(line);
  if (operation?.status.state !== "Pending") return;
  write(planned.underWay ?? `Under way; see: bridgehead operation show ${operation.id} --wait`);
}

function waitOf(
  { ask, cluster }: Place,
  { timeout, progress }: ChangeFlags,
  answer: Answer,
  operation: NonNullable<Answer["operation"]>,
  output: Context["output"],
) {
  const told = progress === true || (process.stderr.isTTY === true && output !== "json");
  // A definition's answer has no number to watch from; the entries that came of it have theirs.
  const after = "after" in answer ? answer.after : (answer.entries[0]?.seq ?? 0) - 1;
  return {
    cluster,
    operation,
    patienceS: timeout ?? defaultPatienceS,
    progress:
      told && after >= 0
        ? tellProgress(ask, { cluster, operation, after }, (sentence) => process.stderr.write(`  ${sentence}\n`))
        : noProgress(),
  };
}

function printTrial<T extends Answer>({ output }: Context, plan: Plan<T>, { answer, needsForce }: Came<T>): void {
  if (output === "json") return print(output, answer, []);
  write([trialText(answer, paintFor(process.stdout)), ...(plan.tried?.(answer, needsForce) ?? [])].join("\n"));
}
