import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findProgram } from "./facts.ts";
import { type EximSettings, eximTransports } from "./judge/exim.ts";
import { type PostfixSettings, postfixServices } from "./judge/postfix.ts";

/** Null: there is no Postfix, or nobody may ask it. @param more arguments of `postconf` that come first, such as another folder */
export async function postfixHere(more: readonly string[] = []): Promise<PostfixSettings | null> {
  const found = findProgram("postconf");
  if (found === null) return null;
  const ask = (...args: string[]): Promise<string> => said(found.path, [...more, ...args]);
  const value = (name: string): Promise<string> => ask("-hx", name);
  try {
    const [four, six, enforce, greeting, maps, commands, parameters] = await Promise.all([
      value("smtp_bind_address"),
      value("smtp_bind_address6"),
      value("smtp_bind_address_enforce"),
      value("smtp_helo_name"),
      value("transport_maps"),
      ask("-F", "*/unix/command"),
      ask("-Px"),
    ]);
    return {
      smtp_bind_address: four,
      smtp_bind_address6: six,
      smtp_bind_address_enforce: enforce,
      smtp_helo_name: greeting,
      transport_maps: maps,
      services: postfixServices(commands, parameters),
    };
  } catch {
    return null;
  }
}

/** Null: there is no Exim, or it has no configuration. @param more arguments of Exim that come first, such as another configuration */
export async function eximHere(more: readonly string[] = []): Promise<EximSettings | null> {
  const found = findProgram("exim4") ?? findProgram("exim");
  if (found === null) return null;
  const ask = (...what: string[]): Promise<string> => said(found.path, [...more, "-bP", ...what]);
  try {
    // Without any configuration it answers nothing at all.
    const transports = eximTransports(await ask("transports"));
    // It ends with an error where there is no such macro.
    return { asked: await ask("macro", "BRIDGEHEAD_ASK").catch(() => null), transports };
  } catch {
    return null;
  }
}

const run = promisify(execFile);
/** Milliseconds: a mailer tells of its configuration at once. */
const toldWithinMs = 1_000;

/** Rejects where it cannot say it, or ends with an error. */
async function said(program: string, args: readonly string[]): Promise<string> {
  return (await run(program, [...args], { timeout: toldWithinMs })).stdout.trim();
}
