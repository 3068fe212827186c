import type { Verdict } from "../../../cluster/questions/verdict.ts";
import { canonicalAddress } from "../../../mta/canonical-address.ts";
import type { Told } from "../check.ts";
import { failed, ok, type Outcome, skipped, warning } from "../outcome.ts";
import { printable } from "../words.ts";
import { listed } from "./asking.ts";

/** A virtual server that may speak from this host. */
export type MailServer = { readonly group: string; readonly address: string; readonly networkName: string };

/** A virtual server, and what the agent of this host says of it. */
export type Asked = { readonly server: MailServer; readonly verdict: Verdict };

/** From where its mail leaves, or why it waits here. */
export function judgeVerdicts(asked: readonly Asked[]): Told[] | null {
  if (asked.length === 0) return null;
  return asked.map(({ server, verdict }) => ({ subject: server.group, outcome: judgeVerdict(server, verdict) }));
}

function judgeVerdict({ networkName }: MailServer, verdict: Verdict): Outcome {
  switch (verdict.decision) {
    case "BIND":
      return ok(`${verdict.networkName} speaks from ${verdict.address} here, under epoch ${verdict.epoch}`);
    case "DEFER":
      return ok(`${networkName} does not speak from this host now (${verdict.reason}): its mail waits here`);
    case "DENY":
      return failed({
        what: `${networkName} may never speak from this host: ${verdict.reason}`,
        cost: "mail that a mailer here has for it waits for ever",
        remedy: "bring what the definition says and what this agent was told to the same: restart the agent",
      });
  }
}

/** What an agent's configuration says of virtual servers: by group, and by address. */
type Named = {
  readonly senderDomains: Readonly<Record<string, unknown>>;
  readonly outsideAddresses: Readonly<Record<string, unknown>>;
};

/** What is said of a virtual server that is none is said in vain. Null: nothing is. @param servers all of the cluster */
export function judgeNamed({ senderDomains, outsideAddresses }: Named, servers: readonly MailServer[]): Told[] | null {
  const groups = servers.map(({ group }) => group);
  const addresses = servers.map(({ address }) => address);
  const canonical = new Set(addresses.map(canonicalAddress));
  const strangers = Object.keys(senderDomains).filter((group) => !groups.includes(group));
  const nowhere = Object.keys(outsideAddresses).filter((address) => !canonical.has(address));
  const vain = (what: string, there: readonly string[]): Told => ({
    subject: "configuration of mail",
    outcome: warning({
      what,
      cost: "what it says is not looked at",
      remedy: `write it in the agent's configuration as the definition has it: ${there.join(", ") || "there are none"}`,
    }),
  });
  const told = [
    ...(strangers.length === 0
      ? []
      : [vain(`senderDomains has ${listed(strangers)}, which no virtual server's group is called`, groups)]),
    ...(nowhere.length === 0
      ? []
      : [vain(`outsideAddresses has ${listed(nowhere)}, which no virtual server has`, addresses)]),
  ];
  return told.length === 0 ? null : told;
}

/** As which address somebody outside saw what was bound to a virtual IP. */
export type SeenAs =
  | { readonly kind: "as"; readonly address: string }
  /** The witness does not tell. */
  | { readonly kind: "untold" }
  | { readonly kind: "unreached"; readonly why: string }
  /** It is reached, and does not answer as it should. */
  | { readonly kind: "odd"; readonly why: string }
  /** It answered, and wants nothing of this caller: what it said. */
  | { readonly kind: "refused"; readonly why: string };

export type Seen = {
  readonly server: MailServer;
  /** Who saw it: as a sentence names him. */
  readonly witness: string;
  /** As the agent's configuration says it is seen behind NAT; else the virtual IP itself. */
  readonly expected: string;
  readonly seen: SeenAs;
};

/** What is bound, against what the world sees. */
export function judgeSeen(seen: readonly Seen[]): Told[] | null {
  if (seen.length === 0) return null;
  return seen.map((one) => ({ subject: one.server.networkName, outcome: judgeOneSeen(one) }));
}

