import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const root = join(import.meta.dirname, "../..");

export type Said = { readonly code: number; readonly said: string };
export type Started = {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | string>;
  /** As Ctrl-C does. Resolves when it has ended. */
  readonly interrupt: () => Promise<void>;
};

/** Runs lines of a page as a reader's shell would, in a folder of the test's, with `npx` leading to this checkout. */
export type PageShell = {
  readonly folder: string;
  readonly run: (line: string) => Promise<Said>;
  readonly start: (line: string) => Started;
  readonly close: () => void;
};

/**
 * @param replaced what a page has to name and a test has otherwise, such as a port
 * @param stubs programs that come before those of this machine, each a text for sh
 */
export function openPageShell(
  environment: Readonly<Record<string, string>>,
  replaced: readonly (readonly [string, string])[] = [],
  stubs: Readonly<Record<string, string>> = {},
): PageShell {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-page-"));
  const programs = join(folder, ".programs");
  mkdirSync(programs);
  for (const [name, text] of Object.entries({ npx, ...stubs })) {
    writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(programs, name), 0o755);
  }
  // What the machine of a test says of a control plane is of another one.
  const surroundings = Object.entries(process.env).filter(([name]) => !name.startsWith("BRIDGEHEAD_"));
  const env = {
    ...Object.fromEntries(surroundings),
    PATH: [programs, process.env["PATH"]].join(delimiter),
    ...environment,
  };
  const lineOf = (line: string): string => replaced.reduce((text, [from, to]) => text.replaceAll(from, to), line);
  const options = { cwd: folder, env };
  return {
    folder,
    run: (line) =>
      new Promise((resolve) => {
        execFile("bash", ["-c", lineOf(line)], { ...options, timeout: 60_000 }, (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
          resolve({ code, said: stdout + stderr });
        });
      }),
    start: (line) => {
      const child = spawn("bash", ["-c", `exec ${lineOf(line)}`], { ...options, stdio: ["ignore", "pipe", "pipe"] });
      let said = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
      }
      const ended = once(child, "close").then(([code, signal]: (number | string | null)[]) => code ?? signal ?? "?");
      const interrupt = async (): Promise<void> => {
        child.kill("SIGINT");
        await ended;
      };
      return { child, output: () => said, ended, interrupt };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const npx = `name=$1; shift
case $name in
bridgehead) exec "${process.execPath}" "${join(root, "bin/bridgehead.js")}" "$@" ;;
wrangler) exec "${process.execPath}" "${join(root, "node_modules/wrangler/bin/wrangler.js")}" "$@" ;;
esac
echo "npx: $name is nothing of this package" >&2
exit 127`;
