import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Section } from "../../../src/mailers/mailer.ts";

const command = join(import.meta.dirname, "..", "..", "..", "dist", "cli", "main.js");

/** What `bridgehead mailer NAME` prints, by the place where it goes: the text of the first that begins so. */
export async function printedFor(name: string, options: readonly string[]): Promise<(place: string) => string> {
  const words = [command, "--output", "json", "mailer", name, ...options];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  const { sections } = JSON.parse(stdout) as { sections: readonly Section[] };
  return (place) => {
    const found = sections.find((section) => section.place.startsWith(place));
    if (found === undefined) throw new Error(`nothing is printed for: ${place}`);
    return found.text;
  };
}
