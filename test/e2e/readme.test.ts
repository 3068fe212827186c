import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../support/ports.ts";
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
const agent = "npx bridgehead agent --cluster exchange --node NODE1 --token-file NODE1.token --base examples";

let folder = "";
let start: Command | null = null;
let environment: NodeJS.ProcessEnv = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-readme-"));
  const port = await freePort("127.0.0.1");
  const data = join(folder, ".bridgehead");
  const started = startCommand(["start", "--port", String(port), "--data", data], folder);
  start = started;
  await until(() => started.output().includes("is online on node NODE1"), 20_000, "the group");
  const url = `http://127.0.0.1:${port}`;
  environment = { ...process.env, BRIDGEHEAD_URL: url, BRIDGEHEAD_TOKEN_FILE: join(data, "admin.token") };
}, 60_000);

afterAll(async () => {
  start?.child.kill("SIGTERM");
  await start?.ended;
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

function run(command: string): Promise<{ code: number; said: string }> {
  const args = command.split(" ").slice(2);
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

  test.each(ours.filter((command) => command !== agent))("CL10 %s", { timeout: 30_000 }, async (command) => {
    const { code, said } = await run(command);
    expect(code, said).toBe(exitCodes[command] ?? 0);
    if (exitCodes[command] === 1) expect(said).toMatch(/DEFER.*standby/s);
  });

  test(`CL10 ${agent}`, { timeout: 30_000 }, async () => {
    expect(ours).toContain(agent);
    const { said } = await run("npx bridgehead token create --role node --node NODE1 --output json");
    const { token } = JSON.parse(said) as { token: string };
    const place = mkdtempSync(join(folder, "node-"));
    writeFileSync(join(place, "NODE1.token"), token);
    const command = startCommand(agent.split(" ").slice(2), place, environment);
    // Another run of this node is connected: this one waits, and goes on waiting.
    await until(() => command.output().includes("another-run-is-connected"), 10_000, "the second run's report");
    command.child.kill("SIGTERM");
    expect(await command.ended, command.output()).toBe(0);
  });

  test("CL10 each npm command is one of the package", () => {
    const scripts = shown.flatMap((command) => {
      const [, , name] = /^npm (run )?([a-z:]+)/.exec(command) ?? [];
      return name === undefined || name === "ci" ? [] : [name];
    });
    expect(scripts).not.toEqual([]);
    expect(scripts.filter((name) => manifest.scripts[name] === undefined)).toEqual([]);
  });
});
