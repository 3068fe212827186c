import type { Ending } from "./association.ts";
import type { AssociateResult, CallSurroundings } from "./call.ts";
import { monotonicMs } from "./clock.ts";
import { associate } from "./initiator.ts";
import { openInbox } from "./inbox.ts";
import { logLine, logRecord, type AssociationEvent } from "./log.ts";
import { loadPartners, PartnersFileError, type Partner } from "./partners.ts";
import { assertQueue, inboxFolder } from "./queue-folder.ts";
import { listen, type Responder } from "./responder.ts";
import { associateUnpatched } from "./unpatched.ts";
import type { VerdictSource } from "./verdict-source.ts";

/** The port of ISO transport over TCP (RFC 1006 §5). It takes a privilege to listen on it. */
export const isoTransportPort = 102;

type Output = {
  /** Takes one line, without its newline. */
  readonly write: (line: string) => void;
  readonly format?: "json" | "text";
};

export type MtaListenOptions = {
  readonly partnersFile: string;
  /** The MTA name to answer under. */
  readonly name: string;
  readonly host?: string;
  readonly port?: number;
  /** Where the messages go that partners transfer; null: none is taken. */
  readonly queueFolder?: string | null;
  /** Ends it, as SIGTERM and SIGINT do. */
  readonly signal?: AbortSignal;
  /** Told when it listens: with port 0, this is where the port stands. */
  readonly onListening?: (responder: Responder) => void;
} & Output;

/**
 * `bridgehead mta listen`: a responder by itself, until SIGTERM. Throws `PartnersFileError`, and the errors of `listen`
 * with their `code` (EADDRINUSE, EADDRNOTAVAIL, EACCES).
 */
export async function mtaListen(options: MtaListenOptions): Promise<void> {
  const { partnersFile, name, host = "0.0.0.0", port = isoTransportPort, queueFolder = null } = options;
  const partners = await loadPartners(partnersFile);
  if (queueFolder !== null) assertQueue(queueFolder);
  const inbox = queueFolder === null ? {} : { inbox: openInbox(inboxFolder(queueFolder)) };
  const responder = await listen({ host, port, localMtaName: name, partners, ...inbox, onEvent: writer(options) });
  options.onListening?.(responder);
  await untilTold(options.signal);
  await responder.close();
}

export type MtaAssociateOptions = {
  /** The partner's MTA name: a key of the partners file. */
  readonly partner: string;
  readonly partnersFile: string;
  readonly signal?: AbortSignal;
} & Output &
  Caller;

type Caller =
  /** Asks first, and calls from where it may, under the name of the verdict. */
  | { readonly verdicts: VerdictSource; readonly localMtaName?: string }
  /** `--unpatched`: asks nobody, and calls from the node's address. */
  | { readonly unpatchedAddress: string; readonly localMtaName: string };

export type MtaAssociateResult = {
  /** 0: associated and released; 1: anything else. */
  readonly exitCode: 0 | 1;
  readonly result: AssociateResult;
  /** How the association ended, if there was one. */
  readonly ending: Ending | null;
};

/**
 * `bridgehead mta associate PARTNER`: asks, opens one association, says what happened, releases it. Throws
 * `PartnersFileError`; the code is `unknown-partner` for a name that the file does not have.
 */
export async function mtaAssociate(options: MtaAssociateOptions): Promise<MtaAssociateResult> {
  const partner = await findPartner(options.partnersFile, options.partner);
  const surroundings: CallSurroundings = {
    now: monotonicMs,
    onEvent: writer(options),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  const result = await callAs(options, partner, surroundings);
  if (result.outcome !== "associated") return { exitCode: 1, result, ending: null };
  const ending = await result.association.release();
  return { exitCode: ending.type === "released" ? 0 : 1, result, ending };
}

function callAs(caller: Caller, partner: Partner, surroundings: CallSurroundings): Promise<AssociateResult> {
  if ("verdicts" in caller) {
    const { verdicts, localMtaName } = caller;
    return associate({ partner, verdicts, localMtaName, ...surroundings });
  }
  const { unpatchedAddress: nodeAddress, localMtaName } = caller;
  return associateUnpatched({ partner, nodeAddress, localMtaName, ...surroundings });
}

async function findPartner(file: string, mtaName: string): Promise<Partner> {
  const partner = (await loadPartners(file)).get(mtaName);
  if (partner !== undefined) return partner;
  throw new PartnersFileError("unknown-partner", `${file} has no partner ${mtaName}`, [`partners.${mtaName}`]);
}

function writer({ write, format = "text" }: Output): (event: AssociationEvent) => void {
  return (event) => write(logLine(logRecord(event), format));
}

function untilTold(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const told = (): void => {
      process.off("SIGTERM", told).off("SIGINT", told);
      resolve();
    };
    process.once("SIGTERM", told).once("SIGINT", told);
    if (signal?.aborted === true) told();
    else signal?.addEventListener("abort", told, { once: true });
  });
}
