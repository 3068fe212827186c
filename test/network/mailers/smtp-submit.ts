import { createTransport } from "nodemailer";
import { messageWith, sender } from "./mailer.ts";

/** Hands a message to the mail server of this host, which confirms it, or the process fails. Arguments: host, port, message id, recipients. */
const [, , host = "", port = "", id = "", ...to] = process.argv;
const transport = createTransport({ host, port: Number(port), ignoreTLS: true });
await transport.sendMail({ envelope: { from: sender, to }, raw: messageWith(id) });
transport.close();
