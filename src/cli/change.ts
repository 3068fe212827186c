import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type Command, InvalidArgumentError } from "commander";
import type { JournalEntry } from "../cluster/journal.ts";
import type { Operation } from "../cluster/operation.ts";
import type { ChangeOptions, Client } from "../client/http-client.ts";
import type { Result } from "../client/result.ts";
import type { Accepted } from "../protocol/http.ts";
import { type Context, contextOf } from "./context.ts";
import { CliError, exitCodes } from "./errors.ts";
import { print, wrapped } from "./output.ts";

/** How long `--wait` waits when it is not told, in seconds: PendingTimeout of a resource is three minutes. */
const defaultPatienceS = 180;
/** How long one question for an operation waits for its answer, in milliseconds: progress is shown that often. */
const lookMs = 1_000;
/** How often a change is sent again after a broken connection, and how much later, in milliseconds. */
const retries = 2;
const retryMs = 250;

export type ChangeFlags = {
  readonly dryRun?: true;
  readonly wait?: true;
  readonly progress?: true;
  readonly timeout?: number;
};

/** Every change can be tried first. */
export function withDryRun(command: Command): Command {
  return command.option("--dry-run", "say what would come of it, and change nothing");
}

/** A change that takes time can be waited for as well. */
export function withWait(command: Command): Command {
  return withDryRun(command)
    .option("--wait", "wait until it is done")
    .option("--timeout <seconds>", "how long to wait", seconds, defaultPatienceS)
    .option("--progress", "tell what happens while waiting, also where standard error is no terminal");
}

function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It should be a number of seconds.");
}

export type Change = {
  readonly flags: ChangeFlags;
  /** Sent again under the same key if the connection breaks: it is carried out once. */
  readonly ask: (client: Client, cluster: string, options: ChangeOptions) => Promise<Result<Accepted>>;
  /** What is said when it was accepted. */
  readonly said: string;
};

/** Asks for a change, waits for it if that is wanted, and says what came of it. */
export async function change(command: Command, { flags, ask, said }: Change): Promise<void> {
  const context = contextOf(command);
  const cluster = await context.cluster();
  const options: ChangeOptions = flags.dryRun === true ? { dryRun: true } : { idempotencyKey: randomUUID() };
  const accepted = await askAgain(context, (client) => ask(client, cluster, options));
  const { operation } = accepted;
  if (accepted.dryRun) return print(context.output, accepted, [], () => dryRunText(accepted));
  if (flags.wait !== true || operation === null)
    return print(context.output, accepted, [], () => acceptedText(accepted, said));
  const ended = await waitFor(context, cluster, operation, accepted.after, flags);
  print(context.output, ended, [], () => endText(ended));
  if (ended.status.state !== "Completed") process.exitCode = exitCodes.failed;
}

/** A question that may be asked twice: what broke the connection may have come before or after it was carried out. */
export async function askAgain<T>(
  { ask }: Pick<Context, "ask">,
  question: (client: Client) => Promise<Result<T>>,
): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask(question);
    } catch (error) {
      const broken = error instanceof CliError && error.code === "unreachable-no-connection";
      if (!broken || tries >= retries) throw error;
      await delay(retryMs);
    }
  }
}

/** Waits for the end of an operation. Rejects with `CliError` `wait-timeout` when that takes too long. */
export async function waitFor(
  { ask }: Pick<Context, "ask">,
  cluster: string,
  { id }: Operation,
  after: number,
  { timeout = defaultPatienceS, progress }: ChangeFlags,
): Promise<Operation> {
  const giveUpAt = performance.now() + timeout * 1_000;
  const shown = progress === true || process.stderr.isTTY;
  let seen = after;
  for (;;) {
    const left = Math.max(0, Math.floor(giveUpAt - performance.now()));
    const operation = await askAgain({ ask }, (client) => client.getOperation(cluster, id, Math.min(lookMs, left)));
    if (shown) seen = await showProgress(ask, cluster, seen);
    if (operation.status.state !== "Pending") return operation;
    if (left > 0) continue;
    throw new CliError(
      "wait-timeout",
      `After ${timeout} s it is still under way. Look again with: bridgehead operation show ${id}`,
    );
  }
}

async function showProgress(ask: Context["ask"], cluster: string, after: number): Promise<number> {
  const { events } = await ask((client) => client.events(cluster, after));
  for (const { at, sentence } of events) process.stderr.write(`  ${timeOf(at)} ${sentence}\n`);
  return events.at(-1)?.seq ?? after;
}

function acceptedText({ operation, changed }: Accepted, said: string): string {
  if (operation === null || operation.status.state === "Completed") {
    return changed.length === 0 ? "That is so already: nothing was changed." : said;
  }
  return `${said} It is under way: bridgehead operation show ${operation.id}`;
}

function endText({ status }: Operation): string {
  if (status.state === "Completed") return "Done.";
  return status.state === "Pending" ? "It is under way." : `${status.state}: ${status.sentence}`;
}

/** What a change would do. */
export function dryRunText({ changed, entries }: Pick<Accepted, "changed" | "entries">): string {
  if (changed.length === 0 && entries.length === 0) return "Nothing would change.";
  return [
    `Nothing was changed. It would change: ${changed.join(", ") || "no definition"}`,
    ...sentencesOf(entries),
  ].join("\n");
}

/** What would happen at once, indented under what would change. */
export function sentencesOf(entries: readonly JournalEntry[]): string[] {
  return entries.map(({ sentence }) => wrapped(`  ${sentence}`, 4));
}

/** Hours to seconds, UTC. */
export function timeOf(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}
