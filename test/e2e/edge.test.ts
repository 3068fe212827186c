import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leasePresets } from "../../src/cluster/lease/lease.ts";
import { packageRoot } from "../../src/cli/package-files.ts";
import { newSecret, writeSecret } from "../../src/cli/secret-file.ts";
import { runTool } from "../../scripts/tool.ts";
import { PageCommands } from "../support/page-commands.ts";
import { openPageShell, type PageShell } from "../support/page-shell.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/until.ts";

const readme = readFileSync(join(packageRoot, "README.md"), "utf8");
const text = readFileSync(join(packageRoot, "docs/edge.md"), "utf8");
const page = new PageCommands("docs/edge.md");
const deploying = "npm run deploy -- --admin-token";

let shell: PageShell;
beforeAll(() => {
  shell = openPageShell({}, [["https://git.example.org/bridgehead.git", packageRoot]]);
});
afterAll(() => shell.close());

describe("DC5 from clone to running with a token", { timeout: 120_000 }, () => {
  test("DC5 the four commands are README's, and the first of them brings all that the others need", async () => {
    const [, block = ""] = /```sh\n(git clone REPOSITORY[\s\S]*?)```/.exec(readme) ?? [];
    const four = ["git clone", "npm ci", "wrangler login", `${deploying} edge.token`].map((part) => page.take(part));
    const address = "https://git.example.org/bridgehead.git";
    expect(four.join("\n").replace(address, "REPOSITORY")).toBe(block.trim());
    const cloned = await shell.run(four[0]?.replace("git clone", "git clone --quiet --depth 1 --no-local") ?? "");
    expect(cloned.code, cloned.said).toBe(0);
    for (const file of ["package-lock.json", "scripts/deploy.ts"])
      expect(existsSync(join(shell.folder, "bridgehead", file))).toBe(true);
    // What the last one does with an account is tried in deploy.test.ts.
    expect(readFileSync(join(packageRoot, ".gitignore"), "utf8")).toContain("*.token\n");
  });

  test("DC5 a control plane that has this secret takes the token of the file", async () => {
    writeSecret(join(shell.folder, "edge.token"), newSecret());
    const listen = `127.0.0.1:${await freePort("127.0.0.1")}`;
    const control = shell.start(
      `env BRIDGEHEAD_ADMIN_TOKEN="$(cat edge.token)" npx bridgehead serve --listen ${listen}`,
    );
    await until(() => control.output().includes("Ctrl-C ends it"), 20_000, "the control plane");
    const list = page.take("cluster list").replace("https://bridgehead.example.workers.dev", `http://${listen}`);
    const { code, said } = await shell.run(list);
    await control.interrupt();
    expect(code, said).toBe(0);
  });
});

test("DC5 the Worker is packed as it would be deployed, and nothing is sent", { timeout: 120_000 }, async () => {
  const line = page.take("--dry-run");
  expect(line).toBe("npx wrangler deploy --dry-run");
  const { ok, said } = await runTool("wrangler", ["deploy", "--dry-run"]);
  expect(said).toContain("--dry-run: exiting now");
  expect(ok).toBe(true);
});

test(
  "DC5 what the page puts into wrangler.toml for a name of one's own is taken there",
  { timeout: 120_000 },
  async () => {
    const [, block = ""] = /```toml\n([\s\S]*?)```/.exec(text) ?? [];
    const folder = mkdtempSync(join(tmpdir(), "bridgehead-edge-"));
    try {
      for (const name of ["src", "schema.sql", "package.json", "node_modules"]) {
        symlinkSync(join(packageRoot, name), join(folder, name));
      }
      mkdirSync(join(folder, "out"));
      const before = readFileSync(join(packageRoot, "wrangler.toml"), "utf8");
      writeFileSync(join(folder, "wrangler.toml"), before.replace(/^\[/m, `${block}[`));
      const { ok, said } = await runTool("wrangler", ["deploy", "--dry-run", "--outdir", "out"], folder);
      expect(ok, said).toBe(true);
      expect(said).not.toMatch(/unexpected|warning/i);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

/** Those that need an account: what can be known of them here is that this version of wrangler takes them. */
const others = text.match(/(?<=^|`)npx wrangler [a-z][^`\n]*/gm)?.map((line) =>
  line
    .replace(/ <.*$/, "")
    .replaceAll(/"[^"]*"/g, "text")
    .trim(),
);

const helps = new Map<string, ReturnType<typeof runTool>>();
/** It takes a second or two to say it, and says the same each time. */
function helpOf(words: readonly string[]): ReturnType<typeof runTool> {
  const said = helps.get(words.join(" ")) ?? runTool("wrangler", [...words, "--help"]);
  helps.set(words.join(" "), said);
  return said;
}

test.each([...new Set(others)])("DC5 `%s` is a command that wrangler takes", { timeout: 60_000 }, async (line) => {
  const words = line.split(" ").slice(2);
  const options = words.filter((word) => word.startsWith("--"));
  const named = words
    .slice(0, words.findIndex((word) => word.startsWith("-")) >>> 0)
    .filter((word) => /^[a-z]+$/.test(word));
  const { ok, said } = await helpOf(named);
  expect(ok, said).toBe(true);
  // A command that there is not is told with the help of what is above it.
  expect(said).toMatch(new RegExp(`^ *wrangler ${named.join(" ")}(?: |$)`, "m"));
  for (const option of options) expect(said, option).toMatch(new RegExp(`^ .*${option}(?:[ ,]|$)`, "m"));
});

test("DC5 what it costs is reckoned from the leases' own terms", () => {
  const dayMs = 86_400_000;
  const grouped = (value: number): string => String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, " ");
  const row = (name: string, of: (renewMs: number) => number): string =>
    `| ${name} | ${grouped(of(leasePresets.wan.renewMs))} | ${grouped(of(leasePresets.lan.renewMs))} |\n`;
  expect(text).toContain(row("messages of two nodes", (renewMs) => (2 * dayMs) / renewMs));
  expect(text).toContain(row("requests for them", (renewMs) => (2 * dayMs) / renewMs / 20));
  expect(text).toContain(row("rows written by renewals", (renewMs) => dayMs / renewMs));
});

test("DC5 every command of the page about the edge is one of these", () => {
  const looked = new Set(others);
  const bare = (line: string): string =>
    line.replaceAll(/ <.*$|"[^"]*"/g, (part) => (part.startsWith(" ") ? "" : "text"));
  // Another token's file is no other command than the first one.
  const isTaken = (line: string): boolean => looked.has(bare(line)) || line.startsWith(`${deploying} `);
  expect(page.left().filter((line) => !isTaken(line))).toEqual([]);
});
