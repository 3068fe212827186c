import { execFile } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { promisify } from "node:util";
import {
  type ClusterDefinition,
  lookup,
  possibleOwners,
  servedResources,
  virtualServerOf,
} from "../../cluster/definition/definition.ts";
import { familyOf } from "../../cluster/definition/ip-address.ts";
import { localVerdicts } from "../../mta/local-verdicts.ts";
import { echoSourceSchema } from "../../protocol/about.ts";
import { codeOf, messageOf } from "../errors.ts";
import { check, type Check, once } from "./check.ts";
import { askedWithinMs } from "./control-plane.ts";
import {
  type Advertised,
  type Asked,
  judgeAdvertised,
  judgeSeen,
  judgeVerdicts,
  type MailServer,
  type Seen,
} from "./judge/mail.ts";
import { findProgram } from "./facts.ts";
import { type EximSettings, judgeExim, judgePostfix, type PostfixSettings } from "./judge/mailers.ts";
import type { DoctorPlace } from "./place.ts";

/**
 * The three identities of a virtual server that have to agree: what is bound, what the world sees, what is advertised.
 * @param definition called when it has been read
 */
export function mailChecks(place: () => DoctorPlace, definition: () => ClusterDefinition): Check[] {
  const asked = once(async (): Promise<Asked[]> => {
    const { socket, node } = place();
    return Promise.all(
      serversFor(definition(), node).map(async (server) => {
        const { verdict } = await localVerdicts({ socketPath: socket, group: server.group }).ask("*");
        return { server, verdict };
      }),
    );
  });
  const speaking = async (): Promise<MailServer[]> =>
    (await asked()).filter(({ verdict }) => verdict.decision === "BIND").map(({ server }) => server);
  const needs = ["definition", "agent"];
  return [
    check({ code: "source-address", subject: "source addresses", needs, gather: asked, judge: judgeVerdicts }),
    check({
      code: "seen-address",
      subject: "addresses as seen",
      needs: ["source-address", "reach"],
      withinMs: askedWithinMs,
      gather: async (signal) => Promise.all((await speaking()).map((server) => seenFrom(server, place(), signal))),
      judge: judgeSeen,
    }),
    check({
      code: "mailers",
      subject: "Postfix",
      needs: ["definition"],
      gather: postfixHere,
      judge: (settings) => judgePostfix(settings, serversFor(definition(), place().node)),
    }),
    check({
      code: "mailers",
      subject: "Exim",
      needs: ["definition"],
      gather: eximHere,
      judge: (settings) => judgeExim(settings, serversFor(definition(), place().node), place().socket),
    }),
    check({
      code: "advertised",
      subject: "names as advertised",
      needs: ["definition"],
      withinMs: askedWithinMs,
      gather: async () => {
        const { node } = place();
        return Promise.all(serversFor(definition(), node).map((server) => advertisedBy(server, place())));
      },
      judge: judgeAdvertised,
    }),
  ];
}

const postfixNames = [
  "smtp_bind_address",
  "smtp_bind_address6",
  "smtp_bind_address_enforce",
  "transport_maps",
] as const satisfies readonly (keyof PostfixSettings)[];

async function postfixHere(): Promise<PostfixSettings | null> {
  const found = findProgram("postconf");
  if (found === null) return null;
  const values = await Promise.all(postfixNames.map((name) => firstLines(found.path, ["-hx", name])));
  if (values.includes(null)) return null;
  const named = postfixNames.map((name, at) => [name, values[at] ?? ""]);
  return Object.fromEntries(named) as PostfixSettings;
}

async function eximHere(): Promise<EximSettings | null> {
  const found = findProgram("exim4") ?? findProgram("exim");
  if (found === null) return null;
  // Without any configuration it answers nothing at all.
  if ((await firstLines(found.path, ["-bP", "primary_hostname"])) === null) return null;
  return { asked: await firstLines(found.path, ["-bP", "macro", "BRIDGEHEAD_ASK"]) };
}

const run = promisify(execFile);
/** Milliseconds: a mailer tells of its configuration at once. */
const toldWithinMs = 1_000;

/** What a program says; null: it cannot, or ends with an error. */
async function firstLines(program: string, args: readonly string[]): Promise<string | null> {
  try {
    return (await run(program, [...args], { timeout: toldWithinMs })).stdout.trim();
  } catch {
    return null;
  }
}

/** The virtual servers that may come to a node. */
export function serversFor(definition: ClusterDefinition, node: string): MailServer[] {
  return Object.entries(definition.groups).flatMap(([group, of]) => {
    const server = virtualServerOf(servedResources(definition, of));
    if (server === null || !possibleOwners(definition, of).includes(node)) return [];
    return [{ group, address: server.address, networkName: server.networkName }];
  });
}

function outsideOf({ address }: MailServer, { outsideAddresses }: DoctorPlace): string {
  return lookup(outsideAddresses, address) ?? address;
}

/** Asks the control plane from the virtual IP itself. */
async function seenFrom(server: MailServer, place: DoctorPlace, signal: AbortSignal): Promise<Seen> {
  const expected = outsideOf(server, place);
  try {
    const text = await getFrom(server.address, `${place.url}/echo-source`, signal);
    const { address } = echoSourceSchema.parse(JSON.parse(text));
    return { server, expected, seen: address === null ? { kind: "untold" } : { kind: "as", address } };
  } catch (error) {
    return { server, expected, seen: { kind: "unreached", why: codeOf(error) ?? messageOf(error) } };
  }
}

/** `fetch` cannot be told which address to call from. */
function getFrom(localAddress: string, url: string, signal: AbortSignal): Promise<string> {
  const request = url.startsWith("https:") ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const asking = request(url, { localAddress, family: familyOf(localAddress), signal, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      answer.once("end", () => resolve(text)).once("error", reject);
    });
    asking.once("error", reject).end();
  });
}

/** Milliseconds for a name server, and how often it is asked. */
const dns = { timeout: 1_000, tries: 2 } as const;

async function advertisedBy(server: MailServer, place: DoctorPlace): Promise<Advertised> {
  const outside = outsideOf(server, place);
  if (!server.networkName.includes(".")) return { server, outside, addresses: [], names: [] };
  const resolver = new Resolver(dns);
  const told = (asking: Promise<string[]>): Promise<string[] | string> =>
    asking.catch((error: unknown) => (isNone(error) ? [] : (codeOf(error) ?? messageOf(error))));
  const addresses =
    familyOf(outside) === 6 ? resolver.resolve6(server.networkName) : resolver.resolve4(server.networkName);
  return { server, outside, addresses: await told(addresses), names: await told(resolver.reverse(outside)) };
}

/** DNS answered, and has no such record. */
function isNone(error: unknown): boolean {
  return ["ENOTFOUND", "ENODATA"].includes(codeOf(error) ?? "");
}
