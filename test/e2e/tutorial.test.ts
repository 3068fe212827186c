import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lockMachine } from "../support/machine-lock.ts";
import { PageCommands } from "../support/page-commands.ts";
import { openPageShell, type PageShell, type Started } from "../support/page-shell.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/until.ts";

// The part of the tutorial that is done on one machine, from its beginning to its end.
const page = new PageCommands("docs/tutorial.md", { to: "## Two hosts" });
let shell: PageShell;
let start: Started;
/** `start` has the addresses of the example. */
let unlock = (): void => {};

beforeAll(async () => {
  unlock = await lockMachine("example", 120_000);
  const port = await freePort("127.0.0.1");
  shell = openPageShell({ BRIDGEHEAD_URL: `http://127.0.0.1:${port}` }, [
    // As the package's script does; npm itself would look for a package in the folder.
    ["npm start", `npx bridgehead start --port ${port}`],
  ]);
  // What a checkout has been installed with is not installed again.
  expect(page.take("npm ci")).toBe("npm ci");
  start = shell.start(page.take("npm start"));
  await until(() => start.output().includes("is online on node NODE1"), 50_000, "the group");
}, 180_000);
afterAll(async () => {
  await start.interrupt();
  unlock();
  shell.close();
});

async function run(part: string, code = 0): Promise<string> {
  const line = page.take(part);
  const result = await shell.run(line);
  expect(result.code, `${line}\n${result.said}`).toBe(code);
  return result.said;
}

async function standby(): Promise<string> {
  const { said } = await shell.run("npx bridgehead group list");
  return /\bNODE1\b/.test(said) ? "NODE2" : "NODE1";
}
const isUp = async (node: string): Promise<boolean> =>
  new RegExp(`${node} +Up`).test((await shell.run("npx bridgehead node list")).said);

describe("DC5 the tutorial on one machine", { timeout: 120_000 }, () => {
  test("DC5 it shows the cluster, and what owner and standby are told", async () => {
    expect(await run("group list")).toContain("NODE1");
    expect(await run("cluster show")).toContain("NODE2");
    expect(await run("--node NODE1")).toMatch(/BIND/);
    expect(await run("--node NODE2", 1)).toMatch(/DEFER.*standby/s);
  });

  test("DC5 it says why the group is there, and what would happen", async () => {
    await until(() => isUp("NODE2"), 20_000, "NODE2");
    expect(await run("explain")).toContain("NODE1 owns it");
    expect(await run("simulate")).toContain("NODE2");
  });

  test("DC5 the standby takes over when the owner's agent is killed, and the group comes back when it is told to", async () => {
    const pid = /agents +NODE1 (\d+)/.exec(start.output())?.[1] ?? "";
    await shell.run(page.take("kill -9").replace("PID", pid));
    await until(() => /is online on node NODE2/.test(start.output()), 20_000, "the group on NODE2");
    expect(await run("failovers")).toContain("NODE2");
    expect(await run("events --kind group")).toContain("owns group Exchange");
    await until(async () => (await standby()) === "NODE1" && (await isUp("NODE1")), 20_000, "NODE1 again");
    await run("group move");
    expect(await standby()).toBe("NODE2");
  });

  test("DC5 no command of it is left that nothing has run", () => {
    expect(page.left()).toEqual([]);
  });
});
