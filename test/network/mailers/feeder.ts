import { writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { createTransport } from "nodemailer";
import { messageWith, recipient, sender } from "./mailer.ts";

/**
 * Brings messages to a mail server, one each `everyMs`, and each again until it was taken. Says of each, as a line of JSON, whether a try
 * ended without an answer: it may have been taken then. Arguments: what their ids end with, how many, everyMs, address, port.
 */
const [, , domain = "", count = "", everyMs = "", host = "", port = ""] = process.argv;
const patienceMs = 2_000;

for (let n = 1; n <= Number(count); n += 1) {
  const id = `${n}@${domain}`;
  let isUncertain = false;
  while (!(await taken(id))) {
    isUncertain = true;
    await delay(100);
  }
  writeSync(1, `${JSON.stringify({ id, isUncertain })}\n`);
  await delay(Number(everyMs));
}

async function taken(id: string): Promise<boolean> {
  const timeouts = { connectionTimeout: patienceMs, greetingTimeout: patienceMs, socketTimeout: patienceMs };
  const transport = createTransport({ host, port: Number(port), ignoreTLS: true, name: "peer.test", ...timeouts });
  try {
    await transport.sendMail({ envelope: { from: sender, to: recipient }, raw: messageWith(id) });
    return true;
  } catch {
    return false;
  } finally {
    transport.close();
  }
}
