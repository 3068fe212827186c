import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../support/ports.ts";
import { lockMachine } from "../support/machine-lock.ts";
import { lastFrame, openTerminal, type Terminal } from "../support/terminal.ts";
import { until } from "../support/until.ts";
import { startCommand } from "./support.ts";

/** What somebody does who sits at a terminal: each test goes on where the one before it ended. */
const bin = join(import.meta.dirname, "..", "..", "bin", "bridgehead.js");
const patienceMs = 60_000;
let folder = "";
let unlock = (): void => {};
let environment: NodeJS.ProcessEnv = {};
let start: Terminal;
let top: Terminal | null = null;

const said = (text: string, times = 1): Promise<void> =>
  until(() => start.written().split(text).length > times, patienceMs, `“${text}”, ${times} times`);

beforeAll(async () => {
  unlock = await lockMachine("example", 120_000);
  folder = mkdtempSync(join(tmpdir(), "bridgehead-terminal-"));
  const port = await freePort("127.0.0.1");
  const data = join(folder, ".bridgehead");
  const url = `http://127.0.0.1:${port}`;
  environment = { ...process.env, BRIDGEHEAD_URL: url, BRIDGEHEAD_TOKEN_FILE: join(data, "admin.token"), NO_COLOR: "" };
  const args = [bin, "start", "--port", String(port), "--data", data];
  start = await openTerminal(args, { cwd: folder, env: process.env, columns: 100, rows: 40 });
  await said("is online on node NODE1");
}, 180_000);

afterAll(async () => {
  start.press("q");
  await Promise.race([start.ended, new Promise((resolve) => setTimeout(resolve, 20_000).unref())]);
  start.kill();
  top?.kill();
  unlock();
  rmSync(folder, { recursive: true, force: true });
});

test("CL46 start says which keys there are; m moves the group", async () => {
  expect(start.written()).toMatch(/ {2}f {2}fails the active node\r\n {2}m {2}moves Exchange\r\n {2}p {2}cuts/);
  start.press("m");
  await said("is online on node NODE2");
}, 70_000);

test("CL45 top draws the cluster, follows what happens, keeps to the size of its terminal, and ends with q", async () => {
  const opened = await openTerminal([bin, "top"], { cwd: folder, env: environment, columns: 90, rows: 30 });
  top = opened;
  const frame = (): string[] => lastFrame(opened.written());
  await until(() => frame().some((line) => /^Exchange +Online +NODE2/.test(line)), patienceMs, "the group on NODE2");
  expect(frame()).toHaveLength(30);
  start.press("m");
  await until(() => frame().some((line) => /^Exchange +Online +NODE1/.test(line)), patienceMs, "the group on NODE1");
  opened.resize(50, 14);
  // stty(1) sets the two one after the other.
  const fits = (): boolean => frame().length === 14 && frame().every((line) => line.length <= 50);
  await until(fits, 10_000, "a smaller frame");
  opened.press("q");
  expect(await opened.ended).toBe(0);
  expect(opened.written().endsWith("\u001b[?25h\u001b[?1049l")).toBe(true);
}, 130_000);

test("CL45 top without a terminal is refused, with what else there is", async () => {
  const command = startCommand(["top"], folder, environment);
  expect(await command.ended).toBe(2);
  expect(command.output()).toMatch(/This needs a terminal[^]*cluster show --output json/);
});

test("CL46 f fails the active node, and the other one takes over", async () => {
  start.press("f");
  await said("The agent of NODE1 is killed (kill -9 ");
  await said("is online on node NODE2", 2);
}, 70_000);

test("CL46 p cuts the control plane off, and brings it back", async () => {
  const answers = (): Promise<boolean> =>
    fetch(`${environment["BRIDGEHEAD_URL"]}/healthz`, { signal: AbortSignal.timeout(1_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  expect(await answers()).toBe(true);
  start.press("p");
  await said("The control plane is cut off");
  expect(await answers()).toBe(false);
  start.press("p");
  await said("The control plane is reached again.");
  await until(answers, patienceMs, "an answer");
}, 70_000);

test("CL46 q ends everything, also while the control plane is cut off", async () => {
  start.press("p");
  await said("The control plane is cut off", 2);
  start.press("q");
  expect(await start.ended).toBe(0);
  expect(start.written()).toContain("Everything has ended.");
}, 70_000);
