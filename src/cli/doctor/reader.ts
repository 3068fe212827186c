import { tokenGiven } from "../context.ts";
import { CliError } from "../errors.ts";

/**
 * The token of who asks, by which the definition is read. `unreadable`: its file is there, and this user cannot read it, which is no
 * reason to look at nothing: only the definition stands on it.
 */
export type Reader =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "none" }
  | { readonly kind: "unreadable"; readonly why: string };

/** Throws `CliError` for a file that was named and is not there, or holds no token. @param file as --token-file names it */
export function readerGiven(file: string | undefined): Reader {
  try {
    const token = tokenGiven(file, null);
    return token === null ? { kind: "none" } : { kind: "token", token };
  } catch (error) {
    if (error instanceof CliError && error.code === "secret-unreadable") {
      return { kind: "unreadable", why: error.message };
    }
    throw error;
  }
}
