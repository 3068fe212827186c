import { Command, CommanderError, Option } from "commander";
import { version } from "../protocol/version.ts";
import { completionsOf } from "./completion.ts";
import { CliError, exitCodes, messageOf, type ExitCode } from "./errors.ts";
import { hintOf } from "./hints.ts";
import { textWidth } from "./output.ts";

/** A noun's module adds its verbs to the noun's command. */
export type NounModule = { readonly register: (noun: Command) => void };
type Noun = { readonly summary: string; readonly load: () => Promise<NounModule> };

/** Only the module of the noun that was asked for is loaded: most of them need more than the answer takes. */
const nouns: Readonly<Record<string, Noun>> = {
  cluster: { summary: "apply, show, list, export, maintenance, delete", load: () => import("./nouns/cluster.ts") },
  node: { summary: "list, show, add, pause, resume, evict, confirm-down", load: () => import("./nouns/node.ts") },
  group: { summary: "list, show, explain, move, online, offline, create, …", load: () => import("./nouns/group.ts") },
  resource: {
    summary: "list, show, online, offline, fail, restart, create, …",
    load: () => import("./nouns/resource.ts"),
  },
  simulate: {
    summary: "what would happen if a node went down, a group moved, …",
    load: () => import("./nouns/simulate.ts"),
  },
  registry: { summary: "get, set, delete, list", load: () => import("./nouns/registry.ts") },
  operation: { summary: "what was asked for and takes time", load: () => import("./nouns/operation.ts") },
  failovers: { summary: "changes of owner, with their phases", load: () => import("./nouns/failovers.ts") },
  token: { summary: "create, list, revoke", load: () => import("./nouns/token.ts") },
  "source-address": {
    summary: "from which address may a node call for a group?",
    load: () => import("./nouns/source-address.ts"),
  },
  events: { summary: "what happened, and what happens", load: () => import("./nouns/events.ts") },
  webhook: {
    summary: "list, create, delete, enable, rotate, test",
    load: () => import("./nouns/webhook.ts"),
  },
  agent: { summary: "run a node's agent", load: () => import("./nouns/agent.ts") },
  mta: { summary: "listen, associate", load: () => import("./nouns/mta.ts") },
  start: { summary: "the knowledge-base cluster on this machine", load: () => import("./nouns/start.ts") },
  demo: { summary: "the knowledge-base case as a transcript", load: () => import("./nouns/demo.ts") },
  completion: {
    summary: "a script that completes this command in a shell",
    load: () => import("./nouns/completion.ts"),
  },
  serve: { summary: "run the control plane on this machine", load: () => import("./nouns/serve.ts") },
};

/** Runs one command line, without the program's name. It never rejects. */
export async function runCommand(args: readonly string[]): Promise<ExitCode> {
  try {
    if (args[0] === "__complete") return await complete(args.slice(1));
    const program = await buildProgram(args);
    await program.parseAsync(args, { from: "user" });
    return exitCodes.done;
  } catch (error) {
    return explain(error, args);
  }
}

/** @param whole with the verbs of every noun, and not only of the one that was asked for */
export async function buildProgram(args: readonly string[], whole = false): Promise<Command> {
  const program = new Command("bridgehead")
    .description("A failover cluster with no cluster to run.")
    .version(version)
    .addOption(new Option("--output <format>", "how to print").choices(["table", "json"]).default("table"))
    .option("--url <url>", "the control plane (default: $BRIDGEHEAD_URL, or http://127.0.0.1:8787)")
    .option("--cluster <name>", "the cluster (default: $BRIDGEHEAD_CLUSTER, or the only one there is)")
    .option("--token-file <file>", "file with the token (default: $BRIDGEHEAD_TOKEN, or .bridgehead/admin.token)")
    .configureHelp({ helpWidth: textWidth, minWidthToWrap: 20 })
    .showHelpAfterError("(--help says what there is)")
    .exitOverride();
  const wanted = args.find((argument) => Object.hasOwn(nouns, argument));
  for (const [name, { summary, load }] of Object.entries(nouns)) {
    const noun = program.command(name).description(summary).copyInheritedSettings(program);
    if (whole || name === wanted) (await load()).register(noun);
  }
  return program;
}

function explain(error: unknown, args: readonly string[]): ExitCode {
  if (error instanceof CommanderError) {
    // Commander has said it already; it ends with 0 where help or the version was asked for.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  if (error instanceof CliError) {
    process.stderr.write(isForPrograms(args) ? `${errorDocument(error)}\n` : `bridgehead: ${error.message}\n`);
    return error.exitCode;
  }
  const bug = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  process.stderr.write(`bridgehead: this is a bug in bridgehead, please report it:\n${bug}\n`);
  return exitCodes.failed;
}

/** Asked by a shell at each Tab: it prints what may follow, a line each, and never complains. */
async function complete(words: readonly string[]): Promise<ExitCode> {
  const candidates = await completionsOf(await buildProgram([], true), words).catch(() => []);
  if (candidates.length > 0) process.stdout.write(`${candidates.join("\n")}\n`);
  return exitCodes.done;
}

/** The command line may be what is wrong, so it is only looked at. */
function isForPrograms(args: readonly string[]): boolean {
  return args.some(
    (argument, index) => argument === "--output=json" || (argument === "json" && args[index - 1] === "--output"),
  );
}

function errorDocument({ code, message, exitCode, problem }: CliError): string {
  const hint = problem === null ? null : hintOf(problem.code);
  return JSON.stringify(problem === null ? { code, detail: message, exitCode } : { ...problem, hint, exitCode });
}
