import { closeSync, fsyncSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { messageWith, recipient, sender } from "./mailer.ts";

/**
 * Brings messages as files to the program of `examples/`, one each `everyMs`, and says of each, as a line of JSON, that it is on the disk.
 * Arguments: what their ids end with, how many, everyMs, folder.
 */
const [, , domain = "", count = "", everyMs = "", folder = ""] = process.argv;

for (let n = 1; n <= Number(count); n += 1) {
  const id = `${n}@${domain}`;
  const unnamed = join(folder, `.${n}`);
  const file = openSync(unnamed, "wx");
  writeFileSync(file, JSON.stringify({ from: sender, to: recipient, raw: messageWith(id) }));
  sync(file);
  renameSync(unnamed, join(folder, String(n)));
  sync(openSync(folder, "r"));
  writeSync(1, `${JSON.stringify({ id, isUncertain: false })}\n`);
  await delay(Number(everyMs));
}

function sync(descriptor: number): void {
  fsyncSync(descriptor);
  closeSync(descriptor);
}
