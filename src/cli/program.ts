import { Command, CommanderError, Option } from "commander";
import { version } from "../protocol/version.ts";
import { errorReport } from "./error-report.ts";
import { CliError, exitCodes, messageOf, usageError, type ExitCode } from "./errors.ts";
import type { OutputFormat } from "./output.ts";
import { textWidth } from "./text.ts";
import { examples } from "./verb.ts";

/** Adds a noun's verbs to a program whose nouns have none yet; a name that is no noun's does nothing. */
export type LoadNoun = (program: Command, name: string) => Promise<void>;
/** A noun's module adds its verbs to the noun's command. */
export type NounModule = { readonly register: (noun: Command, loadNoun: LoadNoun) => void };
type Noun = {
  readonly summary: string;
  readonly hidden?: true;
  /** A command line of one of its verbs; a noun without verbs has its own. */
  readonly example?: string;
  readonly load: () => Promise<NounModule>;
};

/** Only the module of the noun that was asked for is loaded: most of them need more than the answer takes. */
const nouns: Readonly<Record<string, Noun>> = {
  cluster: {
    summary: "apply, show, list, export, delete, maintenance, properties, set",
    example: "cluster show",
    load: () => import("./nouns/cluster.ts"),
  },
  node: {
    summary: "list, show, add, pause, resume, evict, confirm-down, properties, set",
    example: "node list",
    load: () => import("./nouns/node.ts"),
  },
  group: {
    summary: "list, show, explain, create, delete, online, offline, move, cancel, prefer, depend-on, properties, set",
    example: "group move Exchange --to NODE2 --wait",
    load: () => import("./nouns/group.ts"),
  },
  resource: {
    summary: "list, show, create, delete, online, offline, fail, restart, move, owners, depends, properties, set",
    example: 'resource show "Exchange MTA"',
    load: () => import("./nouns/resource.ts"),
  },
  "resource-type": {
    summary: "list, show, create, delete, properties, set",
    example: "resource-type list",
    load: () => import("./nouns/resource-type.ts"),
  },
  network: {
    summary: "list, interfaces, create, delete, order, properties, set",
    example: "network list",
    load: () => import("./nouns/network.ts"),
  },
  quorum: { summary: "who arbitrates, and who could witness", load: () => import("./nouns/quorum.ts") },
  simulate: {
    summary: "what would happen if a node went down, a group moved, …",
    example: "simulate node-down NODE1",
    load: () => import("./nouns/simulate.ts"),
  },
  registry: { summary: "list, get, set, delete", example: "registry list", load: () => import("./nouns/registry.ts") },
  failovers: { summary: "changes of owner, with their phases", load: () => import("./nouns/failovers.ts") },
  operation: {
    summary: "list, show: what was asked for and takes time",
    example: "operation list",
    load: () => import("./nouns/operation.ts"),
  },
  token: {
    summary: "create, list, revoke",
    example: "token create --role node --node NODE1 --file NODE1.token",
    load: () => import("./nouns/token.ts"),
  },
  "source-address": {
    summary: "from which address may a node call for a group?",
    load: () => import("./nouns/source-address.ts"),
  },
  events: { summary: "what happened, and what happens", load: () => import("./nouns/events.ts") },
  top: { summary: "the cluster, live, on the whole terminal", load: () => import("./nouns/top.ts") },
  webhook: {
    summary: "list, create, delete, enable, rotate, test",
    example: "webhook list",
    load: () => import("./nouns/webhook.ts"),
  },
  agent: { summary: "run a node's agent", load: () => import("./nouns/agent.ts") },
  guard: { summary: "run the guard of a node's agent", load: () => import("./nouns/guard.ts") },
  doctor: {
    summary: "what this host can do for an agent, what it cannot, and the cost",
    load: () => import("./nouns/doctor.ts"),
  },
  mta: {
    summary: "listen, associate, submit",
    example: "mta associate peer.test --group Exchange --partners partners.yaml --node NODE1",
    load: () => import("./nouns/mta.ts"),
  },
  mailer: {
    summary: "exim, postfix, haraka, node: how a mailer asks before it calls",
    example: "mailer exim --group Exchange",
    load: () => import("./nouns/mailer.ts"),
  },
  start: { summary: "the knowledge-base cluster on this machine", load: () => import("./nouns/start.ts") },
  demo: { summary: "the knowledge-base case as a transcript", load: () => import("./nouns/demo.ts") },
  serve: { summary: "run the control plane on this machine", load: () => import("./nouns/serve.ts") },
  completion: { summary: "what a shell needs to complete command lines", load: () => import("./nouns/completion.ts") },
  __complete: { summary: "candidates for a shell", hidden: true, load: () => import("./nouns/complete.ts") },
};

