import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { lookup } from "../../cluster/definition/definition.ts";
import { monotonicMs } from "../../mta/clock.ts";
import { mtaAssociate, mtaListen, type MtaAssociateOptions } from "../../mta/commands.ts";
import { localVerdicts } from "../../mta/local-verdicts.ts";
import type { LogRecord } from "../../mta/log.ts";
import type { OrName } from "../../mta/or-name.ts";
import { OrNameError, parseOrName } from "../../mta/or-name-text.ts";
import { PartnersFileError } from "../../mta/partners.ts";
import { isStrange, QueueError } from "../../mta/queue-folder.ts";
import { submit } from "../../mta/submit.ts";
import { T61Error, t61Octets } from "../../mta/t61.ts";
import type { VerdictSource } from "../../mta/verdict-source.ts";
import type { Observation } from "../../protocol/virtual-servers.ts";
import { nameSchema } from "../../protocol/names.ts";
import type { Ask } from "../api.ts";
import { contextOf } from "../context.ts";
import { CliError, codeOf, exitCodes, messageOf, usageError } from "../errors.ts";
import { isNotThere } from "../known-objects.ts";
import { write } from "../output.ts";
import { examples } from "../verb.ts";
import { parseEndpoint, type Endpoint } from "../workerd/endpoint.ts";

export function register(noun: Command): void {
  noun
    .command("listen")
    .description("a responder by itself, until Ctrl-C")
    .requiredOption("--partners <file>", "partners file: who may call")
    .requiredOption("--name <name>", "the MTA name to answer under")
    .addOption(
      new Option("--listen <host:port>", "where to listen")
        .argParser(parseEndpoint)
        .default({ host: "0.0.0.0", port: 102 }, "0.0.0.0:102"),
    )
    .option("--report <group>", "tell the control plane what is accepted and refused (token of the role partner)")
    .action(listen)
    .option("--queue <folder>", "keep the messages that partners transfer, in a folder `in` of this one")
    .addHelpText("after", examples("mta listen --partners partners.yaml --name peer.test --listen 127.0.0.1:10102"));
  noun
    .command("associate <partner>")
    .description("asks, opens one association, says what happened, releases it")
    .requiredOption("--group <group>", "the virtual server's group")
    .requiredOption("--partners <file>", "partners file: whom to call, and how")
    .option("--node <node>", "the node that calls; asks the control plane")
    .option("--socket <path>", "asks the agent on this host instead, over its local socket")
    .option("--unpatched", "asks nobody and calls from the node's own address, as in KB Q186756")
    .action(associate)
    .addHelpText("after", examples("mta associate peer.test --group Exchange --partners partners.yaml --node NODE1"));
  registerSubmit(noun);
}

function registerSubmit(noun: Command): void {
  noun
    .command("submit <partner> [file]")
    .description("puts a text, of a file or of standard input, into the queue of a group's MTA")
    .requiredOption("--queue <folder>", "QueueFolder of the Message Transfer Agent")
    .requiredOption("--from <name>", "who sends it: an O/R name such as C=GB; A= ; P=EXAMPLE; S=Sender")
    .requiredOption("--to <name...>", "whom it is for")
    .option("--subject <subject>", "what it is about")
    .action(submitText)
    .addHelpText(
      "after",
      examples(
        'mta submit peer.test letter.txt --queue /srv/mail/queue --from "C=GB; A= ; S=Sender" --to "C=GB; A= ; S=Recipient"',
      ),
    );
}

const maxSubjectLength = 128;

type SubmitOptions = {
  readonly queue: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject?: string;
};

async function submitText(partner: string, file: string | undefined, options: SubmitOptions): Promise<void> {
  const text = readText(file);
  const [originator, ...recipients] = [options.from, ...options.to].map(orNameOf);
  if (originator === undefined) throw usageError("Who sends it? Give --from NAME.");
  const { queue, subject = null } = options;
  if (subject !== null) assertSubject(subject);
  try {
    write(await submit({ queue, partner, originator, recipients, subject, text, now: new Date() }));
  } catch (error) {
    const detail = messageOf(error);
    throw new CliError("queue-unusable", `${queue} cannot take the message`, exitCodes.failed, { detail });
  }
  if (isStrange(queue, partner)) {
    const why = `no MTA that had this queue calls a partner of the name ${partner}`;
    process.stderr.write(`warning: ${why}: the message waits until one does\n`);
  }
}

/** Throws `CliError`: none is written as something else. X.420 has room for 128 octets (ub-subject-field). */
function assertSubject(subject: string): void {
  let length: number;
  try {
    ({ length } = t61Octets(subject));
  } catch (error) {
    if (!(error instanceof T61Error)) throw error;
    throw usageError("The subject has a letter that cannot be written", { detail: error.message });
  }
  if (length === 0 || length > maxSubjectLength) {
    const detail = `it takes ${length} octets; ${maxSubjectLength} are allowed, and a letter with a mark takes two`;
    throw usageError("The subject is empty or too long", { detail });
  }
}

/** Throws `CliError`: what is sent is IA5, so a letter that it has not would arrive as another one. */
function readText(file: string | undefined): string {
  let text: string;
  try {
    text = readFileSync(file ?? 0, "utf8");
  } catch (error) {
    throw new CliError("file-unreadable", `${file ?? "standard input"} cannot be read: ${messageOf(error)}`);
  }
  const strange = /[^\t\n\r\x20-\x7e]/.exec(text);
  if (strange === null) return text;
  const line = text.slice(0, strange.index).split("\n").length;
  throw usageError("The text has letters that IA5 has not", { detail: `line ${line}: ${strange[0]}` });
}

