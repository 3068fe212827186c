import { type AgentSockets, optionsText, type Section } from "./mailer.ts";

/** Nodemailer, as an example of any program on Node: it asks before each connection, and opens it from the answer. */
export function nodeSections(sockets: AgentSockets): Section[] {
  const { asks, made, says, takes, addresses } = sockets.routes.length === 0 ? ofOneGroup : ofSeveralGroups;
  return [
    {
      place: "a program that sends with Nodemailer",
      text: `import { createTransport } from "nodemailer";
import { connectFrom, ${asks} } from "bridgehead/source-addresses";

const ${made} = ${asks}(${optionsText(sockets)});

/**
 * ${says}Resolves with Nodemailer's \`info\` when the message was taken: of its recipients, by those
 * of \`info.accepted\`. Keep it for those of \`info.rejected\`, and try again for them alone. With null, and when it rejects, it was taken for
 * nobody, as far as anybody knows: keep it, and try again.
 */
export async function send(${takes}) {
  const from = await ${addresses}.ask(host);
  if (from.decision !== "BIND") return null;
  const connection = await connectFrom(from, { host, port });
  const transport = createTransport({ host, port, connection, name: from.networkName });
  try {
    return await transport.sendMail(message);
  } finally {
    transport.close();
    connection.destroy();
  }
}
`,
    },
  ];
}

const ofOneGroup = {
  asks: "sourceAddresses",
  made: "addresses",
  says: "",
  takes: "host, port, message",
  addresses: "addresses",
} as const;

/** Who calls follows from the domain of the recipients, so that all of a message's are of one. */
const ofSeveralGroups = {
  asks: "routedSourceAddresses",
  made: "addressesFor",
  says: "All recipients of the message are of this domain. ",
  takes: "domain, host, port, message",
  addresses: "addressesFor(domain)",
} as const;
