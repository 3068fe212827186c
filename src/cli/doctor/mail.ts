import { Resolver } from "node:dns/promises";
import {
  type ClusterDefinition,
  type GroupDefinition,
  lookup,
  possibleOwners,
  servedResources,
  virtualServerOf,
} from "../../cluster/definition/definition.ts";
import { canonicalAddress } from "../../mta/canonical-address.ts";
import { localVerdicts } from "../../mta/local-verdicts.ts";
import { check, type Check, once } from "./check.ts";
import { askedWithinMs } from "./control-plane.ts";
import { advertisedBy, nameServerPatience, senderPolicy } from "./dns.ts";
import {
  type Asked,
  judgeAdvertised,
  judgeNamed,
  judgeSeen,
  judgeVerdicts,
  type MailServer,
  type Seen,
  type SeenAs,
} from "./judge/mail.ts";
import { judgeExim } from "./judge/exim.ts";
import { judgePostfix } from "./judge/postfix.ts";
import { judgePolicies } from "./judge/spf.ts";
import { eximHere, postfixHere } from "./mailers-here.ts";
import { endpointText } from "../workerd/endpoint.ts";
import type { DoctorPlace } from "./place.ts";
import { seenByControlPlane, seenByPeer } from "./seen-from.ts";

/** Milliseconds: many receivers wait before they greet, to see who cannot (Postfix's postscreen six seconds), and some longer. */
const peerAnswerMs = 15_000;
/** That there was no answer is an outcome too. */
export const peerCheckMs = peerAnswerMs + 500;

/** Somebody outside who is asked as whom he sees the virtual servers that speak here. */
type SeenCheck = Pick<Check, "code" | "subject" | "needs" | "withinMs"> & {
  /** Null: there is none. */
  readonly witness: () => {
    /** As a sentence names him. */
    readonly name: string;
    readonly ask: (server: MailServer, expected: string, signal: AbortSignal) => Promise<SeenAs>;
  } | null;
};

/**
 * The three identities of a virtual server that have to agree: what is bound, what the world sees, what is advertised.
 * @param definition called when it has been read
 */
export function mailChecks(place: () => DoctorPlace, definition: () => ClusterDefinition): Check[] {
  const servers = (): MailServer[] => serversFor(definition(), place().node);
  const asked = once(async (): Promise<Asked[]> => {
    const { socket } = place();
    return Promise.all(
      servers().map(async (server) => {
        const { verdict } = await localVerdicts({ socketPath: socket, group: server.group }).ask("*");
        return { server, verdict };
      }),
    );
  });
  const speaking = async (): Promise<MailServer[]> =>
    (await asked()).filter(({ verdict }) => verdict.decision === "BIND").map(({ server }) => server);
  const seenBy = ({ witness, needs, ...parts }: SeenCheck): Check =>
    check({
      ...parts,
      needs: ["source-address", ...needs],
      gather: async (signal) => {
        const asking = witness();
        if (asking === null) return [];
        return Promise.all(
          (await speaking()).map(async (server): Promise<Seen> => {
            const expected = outsideOf(server, place());
            return { server, witness: asking.name, expected, seen: await asking.ask(server, expected, signal) };
          }),
        );
      },
      judge: judgeSeen,
    });
  const needs = ["definition", "agent"];
  return [
    check({
      code: "mail-config",
      subject: "configuration of mail",
      needs: ["definition"],
      gather: place,
      judge: (named) =>
        judgeNamed(
          named,
          serversOf(definition(), () => true),
        ),
    }),
    check({ code: "source-address", subject: "source addresses", needs, gather: asked, judge: judgeVerdicts }),
    seenBy({
      code: "seen-address",
      subject: "addresses as seen",
      needs: ["reach"],
      withinMs: askedWithinMs,
      witness: () => {
        const { url } = place();
        return { name: "the control plane", ask: (server, _, signal) => seenByControlPlane(server, url, signal) };
      },
    }),
    seenBy({
      code: "peer-address",
      subject: "addresses as a peer sees them",
      needs: [],
      withinMs: peerCheckMs,
      witness: () => {
        const { smtpPeer } = place();
        if (smtpPeer === null) return null;
        const peer = { ...smtpPeer, withinMs: peerAnswerMs };
        return {
          name: endpointText(smtpPeer),
          ask: (server, expected, signal) => seenByPeer(server, { ...peer, expected }, signal),
        };
      },
    }),
    check({
      code: "mailers",
      subject: "Postfix",
      needs: ["definition"],
      gather: () => postfixHere(),
      judge: (settings) => judgePostfix(settings, servers()),
    }),
    check({
      code: "mailers",
      subject: "Exim",
      needs: ["definition"],
      gather: () => eximHere(),
      judge: (settings) => judgeExim(settings, servers(), place().socket),
    }),
    check({
      code: "advertised",
      subject: "names as advertised",
      needs: ["definition"],
      withinMs: askedWithinMs,
      gather: () => {
        const resolver = new Resolver(nameServerPatience);
        return Promise.all(servers().map((server) => advertisedBy(server, outsideOf(server, place()), resolver)));
      },
      judge: judgeAdvertised,
    }),
    check({
      code: "sender-policy",
      subject: "SPF",
      needs: ["definition"],
      withinMs: askedWithinMs,
      gather: () => {
        const resolver = new Resolver(nameServerPatience);
        return Promise.all(
          servers().flatMap((server) =>
            policyDomains(server, place()).map((domain) =>
              senderPolicy(server, domain, outsideOf(server, place()), resolver),
            ),
          ),
        );
      },
      judge: judgePolicies,
    }),
  ];
}

/** The virtual servers that may come to a node. */
export function serversFor(definition: ClusterDefinition, node: string): MailServer[] {
  return serversOf(definition, (of) => possibleOwners(definition, of).includes(node));
}

function serversOf(definition: ClusterDefinition, counts: (of: GroupDefinition) => boolean): MailServer[] {
  return Object.entries(definition.groups).flatMap(([group, of]) => {
    const server = virtualServerOf(servedResources(definition, of));
    if (server === null || !counts(of)) return [];
    return [{ group, address: server.address, networkName: server.networkName }];
  });
}

function outsideOf(server: MailServer, { outsideAddresses }: DoctorPlace): string {
  const address = canonicalAddress(server.address);
  return lookup(outsideAddresses, address) ?? address;
}

/** The name that it greets with, where that is one of DNS, and the domains that it is said to send for. */
function policyDomains({ group, networkName }: MailServer, { senderDomains }: DoctorPlace): string[] {
  const names = networkName.includes(".") ? [networkName] : [];
  return [...new Set([...names, ...(lookup(senderDomains, group) ?? [])])];
}
