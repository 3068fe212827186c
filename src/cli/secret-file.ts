import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { codeOf, CliError, messageOf } from "./errors.ts";

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

/** Writes a new file that its owner alone can read. Throws `CliError`. */
export function writeSecret(file: string, secret: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${secret}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw new CliError("secret-unwritable", `${file} cannot be written: ${messageOf(error)}`);
  }
}
