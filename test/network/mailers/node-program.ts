import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../src/cli/package-files.ts";
import { type MailerPlace, messageWith, type RealMailer, recipient, sender } from "./mailer.ts";

/** Tries each message of a folder once, and keeps what was not taken. */
function programFor(place: MailerPlace): string {
  const { address, port } = place.sink;
  return `import { readdirSync, readFileSync, rmSync } from "node:fs";
import { send } from "./send.mjs";
for (const name of readdirSync("queue").sort()) {
  const message = { envelope: { from: "${sender}", to: "${recipient}" }, raw: readFileSync("queue/" + name) };
  try {
    if (await send("${address}", ${port}, message)) rmSync("queue/" + name);
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
    submit: async (id) => writeFileSync(join(queue, encodeURIComponent(id)), messageWith(id)),
    flush: async () => {
      log += await host.run("env", "-C", folder, process.execPath, "program.mjs");
    },
    waiting: async () => readdirSync(queue).length,
    log: () => log,
    end: async () => {},
  };
}
