import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { InvalidArgumentError, type Command } from "commander";
import type { JournalEntry } from "../../cluster/journal.ts";
import { loadDefinition } from "../definition-file.ts";
import { defaultUrl } from "../context.ts";
import { CliError, messageOf } from "../errors.ts";
import { follow } from "../follow.ts";
import {
  addressOf,
  exchange,
  exchangeFiles,
  startExchange,
  type ExchangeNode,
  type RunningExchange,
} from "../local/exchange.ts";
import { type KeyAction, onKeys } from "../local/keys.ts";
import { mischief } from "../local/mischief.ts";
import { assertPlatform } from "../local/platform.ts";
import { deferred } from "../../mta/deferred.ts";
import { untilSignal } from "../local/signals.ts";
import { write } from "../output.ts";
import { examplesFolder } from "../package-files.ts";
import { examples } from "../verb.ts";

/** Where the partner's MTA listens, as examples/partners.yaml says. */
const peer = { host: "127.0.1.99", port: 10102 };
/** An agent that died rests for so long: time to see the standby take over. */
const restartAfterMs = 5_000;

export function register(noun: Command): void {
  noun
    .option("--port <port>", "port of the control plane on 127.0.0.1", parsePort, 8787)
    .option("--data <folder>", "folder for the data, the logs and the tokens", ".bridgehead")
    .action(start)
    .addHelpText("after", examples("start --port 8788"));
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("It should be a port, 0 to 65535.");
}

async function start({ port, data: folder }: { readonly port: number; readonly data: string }): Promise<void> {
  await assertPlatform();
  const signal = untilSignal();
  const definition = loadDefinition(join(examplesFolder, exchangeFiles.definition));
  const running = await startExchange({ folder, port, definition, partnersFolder: examplesFolder, peer });
  const ending = new AbortController();
  const agents: Agents = new Map();
  for (const node of running.nodes) keepAgent(running, node, agents, ending.signal);
  greet(running, [...agents.values()]);
  for (const node of exchange.nodes) if (!running.nodes.includes(node)) tellLeftOut(node, addressOf(definition, node));
  const { actions, undo } = mischief(running, agents);
  const quit = deferred<null>();
  const forgetKeys = onKeys(
    process.stdin,
    actions,
    () => quit.resolve(null),
    (sentence) => write(line(Date.now(), sentence)),
  );
  if (forgetKeys !== null) write(`${keysText(actions)}\n`);
  write("Ctrl-C ends everything. What happens:\n");
  const entry = ({ at, sentence }: JournalEntry): void => write(line(at, sentence));
  follow(running.ask, exchange.cluster, null, { signal: ending.signal, entry }).catch((error: unknown) => {
    write(`The journal cannot be followed: ${messageOf(error)}`);
  });
  const how = await Promise.race([signal.then(() => null), quit.promise, running.controlPlane.ended]);
  ending.abort();
  forgetKeys?.();
  undo();
  if (how === null) write("Ending: the agents release what they hold, then the control plane stops.");
  await running.stop();
  if (how !== null) {
    throw new CliError("control-plane-ended", `The control plane is gone: ${how}; see ${running.controlPlane.logFile}`);
  }
  write("Everything has ended.");
}

/** The process of each node's agent, the one that was started last. */
type Agents = Map<ExchangeNode, number>;

/** Starts a node's agent, and starts it again when it dies. */
function keepAgent(running: RunningExchange, node: ExchangeNode, agents: Agents, ending: AbortSignal): void {
  const agent = running.startAgent(node);
  agents.set(node, agent.pid);
  void agent.ended.then(async (how) => {
    if (ending.aborted) return;
    write(line(Date.now(), `${node}'s agent has ended (${how}); it is started again in ${restartAfterMs / 1000} s`));
    await delay(restartAfterMs, undefined, { signal: ending }).catch(() => {});
    if (ending.aborted) return;
    keepAgent(running, node, agents, ending);
    write(line(Date.now(), `${node}'s agent is started again, process ${agents.get(node)}`));
  });
}

function keysText(actions: readonly KeyAction[]): string {
  return ["Keys:", ...actions.map(({ key, does }) => `  ${key}  ${does}`), "  q  ends everything"].join("\n");
}

function greet({ controlPlane, nodes }: RunningExchange, pids: readonly number[]): void {
  const { url, adminTokenFile } = controlPlane;
  const agents = nodes.map((node, index) => `${node} ${pids[index]}`).join(", ");
  write(`
The cluster of KB Q186756 runs on this machine.

  page     ${url}/
  API      ${url}/v1   (${url}/openapi.json)
  token    ${adminTokenFile ?? "in BRIDGEHEAD_ADMIN_TOKEN"}
  agents   ${agents || "none"}

In another terminal, in this folder:

${toTry(nodes, pids, url === defaultUrl ? "" : ` --url ${url}`).join("\n")}

The control plane is on this machine as well: if the machine fails, so does all of it.`);
}

/** A failover and a move need a node, and another one. */
function toTry([node, another]: readonly ExchangeNode[], [pid]: readonly number[], where: string): string[] {
  const show = `  npx bridgehead cluster show${where}`;
  if (node === undefined || another === undefined) return [show];
  return [show, `  kill -9 ${pid}`, `  npx bridgehead group move ${exchange.group} --to ${node} --wait${where}`];
}

function tellLeftOut(node: ExchangeNode, address: string): void {
  write(`
${node} is left out: it is no part of cluster ${exchange.cluster} any more. To bring it back:

  npx bridgehead node add ${node} --address ${address}

and then end this, and start it again.`);
}

function line(at: number, sentence: string): string {
  return `${new Date(at).toTimeString().slice(0, 8)}  ${sentence}`;
}
