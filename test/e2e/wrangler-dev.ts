import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Bundling and starting takes a few seconds; a loaded machine may need ten times as long. */
const startPatienceMs = 60_000;

export type WranglerDev = { readonly url: string; readonly adminToken: string; readonly stop: () => Promise<void> };

/** What `npm run dev` runs, on a free port, with its data in a temporary folder. `stop` ends it and all that it started. */
export async function startWranglerDev(adminToken = randomBytes(32).toString("hex")): Promise<WranglerDev> {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-dev-"));
  const port = await freePort();
  const options = ["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", String(await freePort())];
  const variables = ["--var", `BRIDGEHEAD_ADMIN_TOKEN:${adminToken}`, "--persist-to", folder];
  const child = spawn(join(root, "node_modules/.bin/wrangler"), ["dev", "--local", ...options, ...variables], {
    cwd: root,
    // A group of its own, so that its children end with it.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: folder, NO_COLOR: "1" },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await answers(url, child);
  } catch (error) {
    await stop();
    throw new Error(`wrangler dev did not start:\n${output}`, { cause: error });
  }
  return { url, adminToken, stop };
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + startPatienceMs;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error(`it did not answer within ${startPatienceMs} ms`);
    try {
      if ((await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1_000) })).ok) return;
    } catch {
      // Not yet.
    }
    await delay(100);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    try {
      process.kill(-child.pid, signal);
    } catch {
      return;
    }
    if ((await Promise.race([ended, delay(5_000, null)])) !== null) return;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
