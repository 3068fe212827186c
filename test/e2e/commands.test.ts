import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { canBind } from "../../src/cli/local/platform.ts";
import { lockMachine } from "../support/machine-lock.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/until.ts";
import { processesOf, startCommand, type Command } from "./support.ts";

let folder = "";
const commands: Command[] = [];
/** `start` has the addresses of the example. */
let unlock = (): void => {};
beforeAll(async () => {
  unlock = await lockMachine("example", 120_000);
}, 130_000);
afterAll(() => unlock());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-start-"));
});
afterEach(async () => {
  for (const { child, ended } of commands.splice(0)) {
    child.kill("SIGTERM");
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

function run(...args: string[]): Command {
  const command = startCommand(args, folder);
  commands.push(command);
  return command;
}

test("CL1 a reader that has seen enough, such as head, ends the command without a word", async () => {
  const bin = join(import.meta.dirname, "..", "..", "bin", "bridgehead.js");
  const shell = spawn("sh", ["-c", `for i in 1 2 3; do "${process.execPath}" "${bin}" --help | true; done`], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  shell.stderr.on("data", (text) => (said += text));
  await once(shell, "close");
  expect(said).toBe("");
});

test("EE1 the demo ends by itself, and each of its lines came out as it should", { timeout: 70_000 }, async () => {
  const demo = run("demo");
  expect(await demo.ended, demo.output()).toBe(0);
  expect(demo.output()).toMatch(/All \d+ lines came out as they should/);
  expect(demo.output()).not.toContain("FAILED");
});

test("EE2 start serves until Ctrl-C, and leaves no process and no port", { timeout: 60_000 }, async () => {
  const port = await freePort("127.0.0.1");
  const data = join(folder, "state");
  const start = run("start", "--port", String(port), "--data", data);
  await until(() => start.output().includes("is online on node"), 20_000, "the group");
  const response = await fetch(`http://127.0.0.1:${port}/healthz`);
  expect(await response.json()).toEqual({ status: "ok" });
  expect(statSync(join(data, "admin.token")).mode & 0o777).toBe(0o600);
  for (const node of ["NODE1", "NODE2"]) {
    const file = join(data, "tokens", `${node}.token`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const token = readFileSync(file, "utf8").trim();
    expect(start.output() + readFileSync(join(data, "logs", `${node}.log`), "utf8")).not.toContain(token);
  }
  start.child.kill("SIGINT");
  expect(await start.ended, start.output()).toBe(0);
  expect(processesOf(folder)).toEqual([]);
  expect(await canBind("127.0.0.1", port)).toBe(true);
  expect(await canBind("127.0.1.100", 10102)).toBe(true);
});

test(
  "EE2 start leaves out a node that was evicted, says so, and starts it again once it is added",
  { timeout: 120_000 },
  async () => {
    const port = String(await freePort("127.0.0.1"));
    const data = join(folder, "state");
    const asks = ["--url", `http://127.0.0.1:${port}`, "--token-file", join(data, "admin.token")];
    const begin = async () => {
      const start = run("start", "--port", port, "--data", data);
      await until(() => start.output().includes("Ctrl-C ends everything"), 20_000, "the start");
      return start;
    };
    const tell = async (start: Command, ...args: string[]) => {
      const command = run(...args, ...asks);
      expect(await command.ended, command.output()).toBe(0);
      start.child.kill("SIGINT");
      expect(await start.ended, start.output()).toBe(0);
    };
    await tell(await begin(), "node", "evict", "NODE2", "--yes", "--wait");
    const without = await begin();
    await until(() => without.output().includes("is online on node NODE1"), 20_000, "the group");
    expect(without.output()).toContain("NODE2 is left out");
    expect(without.output()).toMatch(/agents +NODE1 \d+\n/);
    await tell(without, "node", "add", "NODE2", "--address", "127.0.1.2");
    expect(without.output()).toContain("node add NODE2 --address 127.0.1.2\n");
    expect((await begin()).output()).toMatch(/agents +NODE1 \d+, NODE2 \d+\n/);
  },
);

test("EE2 when start is killed, what it started ends as well", { timeout: 60_000 }, async () => {
  const data = join(folder, "state");
  const start = run("start", "--port", String(await freePort("127.0.0.1")), "--data", data);
  await until(() => start.output().includes("is online on node"), 20_000, "the group");
  expect(processesOf(folder).length).toBeGreaterThan(3);
  start.child.kill("SIGKILL");
  await until(() => processesOf(folder).length === 0, 10_000, "the end of all processes");
});

test(
  "EE2 when the launcher that started it under its own Node is gone, start ends as well",
  { timeout: 60_000 },
  async () => {
    const main = join(import.meta.dirname, "../../dist/cli/main.js");
    const port = String(await freePort("127.0.0.1"));
    // As the launcher starts it; closing the channel is what its death does.
    const child = fork(main, ["start", "--port", port, "--data", join(folder, "state")], {
      cwd: folder,
      env: { ...process.env, BRIDGEHEAD_LAUNCHED: "1" },
      silent: true,
    });
    const ended = once(child, "exit");
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
    await until(() => output.includes("is online on node"), 20_000, "the group");
    child.disconnect();
    await ended;
    expect(processesOf(folder)).toEqual([]);
  },
);
