import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createAsk } from "../../src/cli/api.ts";
import { loadDefinition } from "../../src/cli/definition-file.ts";
import { examplesFolder } from "../../src/cli/package-files.ts";
import { startControlPlane, type ControlPlane } from "../../src/cli/workerd/process.ts";
import { run } from "../cli/support.ts";

let folder = "";
let controlPlane: ControlPlane | null = null;

/** Plain workerd with the knowledge-base cluster, and nobody who runs it: what is set and listed needs no agent. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-objects-"));
  controlPlane = await startControlPlane({ folder, host: "127.0.0.1", port: 0, tls: null });
  const ask = createAsk(controlPlane.url, controlPlane.adminToken);
  await ask((client) => client.putCluster("exchange", loadDefinition(join(examplesFolder, "q186756.yaml"))));
  vi.stubEnv("BRIDGEHEAD_URL", controlPlane.url);
  vi.stubEnv("BRIDGEHEAD_TOKEN", controlPlane.adminToken);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await controlPlane?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function done(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await run(...args);
  expect(code, err).toBe(0);
  const isTable = args[1] !== "export" && args[0] !== "token" && !args.includes("--output");
  if (isTable) for (const line of out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  return out;
}

async function failed(...args: readonly string[]) {
  const { code, out, err } = await run(...args, "--output", "json");
  expect(out).toBe("");
  const error = JSON.parse(err) as { readonly code: string; readonly problems?: readonly { readonly path: string }[] };
  return { exit: code, ...error };
}

test("CL24 the properties of each kind of object are listed, and one of them as a whole", async () => {
  const lists = [
    [["cluster"], /^QuarantineThreshold +3 +=? +1\.\. /m],
    [["node", "NODE1"], /^NodeWeight +1 +=? +0\.\.1 +no effect$/m],
    [["network", "client"], /^Metric /m],
    [["group", "Exchange"], /^FailoverThreshold +10 +4294967295 +0\.\. /m],
    [["resource", "Exchange MTA"], /^Port +10102 +102 +1\.\.65535 +private$/m],
    [["resource-type", "IP Address"], /^PendingTimeout /m],
  ] as const;
  for (const [[noun, ...name], line] of lists) expect(await done(noun, "properties", ...name)).toMatch(line);
  const one = await done("resource", "properties", "Exchange MTA", "SeparateMonitor", "Port");
  expect(one).toMatch(
    /^property +SeparateMonitor\n[^]*^note +resources are run by[^]*^property +Port\n[^]*^scope +private$/m,
  );
  expect(JSON.parse(await done("group", "properties", "Exchange", "Priority", "--output", "json"))).toMatchObject({
    Priority: { type: "DWORD", value: 2000, isDefault: true, readOnly: false },
  });
  expect(await failed("group", "properties", "Exchange", "Prority")).toMatchObject({
    exit: 1,
    code: "property-not-found",
  });
});

test("CL24 a property is set by its name, common or private, and taken back to its default", async () => {
  const value = async (...of: readonly string[]) => {
    const told = JSON.parse(await done(...of, "--output", "json")) as Record<string, { value: unknown }>;
    return Object.values(told).map((property) => property.value);
  };
  expect(await done("resource", "set", "Exchange MTA", "Port=10103", 'MtaName="102"')).toContain("Port is 10103.\n");
  expect(await done("resource", "set", "Exchange MTA", "RestartThreshold=4", "SeparateMonitor=1")).toMatch(
    /^Note: Sep/m,
  );
  const names = ["Port", "MtaName", "RestartThreshold"];
  expect(await value("resource", "properties", "Exchange MTA", ...names)).toEqual([10103, "102", 4]);
  await done("resource", "set", "Exchange MTA", "--reset", "Port", "--reset", "MtaName");
  expect(await value("resource", "properties", "Exchange MTA", ...names)).toEqual([102, null, 4]);
  expect(await done("cluster", "set", "QuarantineThreshold=5", "--dry-run")).toContain("QuarantineThreshold: 5\n");
  expect(await value("cluster", "properties", "QuarantineThreshold")).toEqual([3]);
  await done("group", "set", "Exchange", "AntiAffinityClassNames=[mail, big]");
  expect(await value("group", "properties", "Exchange", "AntiAffinityClassNames")).toEqual([["mail", "big"]]);
  expect(await done("group", "set", "Exchange", "AntiAffinityClassNames=[mail, big]")).toBe("It was so already.\n");
});

test("CL24 what cannot be set is refused by name, all together, and nothing is changed", async () => {
  const before = await done("cluster", "export");
  const refused = await failed("group", "set", "Exchange", "FailoverThreshold=-3", "Prority=1", "Priority=1");
  expect(refused).toMatchObject({ exit: 1, code: "invalid-properties" });
  expect(refused.problems?.map(({ path }) => path)).toEqual(["/FailoverThreshold", "/Prority"]);
  const usage = [["Port=1", "RestartThreshold=1"], ["Port"], []];
  for (const words of usage) {
    expect(await failed("resource", "set", "Exchange MTA", ...words)).toMatchObject({ exit: 2 });
  }
  expect(await done("cluster", "export")).toBe(before);
});

test("CL27 what was mistyped is not taken for something else", async () => {
  expect(await failed("group", "move", "Exchange", "--at", "2020-01-01T00:00")).toMatchObject({ exit: 2 });
  expect(await failed("group", "move", "Exchange", "--at", "2030-02-31T22:00")).toMatchObject({ exit: 2 });
  expect(await failed("group", "move", "Exchange", "--at", "2030-13-01T22:00")).toMatchObject({ exit: 2 });
  const twice = ["group", "move", "Exchange", "--at", "+1h", "--at", "+2h"];
  expect(await failed(...twice)).toMatchObject({ exit: 2, title: expect.stringContaining("given twice") });
  const other = ["--cluster", "staging", "cluster", "apply", "-f", join(examplesFolder, "q186756.yaml")];
  expect(await failed(...other)).toMatchObject({ exit: 2 });
  const { code, out, err } = await run("simulate", "node-down", "NODE9");
  expect([code, out]).toEqual([1, expect.not.stringContaining("every group is as it is now")]);
  expect(err).toContain("1 of 1 could not be carried out");
});

test("CL27 with a token of one cluster the cluster has to be named, and the error says so", async () => {
  const token = (await done("token", "create", "--role", "reader")).trim();
  vi.stubEnv("BRIDGEHEAD_TOKEN", token);
  try {
    const { code, err } = await run("group", "list");
    expect([code, err]).toEqual([2, expect.stringContaining("--cluster NAME")]);
    expect(await done("--cluster", "exchange", "group", "list")).toContain("Exchange");
  } finally {
    vi.stubEnv("BRIDGEHEAD_TOKEN", controlPlane?.adminToken ?? "");
  }
});

test("CL25 networks are listed, made, put in order and deleted", async () => {
  await done("network", "create", "backup", "--cidr", "198.51.100.0/24", "--role", "InternalUse");
  expect(await done("network", "list")).toMatch(/^backup +\w+ +198\.51\.100\.0\/24 +InternalUse +-$/m);
  await done("network", "order", "backup", "client");
  expect((await done("network", "list")).split("\n")[1]).toMatch(/^backup/);
  expect(await done("network", "interfaces")).toMatch(/^NODE1 - client +\w+ +NODE1 +client +127\.0\.1\.1$/m);
  await done("network", "delete", "backup", "--yes");
  expect(await failed("network", "delete", "client", "--yes")).toMatchObject({ exit: 1, code: "network-in-use" });
});

test("CL25 resource types are listed, shown, made and deleted", async () => {
  await done("resource-type", "create", "Slow Disk", "--based-on", "Physical Disk");
  await done("resource-type", "set", "Slow Disk", "PendingTimeout=300000");
  expect(await done("resource-type", "show", "Slow Disk")).toMatch(/^pending for +300000 ms at most$/m);
  expect(await done("resource-type", "list")).toMatch(/^Slow Disk +Physical Disk +0 /m);
  await done("resource-type", "delete", "Slow Disk", "--yes");
  expect(await failed("resource-type", "show", "Slow Disk")).toMatchObject({ code: "resource-type-not-found" });
});

test("CL26 a token goes into a new file that nobody else can read, or it ends again", async () => {
  const file = join(folder, "kept", "NODE1.token");
  const make = ["token", "create", "--role", "node", "--node", "NODE1", "--file"];
  const said = await done(...make, file);
  expect(said).not.toContain(readFileSync(file, "utf8").trim());
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const tokens = await done("token", "list");
  expect(tokens.split("\n").filter((line) => line.includes("NODE1"))).toHaveLength(1);
  expect(await failed(...make, file)).toMatchObject({ exit: 2 });
  expect(await failed(...make, join(file, "below-a-file"))).toMatchObject({ exit: 1, code: "secret-unwritable" });
  expect(await done("token", "list")).toBe(tokens);
});

test("CL25 the quorum says who could witness what", async () => {
  expect(await done("quorum")).toMatch(/^Witnesses: none\.$/m);
  expect(JSON.parse(await done("quorum", "--output", "json"))).toMatchObject({
    arbiter: "control-plane",
    witnesses: [],
  });
});

test("CL28 a definition that takes something away is applied when that is meant, and names what would go", async () => {
  const file = join(folder, "whole.yaml");
  const text = await done("cluster", "export", "-f", file).then(() => readFileSync(file, "utf8"));
  const fewer = join(folder, "fewer.yaml");
  await done("node", "add", "NODE3", "--address", "127.0.1.3");
  await done("network", "create", "spare", "--cidr", "203.0.113.0/24");
  writeFileSync(fewer, text);
  const refused = await failed("cluster", "apply", "-f", fewer);
  expect(refused).toMatchObject({
    exit: 2,
    title: expect.stringMatching(/network spare.*node NODE3|node NODE3.*network spare/),
  });
  expect(await done("node", "list")).toContain("NODE3");
  expect(await done("cluster", "apply", "-f", fewer, "--dry-run")).toContain("NODE3");
  await done("cluster", "apply", "-f", fewer, "--yes");
  expect(await done("node", "list")).not.toContain("NODE3");
  await done("cluster", "apply", "-f", file);
  const more = join(folder, "more.yaml");
  writeFileSync(
    more,
    text.replace("groups:\n", "groups:\n  Print:\n    resources:\n      Spool:\n        type: Physical Disk\n"),
  );
  expect(await done("cluster", "apply", "-f", more, "--wait")).toMatch(
    /^Group Print is Offline: no node can own it now \(see: group explain\)$/m,
  );
  await done("cluster", "apply", "-f", file, "--force");
});

test("CL16 what ends a token, a webhook or a whole key asks first", async () => {
  const { id } = JSON.parse(await done("token", "create", "--role", "reader", "--output", "json")) as { id: string };
  expect(await failed("token", "revoke", id)).toMatchObject({ exit: 2 });
  await done("token", "revoke", id, "--yes");
  await done("registry", "set", "Mail", "Retries", "5", "--type", "REG_DWORD");
  expect(await failed("registry", "delete", "Mail", "--recursive")).toMatchObject({ exit: 2 });
  await done("registry", "delete", "Mail", "--recursive", "--yes");
  expect(await failed("webhook", "delete", "3f1c9a70b2d4e586")).toMatchObject({ exit: 2 });
});

test("CL23 a question about a name that neither the cluster nor its journal knows is an error that says which there are", async () => {
  for (const noun of ["events", "failovers"]) {
    expect(await failed(noun, "--group", "exchange")).toMatchObject({ exit: 1, code: "group-not-found" });
  }
  expect(await failed("events", "--group", "Brieff", "--follow")).toMatchObject({ exit: 1, code: "group-not-found" });
  const { err } = await run("events", "--node", "NODE9");
  expect(err).toContain("NODE1, NODE2");
  expect(await failed("events", "--limit", "0")).toMatchObject({ exit: 2 });
});
