import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { exchange } from "../../src/cli/local/exchange.ts";
import { until } from "../support/until.ts";
import { openExchange, type TestExchange } from "./support.ts";

const bin = join(import.meta.dirname, "../../bin/bridgehead.js");
let running: TestExchange;
let folder = "";
let environment: NodeJS.ProcessEnv = {};

type Ran = { readonly code: number; readonly out: string; readonly err: string };

/** One command as an operator types it. */
function run(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, ...args], { cwd: folder, env: environment, timeout: 60_000 }, (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
    );
  });
}

/** It has to come out well. */
async function done(...args: readonly string[]): Promise<string> {
  const ran = await run(...args);
  expect(ran.code, `${args.join(" ")}: ${ran.out}${ran.err}`).toBe(0);
  for (const line of ran.out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  return ran.out;
}

beforeAll(async () => {
  running = await openExchange();
  folder = mkdtempSync(join(tmpdir(), "bridgehead-operator-"));
  const tokenFile = join(folder, "admin.token");
  writeFileSync(tokenFile, running.running.controlPlane.adminToken);
  environment = {
    ...process.env,
    BRIDGEHEAD_URL: running.running.controlPlane.url,
    BRIDGEHEAD_TOKEN_FILE: tokenFile,
    NO_COLOR: "1",
  };
  delete environment["BRIDGEHEAD_TOKEN"];
  running.running.startAgent("NODE1");
  await running.bound("NODE1");
  running.running.startAgent("NODE2");
  await until(async () => (await running.view()).nodes["NODE2"]?.leaseRemainingMs != null, 15_000, "NODE2 up");
  await until(async () => (await running.group()).state === "Online", 15_000, "the group online");
}, 90_000);

afterAll(async () => {
  await running?.close();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

describe("CL11 a day of an operator", () => {
  test("CL11 a move is tried, made and waited for, and its phases are told", { timeout: 60_000 }, async () => {
    const { group } = exchange;
    expect(await done("group", "move", group, "--to", "NODE2", "--dry-run")).toContain("Nothing was changed");
    expect((await running.group()).owner).toBe("NODE1");
    expect(await done("group", "move", group, "--to", "NODE2", "--wait")).toBe("Done.\n");
    expect((await running.group()).owner).toBe("NODE2");
    expect(await done("failovers")).toMatch(/NODE1 → NODE2 +move/);
    const again = await run("group", "move", group, "--to", "NODE2", "--wait");
    expect([again.code, again.err]).toEqual([1, expect.stringContaining("already-owner")]);
  });

  test("CL11 a drain ends with the node empty, and a resume lets it own again", { timeout: 60_000 }, async () => {
    expect(await done("node", "pause", "NODE2", "--wait")).toBe("Done.\n");
    expect((await running.group()).owner).toBe("NODE1");
    expect(await done("node", "show", "NODE2")).toMatch(/drain +Completed/);
    await done("node", "resume", "NODE2");
    expect(await done("node", "list")).toMatch(/NODE2 +Up/);
  });

  test("CL11 a resource is broken, and the journal says why it came back", { timeout: 60_000 }, async () => {
    await done("resource", "fail", "Exchange Name", "--wait");
    await until(async () => (await running.group()).state === "Online", 20_000, "the group online again");
    const events = await done("events", "--kind", "resource.failed").catch((error: unknown) => String(error));
    expect(events).toContain("an operator asked for this failure");
    expect(await done("resource", "restart", "Exchange Name", "--wait")).toBe("Done.\n");
    expect(await done("operation", "list")).toContain("resource-restart");
  });

  test("CL12 what was applied is exported as it was written, and applies to nothing", { timeout: 60_000 }, async () => {
    await done("cluster", "export", "-f", "exported.yaml");
    const exported = readFileSync(join(folder, "exported.yaml"), "utf8");
    expect(await done("cluster", "apply", "-f", "exported.yaml", "--dry-run")).toContain("nothing would change");
    const document = parse(exported) as { cluster: string; groups: Record<string, { properties: object }> };
    expect(document.cluster).toBe(exchange.cluster);
    const changed = exported.replace("FailoverThreshold: 10", "FailoverThreshold: 3");
    writeFileSync(join(folder, "changed.yaml"), changed);
    const tried = await done("cluster", "apply", "-f", "changed.yaml", "--dry-run");
    expect(tried).toContain("~ groups.Exchange.properties.FailoverThreshold: 10 → 3");
    const { revision } = await running.view();
    await done("cluster", "apply", "-f", "changed.yaml", "--revision", String(revision));
    await done("cluster", "export", "-f", "again.yaml");
    expect(readFileSync(join(folder, "again.yaml"), "utf8")).toBe(changed);
    const stale = await run("cluster", "apply", "-f", "exported.yaml", "--revision", String(revision));
    expect([stale.code, stale.err]).toEqual([1, expect.stringContaining("revision-differs")]);
  });

  test("CL11 a node and a group come and go, and what is dangerous has to be meant", { timeout: 60_000 }, async () => {
    await done("node", "add", "NODE3", "--address", "127.0.9.3");
    expect(await done("node", "list")).toMatch(/NODE3 +Down/);
    const unsaid = await run("node", "evict", "NODE3");
    expect([unsaid.code, unsaid.err]).toEqual([2, expect.stringContaining("--yes")]);
    await done("node", "evict", "NODE3", "--yes", "--wait");
    await done("group", "create", "Second", "--prefer", "NODE2", "NODE1");
    await done("resource", "create", "Disk F:", "--group", "Second", "--type", "Physical Disk");
    await until(async () => (await running.view()).groups["Second"]?.state === "Online", 10_000, "the second group");
    expect(await done("resource", "show", "Disk F:")).toMatch(/group +Second/);
    expect((await run("group", "delete", "Second", "--recursive")).err).toContain("group-online");
    await done("group", "offline", "Second", "--wait");
    await done("group", "delete", "Second", "--recursive", "--wait");
    expect(await done("group", "list")).not.toContain("Second");
  });

  test("CL13 an error says what, where, and how to mend it; for programs as JSON", { timeout: 60_000 }, async () => {
    const people = await run("group", "move", "Nothing");
    expect(people.err).toMatch(/There is no such group: .*\(group-not-found\)[\s\S]*See which there are: bridgehead/);
    for (const line of people.err.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
    const programs = await run("group", "move", "Nothing", "--output", "json");
    expect(JSON.parse(programs.err)).toMatchObject({ code: "group-not-found", exitCode: 1, win32: { number: 5013 } });
  });

  test("CL14 a shell completes verbs, options and the names that there are", { timeout: 60_000 }, async () => {
    expect((await done("__complete", "group", "mo")).trim()).toBe("move");
    expect((await done("__complete", "group", "move", "Ex")).trim()).toBe("Exchange");
    expect((await done("__complete", "group", "move", "Exchange", "--to", "")).trim().split("\n")).toEqual([
      "NODE1",
      "NODE2",
    ]);
    expect(await done("__complete", "resource", "fail", "Exchange N")).toBe("Exchange Name\n");
    const script = `
      bridgehead() { "${process.execPath}" "${bin}" "$@"; }
      eval "$(bridgehead completion bash)"
      COMP_WORDS=(bridgehead node pause NO); COMP_CWORD=3; _bridgehead; echo "\${COMPREPLY[*]}"`;
    const completed = await new Promise<string>((resolve, reject) => {
      execFile("bash", ["-c", script], { env: environment, cwd: folder }, (error, out) =>
        error === null ? resolve(out) : reject(error),
      );
    });
    expect(completed.trim()).toBe("NODE1 NODE2");
  });

  test("CL14 without a control plane completion is silent, and the verbs are there", async () => {
    const away = { ...environment, BRIDGEHEAD_URL: "http://127.0.0.1:1" };
    const ran = await new Promise<Ran>((resolve) => {
      execFile(process.execPath, [bin, "__complete", "group", "move", ""], { env: away }, (error, out, err) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
      );
    });
    expect(ran).toEqual({ code: 0, out: "", err: "" });
  });

  test("CL11 maintenance is switched, and a cluster is destroyed when that is meant", { timeout: 60_000 }, async () => {
    await done("cluster", "maintenance", "on");
    expect(await done("cluster", "show")).toContain("In maintenance");
    await done("cluster", "maintenance", "off");
    expect((await run("cluster", "delete")).code).toBe(2);
    expect((await run("cluster", "delete", "--yes")).err).toContain("group-online");
    await done("group", "offline", exchange.group, "--wait");
    await done("cluster", "delete", "--yes", "--wait");
    await until(async () => (await run("cluster", "list")).out.includes("(none)"), 10_000, "no cluster");
  });
});
