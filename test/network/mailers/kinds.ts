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
  /** Which of the agent's sockets it asks, as its own user or as root. */
  readonly asks: "agent.sock" | "socketmap.sock";
  /** Whether it goes on by itself when nobody answers, within seconds. Postfix waits for 100 of them (its util/dict_sockmap.c). */
  readonly isImpatient: boolean;
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
  asks: "agent.sock",
  isImpatient: true,
  answer: lines,
  open: async (place) => openExim(place, await eximParts(place)),
};

export const postfix: Kind = {
  name: "Postfix",
  asks: "socketmap.sock",
  isImpatient: false,
  answer: { liar: netstring("OK bridgehead-mailvs:[198.18.77.3]:2525"), nonsense: "what?" },
  open: async (place) => openPostfix(place, await postfixParts(place)),
};

export const haraka: Kind = {
  name: "Haraka",
  asks: "agent.sock",
  isImpatient: true,
  answer: lines,
  open: async (place) => openHaraka(place, await harakaParts(place)),
};

export const nodeProgram: Kind = {
  name: "Nodemailer",
  asks: "agent.sock",
  isImpatient: true,
  answer: lines,
  open: async (place) => openNodeProgram(place, (await printedFor("node", place.options))("a program")),
};

export const kinds: readonly Kind[] = [exim, postfix, haraka, nodeProgram];