function orNameOf(written: string): OrName {
  try {
    return parseOrName(written);
  } catch (error) {
    if (error instanceof OrNameError) throw usageError(`${written} is no O/R name`, { detail: error.message });
    throw error;
  }
}

type ListenOptions = {
  readonly partners: string;
  readonly name: string;
  readonly listen: Endpoint;
  readonly report?: string;
  readonly queue?: string;
};

async function listen(options: ListenOptions, command: Command): Promise<void> {
  const { output } = command.optsWithGlobals<{ output: "table" | "json" }>();
  const reporter = options.report === undefined ? null : await reporterOf(options.report, command);
  const ended = new AbortController();
  process.once("disconnect", () => ended.abort());
  try {
    await mtaListen({
      partnersFile: options.partners,
      name: options.name,
      queueFolder: options.queue ?? null,
      ...options.listen,
      format: "json",
      write: (line) => {
        const record = JSON.parse(line) as LogRecord;
        write(output === "json" ? line : textOf(record));
        reporter?.(record);
      },
      onListening: ({ address, port }) => process.send?.({ type: "listening", address, port }),
      signal: ended.signal,
    });
  } catch (error) {
    throw explained(error, `${options.listen.host}:${options.listen.port}`);
  } finally {
    if (process.connected) process.disconnect();
  }
}

/** Tells the control plane of what came in. What cannot be told is said here; the next one may get through. */
async function reporterOf(group: string, command: Command): Promise<(record: LogRecord) => void> {
  const { ask, cluster } = contextOf(command);
  const name = await cluster();
  return (record) => {
    if (record.direction !== "inbound") return;
    void report(ask, name, group, record);
  };
}

async function report(ask: Ask, cluster: string, group: string, record: LogRecord): Promise<void> {
  const state = record.type === "accepted" || record.type === "refused" ? record.type : "closed";
  const reason = record.type === "accepted" ? null : `${record.code}: ${record.sentence}`;
  const partner = nameSchema.safeParse(record.partner ?? record.mtaName);
  const observation: Observation = {
    group,
    direction: "inbound",
    state,
    reason,
    localAddress: record.calledAddress,
    remoteAddress: record.callingAddress,
    // Whoever called; without a name of its own it must not appear under ours.
    partner: partner.success ? partner.data : "unknown-mta",
  };
  await ask((client) => client.reportAssociation(cluster, observation)).catch((error: unknown) => {
    process.stderr.write(`not reported: ${messageOf(error)}\n`);
  });
}

type AssociateOptions = {
  readonly group: string;
  readonly partners: string;
  readonly node?: string;
  readonly socket?: string;
  readonly unpatched?: true;
};

async function associate(partner: string, options: AssociateOptions, command: Command): Promise<void> {
  try {
    const caller = await callerOf(options, command);
    const common = { partner, partnersFile: options.partners, write, format: "text" } as const;
    const { exitCode } = await mtaAssociate({ ...common, ...caller });
    process.exitCode = exitCode;
  } catch (error) {
    throw explained(error, partner);
  }
}

type Caller =
  | Pick<Extract<MtaAssociateOptions, { verdicts: VerdictSource }>, "verdicts">
  | { unpatchedAddress: string; localMtaName: string };

async function callerOf(options: AssociateOptions, command: Command): Promise<Caller> {
  const { group, node, socket, unpatched } = options;
  if (socket !== undefined && unpatched !== true) return { verdicts: localVerdicts({ socketPath: socket, group }) };
  if (node === undefined)
    throw usageError("Which node calls? Give --node NAME, or --socket PATH of the agent on this host.");
  const { ask, cluster } = contextOf(command);
  const name = await cluster();
  if (unpatched !== true) return { verdicts: remoteVerdicts(ask, name, group, node) };
  const view = await ask((client) => client.getCluster(name));
  const address = lookup(view.nodes, node)?.address;
  const localMtaName = lookup(view.groups, group)?.networkName ?? null;
  if (address === undefined) throw isNotThere("node", node, view.nodes, name);
  if (localMtaName === null)
    throw new CliError("not-a-virtual-server", `${group} is no virtual server of cluster ${name}.`);
  return { unpatchedAddress: address, localMtaName };
}

/** The verdicts of the control plane. It cannot be reached: `DEFER`. */
function remoteVerdicts(ask: Ask, cluster: string, group: string, node: string): VerdictSource {
  return {
    ask: async (destination) => {
      const askedAtMs = monotonicMs();
      const verdict = await ask((client) => client.sourceAddress(cluster, group, { node, destination })).catch(
        (error: unknown) => {
          if (!(error instanceof CliError) || error.exitCode !== exitCodes.unreachable) throw error;
          return { decision: "DEFER", reason: "unreachable", retryAfterMs: 500 } as const;
        },
      );
      return { verdict, askedAtMs };
    },
  };
}

function textOf(record: LogRecord): string {
  const id = record.eventId === null ? "" : ` [${record.eventId}]`;
  return `${record.at.slice(11, 23)} ${record.type} ${record.code}${id}: ${record.sentence}`;
}

function explained(error: unknown, where: string): unknown {
  if (error instanceof QueueError) return new CliError(error.code, error.message);
  if (error instanceof PartnersFileError) return new CliError(`partners-file-${error.code}`, error.message);
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return new CliError("port-unusable", `${where} is in use by another process.`);
    case "EADDRNOTAVAIL":
      return new CliError("port-unusable", `${where} is no address of this host.`);
    case "EACCES":
      return new CliError("port-unusable", `${where} takes a privilege: choose a port from 1024 on.`);
    default:
      return error;
  }
}
