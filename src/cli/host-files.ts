import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CliError, messageOf, usageError } from "./errors.ts";
import { print, write } from "./output.ts";

/** A file that a service of this host needs. */
export type HostFile = {
  readonly path: string;
  readonly text: string;
  /** Somebody may have written into it: it stays as it is when it is there. */
  readonly isTheirs: boolean;
};

export type PutOptions = { readonly write?: true; readonly root: string; readonly output: "table" | "json" };

/** Prints the files, or writes them, and says what is to be done then, as root. Throws `CliError`. */
export function putHostFiles(
  { write: isWritten, root, output }: PutOptions,
  files: readonly HostFile[],
  steps: readonly string[],
): void {
  const written = isWritten === true ? files.map((file) => put(root, file)) : [];
  if (output === "json") return print(output, { files: files.map(({ path, text }) => ({ path, text })), written }, []);
  if (isWritten === true) write(written.join("\n"));
  else write(files.map(({ path, text }) => `# ${path}\n${text}`).join("\n"));
  write(`${isWritten === true ? "\n" : ""}Then, as root:\n${steps.map((step) => `  ${step}`).join("\n")}`);
}

/** Says what it did with a file. */
function put(root: string, { path, text, isTheirs }: HostFile): string {
  const file = join(root, path);
  try {
    const before = existsSync(file) ? readFileSync(file, "utf8") : null;
    if (before === text) return `${path}: is so already`;
    if (before !== null && isTheirs) return `${path}: is there, and stays as it is`;
    mkdirSync(dirname(file), { recursive: true });
    // Whatever the umask is: who sees no configuration takes the host for none of a cluster.
    if (isTheirs) chmodSync(dirname(file), 0o755);
    writeFileSync(file, text);
    chmodSync(file, 0o644);
    return `${path}: written`;
  } catch (error) {
    throw new CliError("file-unwritable", `${path} cannot be written`, undefined, { detail: messageOf(error) });
  }
}

/** As useradd(8) takes it, and a shell that is told to run it. */
export function assertUser(user: string): void {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) throw usageError(`${user} is no name of a user`);
}
