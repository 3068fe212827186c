import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createClient } from "../../src/client/http-client.ts";
import { packageRoot } from "../../src/cli/package-files.ts";
import { type FakeCloudflare, fakeCloudflare } from "../support/fake-cloudflare.ts";
import { until } from "../support/until.ts";
import { startWranglerDev } from "./wrangler-dev.ts";

/** Compressed, as wrangler tells it. */
const mostKiB = 300;

let folder = "";
let cloudflare: FakeCloudflare;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-deploy-test-"));
  mkdirSync(join(folder, "tmp"));
  mkdirSync(join(folder, "logs"));
  cloudflare = await fakeCloudflare();
});
afterEach(async () => {
  await cloudflare.close();
  rmSync(folder, { recursive: true, force: true });
});

/** `npm run deploy` of an account that is asked at the test's own address. */
function deploy(...args: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve) => {
    execFile(
      "npm",
      ["run", "deploy", "--", ...args],
      { cwd: packageRoot, env: environment() },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: stdout + stderr }),
    );
  });
}

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...cloudflare.environment,
    CI: "1",
    NO_COLOR: "1",
    TMPDIR: join(folder, "tmp"),
    WRANGLER_LOG_PATH: join(folder, "logs"),
  };
}

/** The folders of files for an upload that are there. */
function uploadFolders(): string[] {
  return readdirSync(join(folder, "tmp")).filter((name) => name.startsWith("bridgehead-deploy-"));
}

/** All that it has left on the disk, beside the token's own file. */
function leftovers(): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const others = files.filter(({ name }) => name !== "edge.token");
  return others.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8")).join("\n");
}

test("ED1 a dry run packs the Worker, asks nobody, and stays small", async () => {
  const { code, said } = await deploy("--dry-run");
  expect(code, said).toBe(0);
  const [, size] = /gzip: ([\d.]+) KiB/.exec(said) ?? [];
  expect(Number(size)).toBeGreaterThan(50);
  expect(Number(size)).toBeLessThan(mostKiB);
  expect(cloudflare.asked).toEqual([]);
  expect(readFileSync(join(packageRoot, "wrangler.toml"), "utf8")).toMatch(/^send_metrics = false$/m);
});

test("ED2 with a file for it, the first upload brings an admin token of its own, and nobody else learns it", async () => {
  const file = join(folder, "edge.token");
  const { code, said } = await deploy("--admin-token", file);
  expect(code, said).toBe(0);
  const token = readFileSync(file, "utf8").trim();
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(cloudflare.uploads).toMatchObject([
    {
      bindings: expect.arrayContaining([{ name: "BRIDGEHEAD_ADMIN_TOKEN", type: "secret_text", text: token }]),
    },
  ]);
  expect(said).toContain(`BRIDGEHEAD_TOKEN_FILE=${file}`);
  expect(said + leftovers()).not.toContain(token);
  expect(uploadFolders()).toEqual([]);

  const again = await deploy("--admin-token", file);
  expect(again.code, again.said).toBe(0);
  expect(cloudflare.uploads[1]?.bindings).toEqual(cloudflare.uploads[0]?.bindings);
  expect(readFileSync(file, "utf8").trim()).toBe(token);
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "ED2 one that is broken off (%s) leaves the token in its file alone",
  async (signal) => {
    const file = join(folder, "edge.token");
    const args = [join(packageRoot, "scripts/run.js"), "node", "scripts/deploy.ts", "--admin-token", file];
    // A group of its own: Ctrl-C in a terminal reaches each process of it.
    const child = spawn(process.execPath, args, {
      cwd: packageRoot,
      env: environment(),
      stdio: "ignore",
      detached: true,
    });
    const ended = once(child, "exit");
    await until(() => uploadFolders().length === 1 && existsSync(file), 20_000, "the file for the upload");
    const { pid = 0 } = child;
    process.kill(signal === "SIGINT" ? -pid : pid, signal);
    expect(await ended).not.toContain(0);
    expect(uploadFolders()).toEqual([]);
    expect(leftovers()).not.toContain(readFileSync(file, "utf8").trim());
  },
);

test("ED2 without one, the deployment keeps the token that it has", async () => {
  const { code, said } = await deploy();
  expect(code, said).toBe(0);
  expect(cloudflare.uploads).toHaveLength(1);
  expect(cloudflare.uploads[0]?.bindings.filter(({ type }) => type === "secret_text")).toEqual([]);
  expect(cloudflare.uploads[0]?.keep_bindings).toContain("secret_text");
});

test("ED4 an upload asks that objects run the new code at once", async () => {
  const { code, said } = await deploy();
  expect(code, said).toBe(0);
  expect(cloudflare.uploads).toMatchObject([{ code_update_strategy: { mode: "immediate" } }]);
});

test("ED2 a file that does not hold one token, or is not named, ends it before anything is uploaded", async () => {
  const file = join(folder, "edge.token");
  writeFileSync(file, "two words\n");
  expect(await deploy("--admin-token", file)).toMatchObject({ code: 2, said: expect.stringContaining("one token") });
  expect(await deploy("--admin-token")).toMatchObject({ code: 2, said: expect.stringContaining("needs a file") });
  expect(cloudflare.uploads).toEqual([]);
});

test("ED3 the same Worker answers to the token in that file, and to no other", { timeout: 120_000 }, async () => {
  const file = join(folder, "edge.token");
  expect(await deploy("--admin-token", file, "--dry-run")).toMatchObject({ code: 0 });
  const token = readFileSync(file, "utf8").trim();
  const dev = await startWranglerDev(token);
  try {
    const asking = (one: string) => createClient({ url: dev.url, token: one }).listClusters();
    expect(await asking(token)).toMatchObject({ ok: true, value: { clusters: [] } });
    expect(await asking(`${token}x`)).toMatchObject({ ok: false, problem: { code: "unauthorized" } });
  } finally {
    await dev.stop();
  }
});
