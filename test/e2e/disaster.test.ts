import { cpSync, existsSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { clusterFile } from "../../src/cli/workerd/object-files.ts";
import { openPageShell, type PageShell, type Said, type Started } from "../support/page-shell.ts";
import { PageCommands } from "../support/page-commands.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/until.ts";
import { writeMailCluster } from "./mail-cluster.ts";

// One cluster, to which the cases of docs/disaster.md happen one after the other, in the order of the page.
const page = new PageCommands("docs/disaster.md");
const nodes = ["NODE1", "NODE2"] as const;
type Node = (typeof nodes)[number];

let shell: PageShell;
let listen = "";
let control: Started | null = null;
const agents = new Map<Node, Started>();
/** Each run has a state folder of its own where the host is a new one. */
let hosts = 0;

beforeAll(async () => {
  listen = `127.0.0.1:${await freePort("127.0.0.1")}`;
  shell = openPageShell({ BRIDGEHEAD_URL: `http://${listen}` }, [
    ["bridgehead serve", `bridgehead serve --listen ${listen}`],
  ]);
  writeMailCluster(shell, "127.0.92");
  await serve("npx bridgehead serve");
  await ok("npx bridgehead cluster apply -f mail.yaml");
  for (const node of nodes) await ok(`npx bridgehead token create --role node --node ${node} --file ${node}.token`);
  for (const node of nodes) startAgent(node);
  await ownerIs("NODE1");
}, 90_000);
afterAll(async () => {
  for (const agent of agents.values()) await agent.interrupt();
  await control?.interrupt();
  shell.close();
});
/** What a case has broken it has mended when it ends. */
afterEach(() => {
  expect(control?.child.exitCode).toBeNull();
});

async function ok(line: string): Promise<string> {
  const { code, said } = await shell.run(line);
  expect(code, `${line}\n${said}`).toBe(0);
  return said;
}

async function serve(line: string): Promise<Started> {
  const started = shell.start(line);
  control = started;
  await until(() => started.output().includes("Ctrl-C ends it"), 20_000, "the control plane");
  return started;
}

function startAgent(node: Node, isNewHost = false): Started {
  if (isNewHost) hosts += 1;
  const state = `${node}-${hosts}`;
  // Not the admin's token, which is what the command would find here.
  const agent = shell.start(
    `npx bridgehead agent --cluster mail --node ${node} --token-file ${node}.token --state ${state} --socket ${state}.sock`,
  );
  agents.set(node, agent);
  return agent;
}

async function killed(node: Node): Promise<void> {
  const agent = agents.get(node);
  agent?.child.kill("SIGKILL");
  await agent?.ended;
}

type Shown = { readonly groups: Record<string, { owner: string | null; state: string; epoch: number }> };
async function group(): Promise<Shown["groups"][string] | undefined> {
  const { code, said }: Said = await shell.run("npx bridgehead cluster show --output json");
  return code === 0 ? (JSON.parse(said) as Shown).groups["Mail"] : undefined;
}

/**
 * Resolves with the epoch.
 * @param above that of an ownership which has to be over: until its lease is, it is told as it was
 */
async function ownerIs(node?: Node, above = -1): Promise<number> {
  let epoch = 0;
  const isSo = async (): Promise<boolean> => {
    const now = await group();
    epoch = now?.epoch ?? 0;
    return now?.state === "Online" && epoch > above && (node === undefined || now.owner === node);
  };
  await until(isSo, 60_000, `the group on ${node ?? "some node"}`);
  return epoch;
}

const isUp = async (node: Node): Promise<boolean> =>
  new RegExp(`${node} +Up`).test((await shell.run("npx bridgehead node list")).said);

describe("DC5 what docs/disaster.md says", { timeout: 120_000 }, () => {
  test("DC5 two commands say how it is", async () => {
    expect(await ok(page.take("cluster show"))).toContain("NODE1");
    expect(await ok(page.take("events --wide"))).toContain("owns group Mail");
  });

  test("DC5 of the data folder that is gone", async () => {
    const before = await ownerIs();
    await control?.interrupt();
    for (const name of [".bridgehead", ...nodes.map((node) => `${node}.token`)]) {
      rmSync(join(shell.folder, name), { recursive: true });
    }
    await serve(page.take("bridgehead serve"));
    expect(await ok("npx bridgehead cluster list")).not.toContain("mail");
    for (const part of ["cluster apply", "--node NODE1", "--node NODE2"]) await ok(page.take(part));
    // The agents have run on, and find their new tokens by themselves.
    expect(await ownerIs()).toBeGreaterThan(before);
    for (const node of nodes) await until(() => isUp(node), 60_000, node);
    await ok("npx bridgehead group move Mail --to NODE1 --wait");
  });

  test("DC5 of a database that is damaged, and of an older copy", async () => {
    await until(() => isUp("NODE2"), 20_000, "NODE2");
    await control?.interrupt();
    const data = join(shell.folder, ".bridgehead");
    const copy = join(shell.folder, "copy");
    cpSync(data, copy, { recursive: true });
    await serve("npx bridgehead serve");
    await ownerIs();
    await ok("npx bridgehead group move Mail --to NODE2 --wait");
    const before = await ownerIs("NODE2");
    await control?.interrupt();

    const path = clusterFile(data, "mail");
    const file = relative(shell.folder, path);
    // Cut off: its log is whole, and is no database without it.
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    truncateSync(path, 0);
    const { code, said } = await shell.run("npx bridgehead serve");
    expect(code, said).toBe(1);
    expect(said.replaceAll(/\s+/g, " ")).toContain("(data-damaged)");
    expect(said.replaceAll(/\s+/g, "")).toContain(file);

    await ok(page.take("mkdir damaged").replace("FILE", file));
    expect(existsSync(join(shell.folder, file))).toBe(false);
    for (const end of ["", "-wal"]) {
      const kept = join(copy, `${file.slice(".bridgehead/".length)}${end}`);
      if (existsSync(kept)) cpSync(kept, join(shell.folder, `${file}${end}`));
    }
    await serve("npx bridgehead serve");
    expect(await ownerIs()).toBeGreaterThan(before);
    expect(await ok(page.take("events --kind object"))).toContain("has seen more than this control plane remembers");
    for (const part of ["--dry-run", "cluster apply", "webhook list"]) await ok(page.take(part));
    expect(await ok(page.take("token list"))).toContain("NODE2");
  });

  test("DC5 of the admin token that is lost", async () => {
    const before = await ownerIs();
    const file = join(shell.folder, ".bridgehead/admin.token");
    const lost = readFileSync(file, "utf8");
    await control?.interrupt();
    await ok(page.take("rm -f"));
    await serve(page.take("bridgehead serve"));
    expect(readFileSync(file, "utf8")).not.toBe(lost);
    expect((await group())?.epoch).toBe(before);
    await ownerIs();
  });

  test("DC5 of a node's token that somebody has seen", async () => {
    const before = await ownerIs();
    await ok(page.take("--file new.token"));
    await ok("mv new.token NODE1.token");
    const lines = (await ok(page.take("token list"))).split("\n").filter((line) => line.includes("NODE1"));
    expect(lines).toHaveLength(2);
    const [, madeFirst = ""] = /^(\S+)/.exec(lines[0] ?? "") ?? [];
    await ok(page.take("token revoke").replace("ID", madeFirst));
    await until(() => isUp("NODE1"), 20_000, "NODE1 with its new token");
    expect(await ownerIs()).toBe(before);
  });

  test("DC5 of a token that was stolen", async () => {
    expect(await ok(page.take("events --wide"))).toContain("was revoked");
    for (const part of ["token list", "webhook list"]) await ok(page.take(part));
    expect(await ok(page.take("--dry-run"))).toMatch(/nothing|no change/i);
  });

  test("DC5 of a host that is gone", async () => {
    await ok("npx bridgehead group move Mail --to NODE1 --wait");
    const before = await ownerIs("NODE1");
    await killed("NODE1");
    expect(await ownerIs("NODE2")).toBeGreaterThan(before);
    await ok(page.take("confirm-down"));
    startAgent("NODE1", true);
    await until(() => isUp("NODE1"), 20_000, "the new host");
  });

  test("DC5 of both hosts that are gone", async () => {
    const before = await ownerIs("NODE2");
    for (const node of nodes) await killed(node);
    rmSync(join(shell.folder, "NODE2.token"));
    await ok(page.take("--node NODE2"));
    startAgent("NODE2", true);
    await ownerIs("NODE2", before);
    startAgent("NODE1", true);
    await until(() => isUp("NODE1"), 20_000, "the other one");
  });

  test("DC5 of a disk that is full, and no command is left that nothing has run", async () => {
    expect(await ok(page.take("df -h"))).toContain("%");
    expect(await ok(page.take("doctor"))).toContain("room");
    await ok(page.take("truncate"));
    expect(page.left()).toEqual([]);
  });
});