/** Runs one command line, without the program's name. It never rejects. */
export async function runCommand(line: readonly string[]): Promise<ExitCode> {
  // The parser's own `help NOUN` knows no verbs, because none is loaded for the noun `help`.
  const args = line[0] === "help" ? [...line.slice(1), "--help"] : line;
  const output = outputOf(args);
  try {
    const program = bareProgram(output);
    const { words, isHelp } = withoutHelp(args);
    const { operands } = program.parseOptions([...words]);
    await loadNoun(program, operands[0] ?? "");
    // Asked for help, the parser would not say that there is no such command.
    await program.parseAsync(isHelp && isUnknown(program, operands) ? words : args, { from: "user" });
    return exitCodes.done;
  } catch (error) {
    return explain(error, output);
  }
}

/** A command line as it would be if it did not ask for help. */
function withoutHelp(args: readonly string[]): { readonly words: readonly string[]; readonly isHelp: boolean } {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const words = args.filter((word, index) => index > end || !["--help", "-h"].includes(word));
  return { words, isHelp: words.length < args.length };
}

/** No noun has this name, or the noun has verbs and none of this name. */
function isUnknown(program: Command, [name, verb]: readonly string[]): boolean {
  const lacks = ({ commands }: Command, word: string): boolean =>
    word !== "help" && commands.length > 0 && !commands.some((command) => command.name() === word);
  if (name === undefined) return false;
  const noun = program.commands.find((command) => command.name() === name);
  return noun === undefined ? lacks(program, name) : verb !== undefined && lacks(noun, verb);
}

/** Every noun with every verb, as help and completion know them. */
export async function wholeProgram(): Promise<Command> {
  const program = bareProgram("table");
  for (const name of Object.keys(nouns)) await loadNoun(program, name);
  return program;
}

/** The program with its nouns, none of which has its verbs. */
function bareProgram(output: OutputFormat): Command {
  const program = new Command("bridgehead")
    .description("A failover cluster with no cluster to run.")
    .version(version)
    .addOption(new Option("--output <format>", "how to print").choices(["table", "json"]).default("table"))
    .option("--url <url>", "the control plane (default: $BRIDGEHEAD_URL, or http://127.0.0.1:8787)")
    .option("--cluster <cluster>", "the cluster (default: $BRIDGEHEAD_CLUSTER, or the only one there is)")
    .option("--token-file <file>", "file with the token (default: $BRIDGEHEAD_TOKEN, or .bridgehead/admin.token)")
    .addHelpText("after", "\nEach noun and each verb has a --help of its own, with an example.")
    // What the parser says of an error is said with the others; where errors are documents, no help stands beside them.
    .configureOutput({
      getOutHelpWidth: () => textWidth,
      getErrHelpWidth: () => textWidth,
      outputError: () => {},
      ...(output === "json" ? { writeErr: () => {} } : {}),
    })
    .configureHelp({ minWidthToWrap: 20, subcommandTerm: termOf, showGlobalOptions: true })
    .exitOverride();
  for (const [name, { summary, hidden = false }] of Object.entries(nouns)) {
    program.command(name, { hidden }).description(summary).copyInheritedSettings(program);
  }
  return program;
}

/** A verb in the list of a noun's verbs: with its arguments, and without a word on options, which all of them have. */
function termOf(command: Command): string {
  const args = command.registeredArguments.map((argument) => {
    const name = argument.name() + (argument.variadic ? "..." : "");
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...args].join(" ");
}

async function loadNoun(program: Command, name: string): Promise<void> {
  const noun = program.commands.find((command) => command.name() === name);
  const entry = Object.hasOwn(nouns, name) ? nouns[name] : undefined;
  if (noun === undefined || entry === undefined) return;
  (await entry.load()).register(noun, loadNoun);
  if (entry.example !== undefined) noun.addHelpText("after", examples(entry.example));
}

/** Read before anything else is: a wrong option is an error too, and has to be printed somehow. */
function outputOf(args: readonly string[]): OutputFormat {
  const isJson = args.some(
    (argument, index) => argument === "--output=json" || (argument === "--output" && args[index + 1] === "json"),
  );
  return isJson ? "json" : "table";
}

function explain(error: unknown, output: OutputFormat): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
  const told = error instanceof CommanderError ? usageOf(error, output) : error;
  if (told === null) return exitCodes.usage;
  if (told instanceof CliError) {
    process.stderr.write(`${errorReport(told, output)}\n`);
    return told.exitCode;
  }
  const bug = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  process.stderr.write(`bridgehead: this is a bug in bridgehead, please report it:\n${bug}\n`);
  return exitCodes.failed;
}

/** What the parser says of a command line; null where it has printed a help instead, because the verb is missing. */
function usageOf({ code, message }: CommanderError, output: OutputFormat): CliError | null {
  const isHelp = code === "commander.help";
  if (isHelp && output !== "json") return null;
  const title = isHelp ? "A verb is missing" : message.replace(/^error: /, "");
  return usageError(title, { hint: "--help says what there is, also behind a noun and behind a verb." });
}
