import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { until } from "./until.ts";

export type Terminal = {
  /** All that was written to it so far, control sequences included. */
  readonly written: () => string;
  readonly press: (keys: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
  /** Takes the terminal away: what runs in it is told by SIGHUP. */
  readonly kill: () => void;
};

export type TerminalOptions = {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly columns: number;
  readonly rows: number;
};

/** Runs a program of Node in a pseudo-terminal (script(1) of util-linux, which every Debian has). Resolves when the program runs. */
export async function openTerminal(
  args: readonly string[],
  { cwd, env, columns, rows }: TerminalOptions,
): Promise<Terminal> {
  const named = join(cwd, `terminal-${crypto.randomUUID()}`);
  const quoted = [process.execPath, ...args].map((word) => `'${word}'`).join(" ");
  const command = `stty rows ${rows} columns ${columns}; tty > '${named}'; exec ${quoted}`;
  const child = spawn("script", ["-qefc", command, "/dev/null"], { cwd, env: { ...env, TERM: "xterm" } });
  let written = "";
  child.stdout.on("data", (chunk: Buffer) => (written += chunk.toString("utf8")));
  const ended = once(child, "close").then(([code]) => Number(code ?? -1));
  await until(() => existsSync(named) && readFileSync(named, "utf8").endsWith("\n"), 10_000, "a terminal");
  const device = readFileSync(named, "utf8").trim();
  return {
    written: () => written,
    press: (keys) => child.stdin.write(keys),
    resize: (columns, rows) => execFileSync("stty", ["-F", device, "rows", String(rows), "columns", String(columns)]),
    ended,
    kill: () => child.kill("SIGKILL"),
  };
}

/** The last frame that was drawn whole, as lines without control sequences. */
export function lastFrame(written: string): string[] {
  const frames = written.split("\u001b[?2026h\u001b[H").slice(1);
  const [whole = ""] = frames.filter((frame) => frame.includes("\u001b[?2026l")).slice(-1);
  const [text = ""] = whole.split("\u001b[J");
  return text.split(/\r*\n/).map((line) => stripVTControlCharacters(line));
}
