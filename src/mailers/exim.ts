import type { AgentSockets, Section } from "./mailer.ts";

/**
 * Exim 4. While the agent says anything but `BIND` all domains but the local ones are held: their mail waits, and no attempt counts against it.
 * A router asks as well; its answer goes with the message (`$address_data`) into the transport, which takes address and name from there. An
 * `interface` that is empty, or of the other family than the host that is called, Exim ignores and calls from the node; so each family has
 * one that is on no host, and a call that would need it is deferred.
 */
export function eximSections({ group, socket }: AgentSockets): Section[] {
  return [
    { place: "main section, behind `domainlist local_domains`", text: main(group, socket) },
    { place: "routers section, before the first router to other hosts", text: router },
    { place: "each smtp transport to other hosts", text: transport },
  ];
}

/** How long the agent may take: it answers within a millisecond, and one that takes longer is frozen. */
const askedForS = 2;
/** On no host: class E (RFC 1112), and the discard-only prefix (RFC 6666). */
const nowhere4 = "240.0.0.1";
const nowhere6 = "100::1";

/** No name of a group has it: the agent cannot take the end of a name with blanks for a destination. */
const anywhere = "*";

function main(group: string, socket: string): string {
  // Without the last part but one a line's end would be part of the answer; without the last, silence would be a panic.
  const asked = `\${readsocket{${socket}}{source-address ${group} ${anywhere}\\n}{${askedForS}s}{}{DEFER no-agent}}`;
  return [
    `BRIDGEHEAD_ASK = ${asked}`,
    "BRIDGEHEAD_BIND = \\N^BIND ([0-9a-fA-F.:]+) (\\S+) \\d+ [1-9]\\d*$\\N",
    "hold_domains = ${if match{BRIDGEHEAD_ASK}{BRIDGEHEAD_BIND}{}{! +local_domains}}",
    "",
  ].join("\n");
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
