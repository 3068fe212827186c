import { netstring } from "../../../src/agent/socketmap.ts";
import { virtualAddress } from "../lan.ts";
import { openExim } from "./exim.ts";
import { openHaraka } from "./haraka.ts";
import type { MailerPlace, RealMailer } from "./mailer.ts";
import { openNodeProgram } from "./node-program.ts";
import { openPostfix } from "./postfix.ts";
import { printedFor } from "./printed.ts";

/** A mailer, and how it is set up as `bridgehead mailer` prints it. */
export type Kind = {
  readonly name: string;
  /** The group of its own that may ask at the agent's sockets. */
  readonly user: string;
  /** Which of the agent's sockets it asks. */
  readonly asks: "agent.sock" | "socketmap.sock";
  /** What a liar and a fool say there. */
  readonly answer: { readonly liar: string; readonly nonsense: string };
  readonly open: (place: MailerPlace) => Promise<RealMailer>;
};

const lines = { liar: `BIND ${virtualAddress} MAILVS 1 1500\n`, nonsense: "what?\n" };
const relayOf = ({ sink }: MailerPlace): string => `[${sink.address}]:${sink.port}`;

export async function eximParts({ options }: MailerPlace) {
  const printed = await printedFor("exim", options);
  return {
    main: printed("main section"),
    router: printed("routers section"),
    transport: printed("each smtp transport"),
  };
}

export async function postfixParts(place: MailerPlace) {
  // With a route the control plane is asked for these.
  const server = place.options.includes("--route") ? [] : ["--address", virtualAddress, "--name", "MAILVS"];
  const printed = await printedFor("postfix", [...place.options, ...server, "--relay", relayOf(place)]);
  return { main: printed("/etc/postfix/main.cf"), master: printed("/etc/postfix/master.cf") };
}

export async function harakaParts(place: MailerPlace) {
  const printed = await printedFor("haraka", [...place.options, "--relay", relayOf(place)]);
  return { plugin: printed("plugins/bridgehead.js"), plugins: printed("config/plugins") };
}

export const exim: Kind = {
  name: "Exim",
  user: "mail",
  asks: "agent.sock",
  answer: lines,
  open: async (place) => openExim(place, await eximParts(place)),
};

export const postfix: Kind = {
  name: "Postfix",
  user: "postfix",
  asks: "socketmap.sock",
  answer: { liar: netstring("OK bridgehead-mailvs:[198.18.77.3]:2525"), nonsense: "what?" },
  open: async (place) => openPostfix(place, await postfixParts(place)),
};

export const haraka: Kind = {
  name: "Haraka",
  user: "root",
  asks: "agent.sock",
  answer: lines,
  open: async (place) => openHaraka(place, await harakaParts(place)),
};

export const nodeProgram: Kind = {
  name: "Nodemailer",
  user: "root",
  asks: "agent.sock",
  answer: lines,
  open: async (place) => openNodeProgram(place, (await printedFor("node", place.options))("a program")),
};

export const kinds: readonly Kind[] = [exim, postfix, haraka, nodeProgram];
