import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { codeOf, CliError, messageOf, usageError } from "./errors.ts";

/** 256 bits, as text that needs no quoting anywhere. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** The secret in `file`, without the newline at its end; null without the file. Throws `CliError`. */
export function readSecret(file: string): string | null {
  try {
    const secret = readFileSync(file, "utf8").trim();
    if (secret !== "") return secret;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw new CliError("secret-unreadable", `${file} cannot be read: ${messageOf(error)}`);
  }
  throw new CliError("secret-empty", `${file} is empty; it should hold a token. Remove it, or put the token there.`);
}

/** The secret in `file`, or a new one, which is written there. Throws `CliError`. */
export function keptOrNewSecret(file: string): string {
  const kept = readSecret(file);
  if (kept !== null) return kept;
  const made = newSecret();
  writeSecret(file, made);
  return made;
}

/** What a header cannot carry is no token (RFC 6750: visible ASCII). */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

/** Throws `CliError`. @param where what it was read from */
export function assertToken(text: string, where: string): void {
  if (isToken(text)) return;
  throw usageError(`${where} does not hold one token`, {
    detail: "it has several lines or words, or characters that no token has",
    hint: "It should hold the token alone, as token create writes it.",
  });
}

/** Writes a new file that its owner alone can read. Throws `CliError`. */
export function writeSecret(file: string, secret: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${secret}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw new CliError("secret-unwritable", `${file} cannot be written: ${messageOf(error)}`);
  }
}
