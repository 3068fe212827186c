import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findProgram } from "./facts.ts";
import type { EximSettings, PostfixSettings } from "./judge/mailers.ts";

const postfixNames = [
  "smtp_bind_address",
  "smtp_bind_address6",
  "smtp_bind_address_enforce",
  "smtp_helo_name",
  "transport_maps",
] as const satisfies readonly (keyof PostfixSettings)[];

/** Null: there is no Postfix, or nobody may ask it. */
export async function postfixHere(): Promise<PostfixSettings | null> {
  const found = findProgram("postconf");
  if (found === null) return null;
  const values = await Promise.all(postfixNames.map((name) => firstLines(found.path, ["-hx", name])));
  if (values.includes(null)) return null;
  const named = postfixNames.map((name, at) => [name, values[at] ?? ""]);
  return Object.fromEntries(named) as PostfixSettings;
}

/** Null: there is no Exim, or it has no configuration. */
export async function eximHere(): Promise<EximSettings | null> {
  const found = findProgram("exim4") ?? findProgram("exim");
  if (found === null) return null;
  // Without any configuration it answers nothing at all.
  if ((await firstLines(found.path, ["-bP", "primary_hostname"])) === null) return null;
  return { asked: await firstLines(found.path, ["-bP", "macro", "BRIDGEHEAD_ASK"]) };
}

const run = promisify(execFile);
/** Milliseconds: a mailer tells of its configuration at once. */
const toldWithinMs = 1_000;

/** What a program says; null: it cannot, or ends with an error. */
async function firstLines(program: string, args: readonly string[]): Promise<string | null> {
  try {
    return (await run(program, [...args], { timeout: toldWithinMs })).stdout.trim();
  } catch {
    return null;
  }
}
