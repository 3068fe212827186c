import { execFile } from "node:child_process";
import type { Host } from "../lan.ts";
import type { Sink } from "./sink.ts";

/** Where a real mailer is set up, and what it works with. */
export type MailerPlace = {
  readonly host: Host;
  /** Everything of its own is in here. */
  readonly folder: string;
  /** The relay that it sends all mail to. */
  readonly sink: Sink;
  /** Options of `bridgehead mailer NAME`: group and sockets. */
  readonly options: readonly string[];
};

/** A real mailer on a host. */
export type RealMailer = {
  /** Puts a message with this id into its queue, and resolves when it is there. Without recipients: for `recipient`. */
  readonly submit: (id: string, recipients?: readonly string[]) => Promise<void>;
  /** Has it try all that waits, now. Resolves when it has, or has begun to. */
  readonly flush: () => Promise<void>;
  /** Has it try what is due, as it does by itself; where it can be told to. */
  readonly turn?: () => Promise<void>;
  /** How many messages wait. */
  readonly waiting: () => Promise<number>;
  /** What it says of what it did. */
  readonly log: () => string;
  readonly end: () => Promise<void>;
};

export const sender = "sender@node.test";
export const recipient = "recipient@dest.test";

/** RFC 5322. */
export function messageWith(id: string): string {
  const headers = [`From: <${sender}>`, `To: <${recipient}>`, `Subject: ${id}`, `Message-ID: <${id}>`];
  return `${headers.join("\n")}\n\nOf message ${id}.\n`;
}

/** Hands a message to a program of this host, as `sendmail` takes it. */
export async function submitTo(host: Host, words: readonly string[], id: string): Promise<void> {
  const child = execFile("ip", ["netns", "exec", host.namespace, ...words]);
  let said = "";
  child.stderr?.on("data", (text: string) => (said += text));
  child.stdin?.end(messageWith(id));
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  if (code !== 0) throw new Error(`${words[0]} did not take ${id}: exit ${code}, ${said}`);
}