function judgeOneSeen({ server: { address, networkName }, witness, expected, seen }: Seen): Outcome {
  switch (seen.kind) {
    case "untold":
      return skipped(`${witness} is reached from ${address}, and does not tell as whom it sees it`);
    case "unreached":
      return warning({
        what: `${witness} is not reached from ${address} (${seen.why})`,
        cost: `as whom the world sees ${networkName} is not known, and partners may not be reached from it either`,
        remedy: `look at the routes of packets from it: ip route get ADDRESS from ${address}`,
      });
    case "odd":
      return warning({
        what: `${witness} is reached from ${address}, and does not answer ${networkName} as it should (${seen.why})`,
        cost: `as whom the world sees ${networkName} is not known`,
        remedy: `look what is at ${witness}: something on the way, or another program, may answer in its place; its log says why it ends a connection`,
      });
    case "refused":
      return warning({
        what: `${witness} refuses ${networkName} at ${address}: ${seen.why}`,
        cost: "it takes no mail from it",
        remedy: "do what its answer says; most often it is the address that is not known there, or has a bad name",
      });
    case "as":
      return judgeAddress(address, networkName, witness, expected, seen.address);
  }
}

function judgeAddress(address: string, networkName: string, witness: string, expected: string, seen: string): Outcome {
  if (seen === expected) {
    const nat = expected === address ? "" : `, as outsideAddresses says of ${address}`;
    return ok(`${witness} sees ${networkName} as ${seen}${nat}`);
  }
  return failed({
    what: `${witness} sees ${networkName} as ${seen}, and expected is ${expected}`,
    cost: "partners who know it by the expected address refuse its associations, as in KB Q186756, and its mail fails SPF",
    remedy: `where a NAT translates ${address} to ${seen}, write outsideAddresses: { "${address}": "${seen}" } into the agent's configuration; else mend the NAT or the route that takes it out another way`,
  });
}

/** What DNS says of a virtual server's name and address. */
export type Advertised = {
  readonly server: MailServer;
  /** The address that the world sees. */
  readonly outside: string;
  /** Addresses of the name; a text: why they are not known. */
  readonly addresses: readonly string[] | string;
  /** Names of the address; a text: why they are not known. */
  readonly names: readonly string[] | string;
};

/** What is advertised, against what is seen. */
export function judgeAdvertised(advertised: readonly Advertised[]): Told[] | null {
  if (advertised.length === 0) return null;
  return advertised.map((one) => ({ subject: one.server.networkName, outcome: judgeOneAdvertised(one) }));
}

function judgeOneAdvertised({ server: { networkName }, outside, addresses, names }: Advertised): Outcome {
  if (!networkName.includes(".")) {
    return skipped(
      `${networkName} is no name of DNS`,
      "give the Network Name the host name that mail from it is to greet with (EHLO), where receivers look for it",
    );
  }
  const cost = "many receivers refuse mail from a host whose name and address do not lead to each other";
  if (typeof addresses === "string" || typeof names === "string") {
    const why = typeof addresses === "string" ? `${networkName}: ${addresses}` : `${outside}: ${String(names)}`;
    return warning({
      what: `DNS does not answer (${why})`,
      cost: "whether name and address lead to each other is not known, and receivers refuse mail where they do not",
      remedy: "look whether the name servers of this host (/etc/resolv.conf) and those of the zone answer",
    });
  }
  if (!addresses.includes(outside)) {
    const has = addresses.join(", ") || "no address";
    return warning({
      what: `${networkName} has ${has} in DNS, and mail comes from ${outside}`,
      cost,
      remedy: `make a record: ${networkName} ${outside.includes(":") ? "AAAA" : "A"} ${outside}`,
    });
  }
  if (!names.some((name) => name.toLowerCase() === networkName.toLowerCase())) {
    const has = printable(names.join(", ")) || "no name";
    return warning({
      what: `${outside} has ${has} in DNS, and greets as ${networkName}`,
      cost,
      remedy: `ask who has its reverse zone for a record: PTR ${networkName}`,
    });
  }
  return ok(`${networkName} and ${outside} lead to each other in DNS`);
}
