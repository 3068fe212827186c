import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exchange } from "../../src/cli/local/exchange.ts";
import { startControlPlane } from "../../src/cli/workerd/process.ts";
import { until } from "../support/until.ts";
import { openExchange, startNode, type TestExchange } from "./support.ts";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/client.md"), "utf8");
const programs = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, program = ""]) => program);

let folder = "";
let opened: TestExchange | null = null;

/** A program's folder, with the package among its modules. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-client-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "bridgehead"));
});
afterAll(async () => {
  await opened?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function theExchange(): Promise<TestExchange> {
  if (opened !== null) return opened;
  const started = await openExchange();
  opened = started;
  for (const node of exchange.nodes) started.running.startAgent(node);
  await started.bound("NODE1");
  await until(async () => (await started.view()).nodes["NODE2"]?.state === "Up", 15_000, "NODE2 up");
  return started;
}

function start(index: number, environment: Readonly<Record<string, string>>) {
  const { controlPlane } = opened?.running ?? {};
  const file = join(folder, `${index}.mjs`);
  writeFileSync(file, programs[index] ?? "");
  const reach = { BRIDGEHEAD_URL: controlPlane?.url, BRIDGEHEAD_TOKEN: controlPlane?.adminToken };
  return startNode([file], { ...process.env, ...reach, ...environment }, folder);
}

async function said(index: number, environment: Readonly<Record<string, string>>): Promise<string> {
  const program = start(index, environment);
  expect(await program.ended, program.output()).toBe(0);
  return program.output();
}

test(
  "CK3 the program that asks before it calls is told the address, or keeps its message",
  { timeout: 60_000 },
  async () => {
    expect(programs).toHaveLength(3);
    const { stage } = await theExchange();
    const may = await said(0, { NODE: "NODE1" });
    expect(may).toContain(`call from ${stage.virtualAddress} as EXCHVS, epoch 1\n`);
    expect(Number(/for (\d+) ms/.exec(may)?.[1])).toBeGreaterThan(0);
    expect(await said(0, { NODE: "NODE2" })).toBe("keep the message in the queue\n");
  },
);

test(
  "CK3 the program that moves a group waits for its end, and knows a refusal by its code",
  { timeout: 60_000 },
  async () => {
    const { group } = await theExchange();
    expect(await said(1, { TARGET: "NODE2" })).toBe("the move is Completed\n");
    expect(await group()).toMatchObject({ owner: "NODE2", state: "Online" });
    expect(await said(1, { TARGET: "NODE2" })).toBe("it is there already\n");
    expect(await said(1, { TARGET: "NODE9" })).not.toContain("already");
  },
);

test(
  "CK3 the program that follows the journal has each entry once, though the control plane was killed meanwhile",
  { timeout: 60_000 },
  async () => {
    const { running, stage } = await theExchange();
    const follower = start(2, {});
    const numbers = () => [...follower.output().matchAll(/^(\d+) /gm)].map(([, number]) => Number(number));
    await until(() => numbers().length > 5, 15_000, "the journal so far");
    const { port } = new URL(running.controlPlane.url);
    process.kill(running.controlPlane.pid, "SIGKILL");
    await running.controlPlane.ended;
    const again = await startControlPlane({
      folder: stage.stateFolder,
      host: "127.0.0.1",
      port: Number(port),
      tls: null,
    });
    try {
      await until(() => follower.output().includes("object.started"), 15_000, "an entry of the new start");
      await until(
        async () => (await running.ask((client) => client.getCluster("exchange"))).starting === false,
        15_000,
        "started",
      );
      const { last } = await running.ask((client) => client.events("exchange", 0, 1));
      await until(() => (numbers().at(-1) ?? 0) >= last, 15_000, "the newest entry");
      const came = numbers();
      expect(came).toEqual(Array.from({ length: came.length }, (_, index) => index + 1));
    } finally {
      follower.child.kill("SIGKILL");
      await follower.ended;
      await again.stop();
    }
  },
);

test("CK2 a strict program is told the types, and what does not fit", { timeout: 60_000 }, async () => {
  const program = (use: string): string => `
    import { createClient, type ClusterView, type ProblemCode, type Verdict } from "bridgehead/client";
    const client = createClient({ url: "http://127.0.0.1:8787", token: "t" });
    const cluster = await client.getCluster("exchange");
    export const view: ClusterView | null = cluster.ok ? cluster.value : null;
    export const why: ProblemCode | null = !cluster.ok && cluster.kind === "refused" ? cluster.problem.code : null;
    const answer = await client.sourceAddress("exchange", "Exchange", { node: "NODE1" });
    export const verdict: Verdict | null = answer.ok ? answer.value : null;
    export const used: ${use} = verdict?.decision === "BIND" ? verdict.address : "";
  `;
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "right.ts"), program("string"));
  writeFileSync(join(folder, "wrong.ts"), program("number"));
  const types = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];
  const strict = ["--noEmit", "--strict", "--skipLibCheck", "false", "--target", "es2023", "--module", "nodenext"];
  const check = (file: string) =>
    promisify(execFile)(process.execPath, [join(root, "scripts/run.js"), "tsc", ...strict, ...types, file], {
      cwd: folder,
    }).then(
      () => "",
      (error: { readonly stdout?: string }) => error.stdout ?? "",
    );
  expect(await check(join(folder, "right.ts"))).toBe("");
  expect(await check(join(folder, "wrong.ts"))).toMatch(/^wrong\.ts\(9,\d+\): error TS2322/);
});
