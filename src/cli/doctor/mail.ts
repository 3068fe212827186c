import { Resolver } from "node:dns/promises";
import {
  type ClusterDefinition,
  lookup,
  possibleOwners,
  servedResources,
  virtualServerOf,
} from "../../cluster/definition/definition.ts";
import { localVerdicts } from "../../mta/local-verdicts.ts";
import { check, type Check, once } from "./check.ts";
import { askedWithinMs } from "./control-plane.ts";
import { advertisedBy, nameServerPatience, senderPolicy } from "./dns.ts";
import { type Asked, judgeAdvertised, judgeSeen, judgeVerdicts, type MailServer } from "./judge/mail.ts";
import { judgeExim, judgePostfix } from "./judge/mailers.ts";
import { judgePolicies } from "./judge/spf.ts";
import { eximHere, postfixHere } from "./mailers-here.ts";
import type { DoctorPlace } from "./place.ts";
import { seenByControlPlane, seenByPeer } from "./seen-from.ts";

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
      gather: async (signal) => {
        const { url } = place();
        const witness = "the control plane";
        return Promise.all(
          (await speaking()).map(async (server) => {
            const seen = await seenByControlPlane(server, url, signal);
            return { server, witness, expected: outsideOf(server, place()), seen };
          }),
        );
      },
      judge: judgeSeen,
    }),
    check({
      code: "peer-address",
      subject: "addresses as a peer sees them",
      needs: ["source-address"],
      withinMs: askedWithinMs,
      gather: async (signal) => {
        const { smtpPeer } = place();
        if (smtpPeer === null) return [];
        const witness = `${smtpPeer.host}:${smtpPeer.port}`;
        return Promise.all(
          (await speaking()).map(async (server) => {
            const seen = await seenByPeer(server, smtpPeer, signal);
            return { server, witness, expected: outsideOf(server, place()), seen };
          }),
        );
      },
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
      gather: () => {
        const resolver = new Resolver(nameServerPatience);
        const servers = serversFor(definition(), place().node);
        return Promise.all(servers.map((server) => advertisedBy(server, outsideOf(server, place()), resolver)));
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
        const servers = serversFor(definition(), place().node);
        return Promise.all(
          servers.flatMap((server) =>
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
  return Object.entries(definition.groups).flatMap(([group, of]) => {
    const server = virtualServerOf(servedResources(definition, of));
    if (server === null || !possibleOwners(definition, of).includes(node)) return [];
    return [{ group, address: server.address, networkName: server.networkName }];
  });
}

function outsideOf({ address }: MailServer, { outsideAddresses }: DoctorPlace): string {
  return lookup(outsideAddresses, address) ?? address;
}

/** The name that it greets with, where that is one of DNS, and the domains that it is said to send for. */
function policyDomains({ group, networkName }: MailServer, { senderDomains }: DoctorPlace): string[] {
  const names = networkName.includes(".") ? [networkName] : [];
  return [...new Set([...names, ...(lookup(senderDomains, group) ?? [])])];
}
