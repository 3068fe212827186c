import { capabilities, type Capability } from "./privileges.ts";

/** Something that a host cannot do for Bridgehead. Each part is a sentence, or goes on as one. */
export type Lack = {
  /** What is so. */
  readonly what: string;
  readonly cost: string;
  readonly remedy: string;
};

/** The code under which an agent logs a lack, and by which its cluster is told. */
export type LackCode = "no-ip" | "no-net-admin" | "no-net-raw" | "no-filter";

/** In one line, as a log has it. */
export function lineOf({ what, cost, remedy }: Lack): string {
  return `${what}: ${cost}; ${remedy}`;
}

const toDebian = (name: string): string => `on Debian: apt install ${name}`;

/** Said by the agent once, and by `bridgehead doctor`: in the same words. */
export const lacks = {
  ip: (why: string): Lack => ({
    what: `iproute2 cannot be used (${why})`,
    cost: "no address but those of 127.0.0.0/8 comes on this host, and groups with another one fail here",
    remedy: `install it (${toDebian("iproute2")})`,
  }),
  netAdmin: (who: string): Lack => ({
    what: `${who} does not have CAP_NET_ADMIN`,
    cost: "no address but those of 127.0.0.0/8 comes on this host, nothing filters it, and no connection is ended with it",
    remedy: "give it the capability, as the units of bridgehead agent install do",
  }),
  netRaw: (who: string): Lack => ({
    what: `${who} does not have CAP_NET_RAW`,
    cost:
      "unless arping has it by itself, nobody is asked whether an address is in use, and no neighbour is told that it has moved: " +
      "they call the old host until their ARP caches forget it",
    remedy: "give it the capability, as the units of bridgehead agent install do",
  }),
  filter: (why: string): Lack => ({
    what: `this host has no packet filter (${why})`,
    cost:
      "should the agent be stopped, its addresses speak until the guard or the kernel has taken them away, which is up to two " +
      "seconds late",
    remedy: "it takes nftables 1.0.3, Linux 5.16 (the netdev egress hook) and CAP_NET_ADMIN",
  }),
  asking: (why: string): Lack => ({
    what: `nobody can be asked who has an address (${why})`,
    cost: "an address that a stranger has is taken all the same",
    remedy: `install arping (${toDebian("iputils-arping")})`,
  }),
  announcing: (why: string): Lack => ({
    what: `neighbours cannot be told that an address has moved (${why})`,
    cost: "they call the old host until their caches forget it, which may take minutes",
    remedy: `install arping (${toDebian("iputils-arping")}), and ndptool for IPv6 (${toDebian("libndp-tools")})`,
  }),
  watching: (why: string): Lack => ({
    what: `addresses are not watched (${why})`,
    cost: "one that somebody takes away is missed only at the next renewal",
    remedy: `install iproute2 (${toDebian("iproute2")})`,
  }),
  endingSockets: (why: string): Lack => ({
    what: `connections of an address that has gone cannot be ended (${why})`,
    cost: "an association lives on unseen, and resumes by itself when its address comes back to this host",
    remedy: `it takes ss (${toDebian("iproute2")}), CAP_NET_ADMIN and a kernel with CONFIG_INET_DIAG_DESTROY`,
  }),
  guard: (why: string): Lack => ({
    what: why,
    cost: "until one does, a crash of the agent costs a whole lease, and not some 100 ms",
    remedy: "start one; under systemd: systemctl start bridgehead-guard",
  }),
} as const satisfies Record<string, (why: string) => Lack>;

/** What a host is like, as far as its addresses stand on it. Null: nothing is in the way; else why not. */
export type HostAbilities = {
  readonly whyNoIp: string | null;
  readonly whyNoFilter: string | null;
  /** The agent's own. */
  readonly capabilities: ReadonlySet<Capability>;
};

/** What an agent says of its host before its first address, each under its code. */
export function lacksOf({ whyNoIp, whyNoFilter, capabilities: has }: HostAbilities): (Lack & { code: LackCode })[] {
  const found: (Lack & { code: LackCode })[] = [];
  if (whyNoIp !== null) found.push({ code: "no-ip", ...lacks.ip(whyNoIp) });
  if (!has.has(capabilities.netAdmin)) found.push({ code: "no-net-admin", ...lacks.netAdmin("this agent") });
  if (!has.has(capabilities.netRaw)) found.push({ code: "no-net-raw", ...lacks.netRaw("this agent") });
  if (whyNoFilter !== null) found.push({ code: "no-filter", ...lacks.filter(whyNoFilter) });
  return found;
}
