import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { openExchange, processesOf, type TestExchange } from "./support.ts";
import { until } from "../support/until.ts";

let opened: TestExchange | null = null;
afterEach(async () => {
  await opened?.close();
  opened = null;
});

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

test(
  "SE3 a token is in its own file and in nothing else: no log, no database, no command line",
  { timeout: 60_000 },
  async () => {
    opened = await openExchange();
    const { running, stage } = opened;
    for (const node of ["NODE1", "NODE2"] as const) running.startAgent(node);
    await opened.bound("NODE1");

    const folder = stage.stateFolder;
    const isToken = (file: string): boolean => file.endsWith(".token");
    const tokens = filesIn(folder).filter(isToken);
    expect(tokens.map((file) => relative(folder, file))).toEqual(
      expect.arrayContaining(["admin.token", "tokens/NODE1.token", "tokens/NODE2.token"]),
    );
    for (const file of tokens) expect(statSync(file).mode & 0o777, file).toBe(0o600);
    const secrets = tokens.map((file) => readFileSync(file, "utf8").trim());

    // What people do wrong, and what is told of it.
    const { url } = running.controlPlane;
    for (const secret of secrets) {
      for (const [path, init] of [
        [`/v1/clusters?token=${secret}`, {}],
        [`/v1/clusters/exchange`, { headers: { Authorization: `Basic ${secret}` } }],
        [`/v1/clusters/exchange`, { headers: { Authorization: `Bearer x${secret}` } }],
        [`/v1/clusters/${secret}`, { headers: { Authorization: `Bearer ${secret}` }, method: "PUT", body: secret }],
      ] as const) {
        const answered = await fetch(url + path, init);
        expect(answered.status).toBeGreaterThanOrEqual(400);
        expect(await answered.text()).not.toContain(secret);
      }
    }
    const { tokens: known } = await running.ask((client) => client.listTokens("exchange"));
    const ofStandby = known.find(({ subject }) => subject === "NODE2")?.id ?? "";
    await running.ask((client) => client.revokeToken("exchange", ofStandby));
    const log = (): string => readFileSync(running.logFile("NODE2"), "utf8");
    await until(() => log().includes("session-refused"), 10_000, "the agent whose token was revoked says so");

    const holds = (text: string): boolean => secrets.some((secret) => text.includes(secret));
    const files = filesIn(folder).filter((file) => !isToken(file));
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => holds(readFileSync(file, "latin1")))).toEqual([]);
    expect(secrets.flatMap(processesOf)).toEqual([]);
  },
);

test(
  "AU13 a node's token is replaced while its agent runs: the address stays, and no epoch grows",
  { timeout: 60_000 },
  async () => {
    opened = await openExchange();
    const { running, stage } = opened;
    for (const node of ["NODE1", "NODE2"] as const) running.startAgent(node);
    const epoch = await opened.bound("NODE1");
    const { tokens } = await running.ask((client) => client.listTokens("exchange"));
    const old = tokens.find(({ subject }) => subject === "NODE1")?.id ?? "";

    const made = await running.ask((client) => client.createToken("exchange", { role: "node", node: "NODE1" }));
    const file = join(stage.stateFolder, "tokens", "NODE1.token");
    writeFileSync(`${file}.new`, `${made.token}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    await running.ask((client) => client.revokeToken("exchange", old));

    const threeTtlLater = performance.now() + 6_000;
    while (performance.now() < threeTtlLater) {
      expect(await opened.verdict("NODE1")).toMatchObject({ decision: "BIND", epoch });
      await delay(20);
    }
    expect(await opened.group()).toMatchObject({ owner: "NODE1", epoch, state: "Online" });
    expect(readFileSync(running.logFile("NODE1"), "utf8")).toContain("this node's token was revoked");
  },
);
