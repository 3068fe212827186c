import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freeStage, type Stage } from "../../src/cli/demo/stage.ts";
import { exchangeFiles } from "../../src/cli/local/exchange.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/until.ts";
import { startCommand, type Command } from "./support.ts";

/** What a new operator does, with nothing but the command: each test goes on where the one before it ended. */
const bin = join(import.meta.dirname, "..", "..", "bin", "bridgehead.js");
const running: Command[] = [];
/** For one test: some ten commands, each a process of its own. */
const patienceMs = 120_000;
let folder = "";
let stage: Stage;
let environment: NodeJS.ProcessEnv = {};

type Ran = { readonly code: number; readonly out: string; readonly err: string };

function run(...args: string[]): Promise<Ran> {
  return spawned(process.execPath, [bin, ...args]);
}

function spawned(program: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: folder, env: environment, timeout: 60_000 }, (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, out, err }),
    );
  });
}

/** Runs what has to come out well. */
async function done(...args: string[]): Promise<string> {
  const { code, out, err } = await run(...args);
  expect(code, `${args.join(" ")}\n${out}${err}`).toBe(0);
  return out;
}

function start(...args: string[]): Command {
  const command = startCommand(args, folder, environment);
  running.push(command);
  return command;
}

async function joined(node: string): Promise<void> {
  writeFileSync(join(folder, `${node}.token`), await done("token", "create", "--role", "node", "--node", node));
  start("agent", "--cluster", "exchange", "--node", node, "--token-file", `${node}.token`);
  await until(async () => (await done("node", "show", node)).includes("Up"), 30_000, `${node} to be up`);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-operator-"));
  stage = await freeStage(folder);
  // Nothing here is about speed: a lease that outlasts a busy machine keeps every change of owner the operator's own.
  const file = join(folder, exchangeFiles.definition);
  const calm = readFileSync(file, "utf8").replace("lease: lan", "lease: { ttlMs: 6000, renewMs: 1000 }");
  writeFileSync(file, calm);
  const port = await freePort("127.0.0.1");
  environment = { ...process.env, BRIDGEHEAD_URL: `http://127.0.0.1:${port}`, NO_COLOR: "1" };
  const serve = start("serve", "--listen", `127.0.0.1:${port}`);
  await until(() => serve.output().includes("Ctrl-C ends it"), 20_000, "the control plane");
}, 40_000);

afterAll(async () => {
  for (const { child, ended } of running.toReversed()) {
    child.kill("SIGTERM");
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}, 40_000);

test("CL20 a cluster is formed from a file, and its agents join", { timeout: patienceMs }, async () => {
  const file = exchangeFiles.definition;
  const trial = await done("cluster", "apply", "-f", file, "--dry-run");
  expect(trial).toContain("Nothing was changed");
  expect(await done("cluster", "list")).toBe("(none)\n");
  expect(await done("cluster", "apply", "-f", file)).toContain("is created, revision 1");
  await joined("NODE1");
  await joined("NODE2");
  expect(await done("group", "online", "Exchange", "--wait")).toContain("Exchange is Online on NODE1");
});

test(
  "CL20 what is exported is what was applied, and applied again it changes nothing",
  { timeout: patienceMs },
  async () => {
    expect(await done("cluster", "export", "-f", "kept.yaml")).toContain("kept.yaml");
    const written = readFileSync(join(folder, exchangeFiles.definition), "utf8");
    const withoutComments = written.replaceAll(/^#.*\n/gm, "");
    expect(readFileSync(join(folder, "kept.yaml"), "utf8")).toBe(withoutComments);
    expect(await done("cluster", "apply", "-f", "kept.yaml")).toContain("nothing changed");
  },
);

test(
  "CL20 a node is added, a group is moved, and the move's sentences are told as they come",
  { timeout: patienceMs },
  async () => {
    await done("node", "add", "NODE3", "--address", `${stage.network}.3`);
    await joined("NODE3");
    const moved = await run("group", "move", "Exchange", "--to", "NODE2", "--wait", "--progress");
    expect(moved).toMatchObject({ code: 0 });
    expect(moved.out).toContain("Exchange is Online on NODE2");
    expect(moved.err).toMatch(/NODE2/);
    const again = await run("group", "move", "Exchange", "--to", "NODE2", "--output", "json");
    expect(again.code).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject({ code: "already-owner", changed: [] });
  },
);

test("CL20 a drain takes the groups away, a resume lets the node own again", { timeout: patienceMs }, async () => {
  expect(await done("node", "pause", "NODE2", "--wait")).toContain("NODE2 is paused, and owns nothing");
  expect(await done("node", "show", "NODE2")).toMatch(/state\s+Paused[\s\S]*owns\s+nothing/);
  expect(await done("node", "resume", "NODE2")).toContain("may own groups again");
  expect(await done("operation", "list")).toContain("drain");
});

test("CL20 a resource that is broken says why", { timeout: patienceMs }, async () => {
  expect(await done("group", "online", "Exchange", "--wait")).toContain("Online");
  const trial = await done("resource", "fail", "Exchange MTA", "--dry-run");
  expect(trial).toContain("What would happen at once, as the journal would tell it:");
  await done("resource", "fail", "Exchange MTA", "--wait");
  const why = await done("events", "--kind", "resource", "--group", "Exchange", "--wide");
  expect(why).toMatch(/resource\.fail-requested by admin: /);
  expect(why).toMatch(/resource\.failed by cluster: .*\[1069\]/);
  // It is tried again by itself; who asks for that too can wait for it.
  expect(await done("group", "online", "Exchange", "--wait")).toContain("Exchange is Online");
  expect(await done("resource", "restart", "Exchange MTA", "--wait")).toContain("Exchange MTA is Online");
});

test("CL20 the last step is to take it all away: evict, offline, delete", { timeout: patienceMs }, async () => {
  expect((await run("node", "evict", "NODE3")).code).toBe(2);
  await done("node", "evict", "NODE3", "--yes", "--wait");
  expect(await done("node", "list")).not.toContain("NODE3");
  expect((await run("group", "delete", "Exchange", "--recursive", "--yes")).err).toContain("--force");
  expect(await done("group", "offline", "Exchange", "--wait")).toContain("Exchange is Offline");
  await done("group", "delete", "Exchange", "--recursive", "--yes", "--wait");
  expect(await done("group", "list")).toBe("(none)\n");
  expect((await run("cluster", "delete", "--yes")).code).toBe(2);
  expect(await done("cluster", "delete", "--cluster", "exchange", "--yes", "--wait")).toContain("is gone");
  expect((await run("cluster", "show", "--cluster", "exchange")).code).toBe(1);
});
