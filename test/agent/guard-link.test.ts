import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createGuardLink } from "../../src/agent/guard-link.ts";
import type { GuardedAgent } from "../../src/agent/guard/words.ts";
import { readJsonLines, writeJsonLine } from "../../src/agent/json-lines.ts";
import { startOf } from "../../src/agent/processes.ts";
import { until } from "../support/until.ts";

const agent: GuardedAgent = {
  pid: process.pid,
  startedAt: "1",
  incarnation: "run",
  cluster: "lan",
  node: "NODE1",
  url: "http://127.0.0.1:8787",
  token: "t",
  table: null,
};
const helpers = [{ pid: 4_712, startedAt: "100" }];

let folder: string;
let server: Server | null = null;
const sockets: Socket[] = [];
const heard: unknown[] = [];
const logged: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-guard-"));
  heard.length = 0;
  logged.length = 0;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((closed) => (server === null ? closed(null) : server.close(closed)));
  server = null;
  rmSync(folder, { recursive: true, force: true });
});

/** A guard that does with each message what it is given here. */
async function listen(path: string, hears: (socket: Socket, value: unknown) => void): Promise<void> {
  const listening = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    readJsonLines(socket, (value) => {
      heard.push(value);
      hears(socket, value);
    });
  });
  server = listening;
  await new Promise<void>((listens) => listening.listen(path, listens));
}

const linkTo = (path: string) =>
  createGuardLink({ path, agent: () => agent, start: null, log: (_level, code) => void logged.push(code) });

test("GU5: a guard that is found is told at once what works for the agent, and what is there", async () => {
  const path = join(folder, "guard.sock");
  await listen(path, (socket, value) => {
    if (heard.length === 1) writeJsonLine(socket, { type: "ready" });
    expect(value).toBeDefined();
  });
  const link = linkTo(path);
  link.tellHelpers(helpers);
  await link.ready();
  await until(() => heard.length === 3, 5_000);
  expect(heard).toEqual([
    { type: "agent", agent },
    { type: "helpers", helpers },
    { type: "wards", wards: [] },
  ]);
  link.farewell();
  await until(() => heard.length === 4, 5_000);
  expect(heard[3]).toEqual({ type: "farewell" });
});

test("GU6: a guard that takes the connection and says nothing is waited for no longer, and is heard when it answers", async () => {
  const path = join(folder, "guard.sock");
  await listen(path, () => {});
  const link = linkTo(path);
  link.tellHelpers(helpers);
  await link.ready();
  expect(logged).toEqual(["no-guard"]);
  expect(heard).toEqual([{ type: "agent", agent }]);
  const [slow] = sockets;
  if (slow === undefined) throw new Error("nobody came");
  writeJsonLine(slow, { type: "ready" });
  await until(() => heard.length === 3, 5_000);
  expect(logged).toEqual(["no-guard", "guard-found"]);
  expect(heard.slice(1)).toEqual([
    { type: "helpers", helpers },
    { type: "wards", wards: [] },
  ]);
  link.farewell();
});

test("GU6: when one that said nothing has gone, the next one is looked for", async () => {
  const path = join(folder, "guard.sock");
  await listen(path, (socket) => {
    if (heard.length > 1) writeJsonLine(socket, { type: "ready" });
  });
  const link = linkTo(path);
  await link.ready();
  sockets[0]?.destroy();
  await until(() => heard.length === 4, 5_000);
  expect(sockets.length).toBe(2);
  link.farewell();
});

test("GU6: an agent whose guard was stopped while it was greeted is not ended when that wakes", async () => {
  const path = join(folder, "guard.sock");
  const main = join(import.meta.dirname, "../../src/agent/guard/main.ts");
  const program = `import { runGuard } from ${JSON.stringify(main)};
    await runGuard({ path: ${JSON.stringify(path)}, log: () => {} }); console.log("here");`;
  const guard = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const guarded = spawn("sleep", ["60"]);
  try {
    await once(guard.stdout, "data");
    const pid = guarded.pid ?? 0;
    guard.kill("SIGSTOP");
    const link = createGuardLink({
      path,
      agent: () => ({ ...agent, pid, startedAt: startOf(pid) ?? "" }),
      start: null,
      log: (_level, code) => void logged.push(code),
    });
    await link.ready();
    expect(logged).toEqual(["no-guard"]);
    guard.kill("SIGCONT");
    await until(() => logged.includes("guard-found"), 10_000);
    expect(startOf(pid)).not.toBeNull();
    link.farewell();
  } finally {
    guard.kill("SIGKILL");
    guarded.kill("SIGKILL");
  }
});

test("GU6: a guard that comes when nobody waits for it any more is found", async () => {
  const path = join(folder, "guard.sock");
  const link = createGuardLink({
    path,
    agent: () => agent,
    start: null,
    log: (_level, code) => void logged.push(code),
    patienceMs: 100,
  });
  await link.ready();
  expect(logged).toEqual(["no-guard"]);
  await listen(path, (socket) => {
    if (heard.length === 1) writeJsonLine(socket, { type: "ready" });
  });
  await until(() => heard.length === 3, 4_000);
  expect(logged).toEqual(["no-guard", "guard-found"]);
  link.farewell();
});

test("GU6: an agent that ends is not kept by a guard that does not answer", async () => {
  const path = join(folder, "guard.sock");
  await listen(path, () => {});
  const module = join(import.meta.dirname, "../../src/agent/guard-link.ts");
  const program = `import { createGuardLink } from ${JSON.stringify(module)};
    const agent = () => (${JSON.stringify(agent)});
    const link = createGuardLink({ path: ${JSON.stringify(path)}, agent, start: null, log: () => {} });
    await link.ready(); link.farewell();`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: "inherit" });
  try {
    const [code] = (await once(child, "exit", { signal: AbortSignal.timeout(15_000) })) as [number | null];
    expect(code).toBe(0);
    await until(() => heard.length === 2, 2_000);
    expect(heard[1]).toEqual({ type: "farewell" });
  } finally {
    child.kill("SIGKILL");
  }
});

test("GU6: a guard that comes when all is over is told that it is over", async () => {
  const path = join(folder, "guard.sock");
  await listen(path, (socket) => {
    link.farewell();
    writeJsonLine(socket, { type: "ready" });
  });
  const link = linkTo(path);
  await link.ready();
  await until(() => heard.length === 2, 5_000);
  expect(heard[1]).toEqual({ type: "farewell" });
});
