import type { AgentSockets, Section } from "./mailer.ts";
import { mostSpecificFirst } from "./routes.ts";

/**
 * Exim 4. While the agent says anything but `BIND` all domains but the local ones are held: their mail waits, and no attempt counts against it.
 * A router asks as well; its answer goes with the message (`$address_data`) into the transport, which takes address and name from there. An
 * `interface` that is empty, or of the other family than the host that is called, Exim ignores and calls from the node; so each family has
 * one that is on no host, and a call that would need it is deferred.
 *
 * Where the group follows from the domain a transport takes one domain at a time: of several that have the same next hop it would take
 * the answer for the first.
 */
export function eximSections(sockets: AgentSockets): Section[] {
  return [
    { place: "main section, behind `domainlist local_domains`", text: main(sockets) },
    { place: "routers section, before the first router to other hosts", text: router },
    {
      place: "each smtp transport to other hosts",
      text: sockets.routes.length === 0 ? transport : `${transport}${oneDomain}`,
    },
  ];
}

/** How long the agent may take: it answers within a millisecond, and one that takes longer is frozen. */
const askedForS = 2;
/** On no host: class E (RFC 1112), and the discard-only prefix (RFC 6666). */
const nowhere4 = "240.0.0.1";
const nowhere6 = "100::1";

/** No name of a group has it: the agent cannot take the end of a name with blanks for a destination. */
const anywhere = "*";

function main(sockets: AgentSockets): string {
  return [
    `BRIDGEHEAD_ASK = ${askedByDomain(sockets)}`,
    "BRIDGEHEAD_BIND = \\N^BIND ([0-9a-fA-F.:]+) (\\S+) \\d+ [1-9]\\d*$\\N",
    "hold_domains = ${if match{BRIDGEHEAD_ASK}{BRIDGEHEAD_BIND}{}{! +local_domains}}",
    "",
  ].join("\n");
}

/** One question for each domain: what is in a branch that is not taken, Exim does not evaluate. */
function askedByDomain({ group, socket, routes }: AgentSockets): string {
  return mostSpecificFirst(routes).reduceRight(
    (otherwise, route) => {
      const covered = route.domain.startsWith(".") ? `*${route.domain}` : route.domain;
      return `\${if match_domain{$domain}{${covered}}{${asked(route.group, socket)}}{${otherwise}}}`;
    },
    asked(group, socket),
  );
}

function asked(group: string, socket: string): string {
  // Without the last part but one a line's end would be part of the answer; without the last, silence would be a panic.
  return `\${readsocket{${socket}}{source-address ${group} ${anywhere}\\n}{${askedForS}s}{}{DEFER no-agent}}`;
}

const router = `bridgehead:
  driver = redirect
  domains = ! +local_domains
  no_expn
  address_data = BRIDGEHEAD_ASK
  allow_defer
  data = \${if match{$address_data}{BRIDGEHEAD_BIND}{}{:defer: this node may not call from the virtual IP: $address_data}}
`;

const transport = `  interface = \${if match{$address_data}{BRIDGEHEAD_BIND}{<; $1 ; \${if isip4{$1}{${nowhere6}}{${nowhere4}}}}{<; ${nowhere4} ; ${nowhere6}}}
  helo_data = \${if match{$address_data}{BRIDGEHEAD_BIND}{$2}{bridgehead.invalid}}
  connection_max_messages = 1
`;

const oneDomain = "  multi_domain = false\n";
