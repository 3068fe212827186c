import { type AgentSockets, optionsText, type Section } from "./mailer.ts";

/** Nodemailer, as an example of any program on Node: it asks before each connection, and opens it from the answer. */
export function nodeSections(sockets: AgentSockets): Section[] {
  return [
    {
      place: "a program that sends with Nodemailer",
      text: `import { createTransport } from "nodemailer";
import { connectFrom, sourceAddresses } from "bridgehead/source-addresses";

const addresses = sourceAddresses(${optionsText(sockets)});

/** Resolves with true when the message was taken. With false, and when it rejects, it was not: keep it, and try again. */
export async function send(host, port, message) {
  const from = await addresses.ask(host);
  if (from.decision !== "BIND") return false;
  const connection = await connectFrom(from, { host, port });
  const transport = createTransport({ host, port, connection, name: from.networkName });
  try {
    await transport.sendMail(message);
    return true;
  } finally {
    transport.close();
    connection.destroy();
  }
}
`,
    },
  ];
}
