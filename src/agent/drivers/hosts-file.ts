import { readFileSync, realpathSync, statSync } from "node:fs";
import { messageOf } from "../../mta/message-of.ts";
import { replaceFile } from "../durable-file.ts";

/** Lines of a hosts file (hosts(5)) that are ours: each ends with a comment that says whose. All others stay as they are. */

/** A hosts file and the mark that tells one agent's lines from those of every other. */
export type HostsFile = { readonly path: string; readonly mark: string };

/**
 * Shows names for addresses; none of them takes away what was shown. @param of `GROUP/RESOURCE`
 * Returns why it could not be written, or null.
 */
export function showHosts(
  { path, mark }: HostsFile,
  of: string,
  addresses: readonly string[],
  names: readonly string[],
): string | null {
  const ours = `${markOf(mark)} ${of}`;
  const lines = addresses.map((address) => `${address} ${names.join(" ")}${ours}`);
  return rewrite(path, (line) => line.endsWith(ours), lines);
}

/** Takes away all that an earlier run of the same agent has shown. Returns as `showHosts`. */
export function sweepHosts({ path, mark }: HostsFile): string | null {
  return rewrite(path, (line) => line.includes(`${markOf(mark)} `), []);
}

function rewrite(path: string, isOurs: (line: string) => boolean, ours: readonly string[]): string | null {
  try {
    const before = readFileSync(path, "utf8");
    const others = before.split("\n").filter((line) => !isOurs(line));
    const end = others.at(-1) === "" ? others.length - 1 : others.length;
    const after = [...others.slice(0, end), ...ours, ""].join("\n");
    // Everybody reads it: it stays as open as it is.
    if (after !== before) replaceFile(realpathSync(path), after, statSync(path).mode & 0o777);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

function markOf(mark: string): string {
  return ` # bridgehead ${mark}`;
}
