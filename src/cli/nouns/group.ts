import { setTimeout as delay } from "node:timers/promises";
import { InvalidArgumentError, type Command } from "commander";
import { lookup } from "../../cluster/definition.ts";
import type { GroupView } from "../../cluster/view.ts";
import { contextOf, type Context } from "../context.ts";
import { CliError } from "../errors.ts";
import { explanationText } from "../explanation.ts";
import { print, write } from "../output.ts";
import { groupRows } from "../rows.ts";

/** How long `--wait` waits when it is not told, in seconds: PendingTimeout of a resource is three minutes. */
const defaultPatienceS = 180;
/** How often the state is read while waiting, in milliseconds. */
const lookEachMs = 100;

type WaitOptions = { readonly wait?: true; readonly timeout: number };

export function register(noun: Command): void {
  noun.command("list").description("the groups, and who owns them").action(list);
  noun
    .command("explain <group>")
    .description("why a group is where it is, why not elsewhere, and what comes next")
    .action(explain);
  const move = noun
    .command("move <group>")
    .description("give a group to another node: offline here, then online there")
    .option("--to <node>", "which node (default: the best one)");
  withWait(move).action(moveGroup);
  withWait(noun.command("online <group>").description("bring a group online")).action(
    (group: string, options: WaitOptions, command: Command) => want(group, "online", options, command),
  );
  withWait(noun.command("offline <group>").description("take a group offline; it keeps its owner")).action(
    (group: string, options: WaitOptions, command: Command) => want(group, "offline", options, command),
  );
}

function withWait(command: Command): Command {
  return command
    .option("--wait", "wait until it is done")
    .option("--timeout <seconds>", "how long to wait", positive, defaultPatienceS);
}

function positive(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new InvalidArgumentError("It should be a number of seconds.");
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const view = await ask((client) => client.getCluster(name));
  print(output, view.groups, groupRows(view));
}

async function explain(group: string, _options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const explanation = await ask((client) => client.explainGroup(name, group));
  if (output === "json") print(output, explanation, []);
  else write(explanationText(explanation));
}

async function moveGroup(
  group: string,
  options: WaitOptions & { readonly to?: string },
  command: Command,
): Promise<void> {
  const context = contextOf(command);
  const cluster = await context.cluster();
  const accepted = await context.ask((client) => client.moveGroup(cluster, group, { target: options.to ?? null }));
  const before = accepted.epoch ?? 0;
  const moved = ({ epoch, state, owner }: GroupView): boolean =>
    epoch > before && state === "Online" && owner !== null && (options.to === undefined || same(owner, options.to));
  await finish(context, { cluster, group, options, accepted, isDone: moved, doing: "is on its way" });
}

async function want(
  group: string,
  wanted: "online" | "offline",
  options: WaitOptions,
  command: Command,
): Promise<void> {
  const context = contextOf(command);
  const cluster = await context.cluster();
  const accepted = await context.ask((client) => client.commandGroup(cluster, group, wanted));
  const isDone = ({ state }: GroupView): boolean => state === (wanted === "online" ? "Online" : "Offline");
  await finish(context, { cluster, group, options, accepted, isDone, doing: `shall be ${wanted}` });
}

type Finish = {
  readonly cluster: string;
  readonly group: string;
  readonly options: WaitOptions;
  readonly accepted: unknown;
  readonly isDone: (group: GroupView) => boolean;
  readonly doing: string;
};

async function finish({ ask, output }: Context, wish: Finish): Promise<void> {
  const { cluster, group, options, accepted, isDone, doing } = wish;
  if (options.wait !== true) {
    if (output === "json") print(output, accepted, []);
    else write(`${group} ${doing}.`);
    return;
  }
  const giveUpAt = performance.now() + options.timeout * 1000;
  for (;;) {
    const view = await ask((client) => client.getCluster(cluster));
    const [, now] = Object.entries(view.groups).find(([name]) => same(name, group)) ?? [];
    if (now !== undefined && isDone(now)) {
      if (output === "json") print(output, lookup(view.groups, group) ?? now, []);
      else write(`${group} is ${now.state} on ${now.owner ?? "no node"}, epoch ${now.epoch}.`);
      return;
    }
    if (performance.now() > giveUpAt) {
      const state = now === undefined ? "is not there any more" : `is ${now.state} on ${now.owner ?? "no node"}`;
      throw new CliError("wait-timeout", `After ${options.timeout} s ${group} ${state}. See: bridgehead events`);
    }
    await delay(lookEachMs);
  }
}

/** Names are told apart without regard to case. */
function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
