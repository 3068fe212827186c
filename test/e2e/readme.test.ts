import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { splitLine } from "../../src/cli/completion/shell-words.ts";
import { freePort } from "../support/ports.ts";
import { lockMachine } from "../support/machine-lock.ts";
import { until } from "../support/until.ts";
import { startCommand, type Command } from "./support.ts";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };

/** Every command that README shows, in a block or in a table, in its order. */
const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = ""]) => block.trim().split("\n"));
const cells = [...readme.matchAll(/^\| `([^`]+)` \|/gm)].map(([, cell = ""]) => cell);
const shown = [...blocks, ...cells].flatMap((line) => line.split(" && ")).map((command) => command.trim());
const ours = shown.filter((command) => command.startsWith("npx bridgehead "));

/** What ends in a way of its own: it refuses, or it runs until it is told to end. */
const exitCodes: Record<string, number> = { "npx bridgehead source-address Exchange --node NODE2": 1 };
const agent = "npx bridgehead agent --cluster exchange --node NODE3 --token-file NODE3.token --base examples";

let folder = "";
/** `start` has the addresses of the example. */
let unlock = (): void => {};
let start: Command | null = null;
let third: Command | null = null;
let environment: NodeJS.ProcessEnv = {};

beforeAll(async () => {
  unlock = await lockMachine("example", 120_000);
  folder = mkdtempSync(join(tmpdir(), "bridgehead-readme-"));
  const port = await freePort("127.0.0.1");
  const data = join(folder, ".bridgehead");
  const started = startCommand(["start", "--port", String(port), "--data", data], folder);
  start = started;
  await until(() => started.output().includes("is online on node NODE1"), 50_000, "the group");
  const url = `http://127.0.0.1:${port}`;
  environment = { ...process.env, BRIDGEHEAD_URL: url, BRIDGEHEAD_TOKEN_FILE: join(data, "admin.token") };
}, 180_000);

afterAll(async () => {
  third?.child.kill("SIGTERM");
  await third?.ended;
  start?.child.kill("SIGTERM");
  await start?.ended;
  unlock();
  rmSync(folder, { recursive: true, force: true });
});

/** The words of a command line without `npx bridgehead`, as a shell splits it. What it writes goes to the test's folder. */
function wordsOf(command: string): string[] {
  const { words } = splitLine(command);
  return words.slice(2).map((word) => (word.endsWith(".token") ? join(folder, word) : word));
}

function run(command: string): Promise<{ code: number; said: string }> {
  const args = wordsOf(command);
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(root, "bin/bridgehead.js"), ...args],
      { cwd: root, env: environment, timeout: 20_000 },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, said: stdout + stderr }),
    );
  });
}

describe("CL10 the commands of README", () => {
  test("CL10 there are some, of each kind", () => {
    expect(ours.length).toBeGreaterThan(4);
    expect(shown.length).toBeGreaterThan(ours.length + 5);
  });

  test.each(ours)("CL10 %s", { timeout: 40_000 }, async (command) => {
    if (command === agent) return runThirdAgent();
    // Who types them one after the other is slower than a failback.
    await until(isSettled, 20_000, "every group online");
    const { code, said } = await run(command);
    expect(code, said).toBe(exitCodes[command] ?? 0);
    if (exitCodes[command] === 1) expect(said).toMatch(/DEFER.*standby/s);
  });

  async function isSettled(): Promise<boolean> {
    const { said } = await run("npx bridgehead group list --output json");
    return said.includes('"Online"') && !/"(?:Pending|PartialOnline|Offline|Failed|Unknown)"/.test(said);
  }

  /** With the token that the command before it has made; it runs until the end, as another terminal would have it. */
  async function runThirdAgent(): Promise<void> {
    const base = ["--base", join(root, "examples")];
    third = startCommand([...wordsOf(agent).slice(0, -2), ...base], folder, environment);
    const isUp = async () => /NODE3 +Up/.test((await run("npx bridgehead node list")).said);
    await until(isUp, 20_000, "NODE3 up");
  }

  test("CL10 each npm command is one of the package", () => {
    const scripts = shown.flatMap((command) => {
      const [, , name] = /^npm (run )?([a-z:]+)/.exec(command) ?? [];
      return name === undefined || name === "ci" ? [] : [name];
    });
    expect(scripts).not.toEqual([]);
    expect(scripts.filter((name) => manifest.scripts[name] === undefined)).toEqual([]);
  });
});
