import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../src/cli/package-files.ts";
import { type MailerPlace, messageWith, type RealMailer, recipient, sender } from "./mailer.ts";

/** Tries each message of a folder once, and keeps what was not taken. */
function programFor({ sink, options }: MailerPlace): string {
  const { address, port } = sink;
  const takes = `${options.includes("--route") ? 'to.split("@")[1], ' : ""}"${address}", ${port}`;
  return `import { readdirSync, readFileSync, rmSync } from "node:fs";
import { send } from "./send.mjs";
for (const name of readdirSync("queue").sort()) {
  const { to, raw } = JSON.parse(readFileSync("queue/" + name, "utf8"));
  const message = { envelope: { from: "${sender}", to }, raw };
  try {
    if (await send(${takes}, message)) rmSync("queue/" + name);
    else console.log(name + ": it has to wait");
  } catch (error) {
    console.log(name + ": " + (error.code ?? error.message));
  }
}
`;
}

/** A program that sends with the printed function. */
export async function openNodeProgram(place: MailerPlace, printed: string): Promise<RealMailer> {
  const { host, folder } = place;
  const queue = join(folder, "queue");
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  mkdirSync(queue, { recursive: true });
  symlinkSync(packageRoot, join(folder, "node_modules", "bridgehead"));
  symlinkSync(join(packageRoot, "node_modules", "nodemailer"), join(folder, "node_modules", "nodemailer"));
  writeFileSync(join(folder, "send.mjs"), printed);
  writeFileSync(join(folder, "program.mjs"), programFor(place));
  let log = "";
  return {
    // A file for each recipient.
    submit: async (id, recipients = [recipient]) => {
      for (const to of recipients) {
        const name = encodeURIComponent(`${id} ${to}`);
        writeFileSync(join(queue, name), JSON.stringify({ to, raw: messageWith(id) }));
      }
    },
    flush: async () => {
      log += await host.run("env", "-C", folder, process.execPath, "program.mjs");
    },
    waiting: async () => readdirSync(queue).length,
    log: () => log,
    end: async () => {},
  };
}
