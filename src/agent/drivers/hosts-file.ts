import { readFileSync, realpathSync, statSync } from "node:fs";
import { replaceFile } from "../durable-file.ts";

/** Lines of a hosts file (hosts(5)) that are ours: each ends with a comment that says whose. All others stay as they are. */

/** @param owner `MARK GROUP/RESOURCE`. Throws what the file system throws. */
export function withHosts(file: string, owner: string, addresses: readonly string[], names: readonly string[]): void {
  const ours = addresses.map((address) => `${address} ${names.join(" ")}${markOf(owner)}`);
  rewrite(file, owner, ours);
}

export function withoutHosts(file: string, owner: string): void {
  rewrite(file, owner, []);
}

/** What an earlier run of the same agent has left. */
export function sweepHosts(file: string, mark: string): void {
  rewrite(file, mark, []);
}

/** A mark by itself stands for all lines that begin with it. */
function rewrite(file: string, owner: string, ours: readonly string[]): void {
  const before = readFileSync(file, "utf8");
  const isOurs = (line: string): boolean => line.endsWith(markOf(owner)) || line.includes(`${markOf(owner)} `);
  const others = before.split("\n").filter((line) => !isOurs(line));
  const end = others.at(-1) === "" ? others.length - 1 : others.length;
  const after = [...others.slice(0, end), ...ours, ""].join("\n");
  // Everybody reads it: it stays as open as it is.
  if (after !== before) replaceFile(realpathSync(file), after, statSync(file).mode & 0o777);
}

function markOf(owner: string): string {
  return ` # bridgehead ${owner}`;
}
