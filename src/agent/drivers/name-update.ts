import { isIPv6 } from "node:net";
import { reverseNameOf } from "../../cluster/definition/ip-address.ts";

/** A name server that takes dynamic updates (RFC 2136), signed by a key that it knows (TSIG, RFC 8945). */
export type NameServer = {
  readonly host: string;
  readonly port: number;
  /** In the form that `tsig-keygen` writes. */
  readonly keyFile: string;
};

/** What a name server is told of a virtual server. Names are whole, without the last dot. */
export type Registration = {
  readonly name: string;
  /** Each becomes a CNAME of the name. */
  readonly aliases: readonly string[];
  readonly addresses: readonly string[];
  readonly ttlSeconds: number;
  /** PublishPTRRecords: the addresses lead back to the name. */
  readonly isReversed: boolean;
};

/** The update as nsupdate(1) reads it. What was there under these names is replaced, each zone in a message of its own. */
export function updateOf({ host, port }: NameServer, registration: Registration): string {
  const { name, aliases, addresses, ttlSeconds, isReversed } = registration;
  const forward = [
    `update delete ${name}. A`,
    `update delete ${name}. AAAA`,
    ...addresses.map((address) => `update add ${name}. ${ttlSeconds} ${isIPv6(address) ? "AAAA" : "A"} ${address}`),
    "send",
    ...aliases.flatMap((alias) => [
      `update delete ${alias}. CNAME`,
      `update add ${alias}. ${ttlSeconds} CNAME ${name}.`,
      "send",
    ]),
  ];
  const reverse = addresses.flatMap((address) => [
    `update delete ${reverseNameOf(address)}. PTR`,
    `update add ${reverseNameOf(address)}. ${ttlSeconds} PTR ${name}.`,
    "send",
  ]);
  return `${[`server ${host} ${port}`, ...forward, ...(isReversed ? reverse : [])].join("\n")}\n`;
}
