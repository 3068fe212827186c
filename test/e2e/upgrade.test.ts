import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PageCommands } from "../support/page-commands.ts";
import { openPageShell, type PageShell, type Started } from "../support/page-shell.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/until.ts";
import { writeMailCluster } from "./mail-cluster.ts";

const page = new PageCommands("docs/upgrade.md");
let shell: PageShell;
const running: Started[] = [];

async function serve(line: string): Promise<void> {
  const control = shell.start(line);
  running.push(control);
  await until(() => control.output().includes("Ctrl-C ends it"), 20_000, "the control plane");
}

beforeAll(async () => {
  const [listen, trial] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  shell = openPageShell({ BRIDGEHEAD_URL: `http://127.0.0.1:${listen}` }, [["127.0.0.1:8899", `127.0.0.1:${trial}`]]);
  await serve(`npx bridgehead serve --listen 127.0.0.1:${listen}`);
  writeMailCluster(shell, "127.0.93");
  const { code, said } = await shell.run("npx bridgehead cluster apply -f mail.yaml");
  expect(code, said).toBe(0);
}, 60_000);
afterAll(async () => {
  for (const control of running) await control.interrupt();
  shell.close();
});

test(
  "DC5 docs/upgrade.md keeps the definition, and tries it on another version's control plane without changing anything",
  { timeout: 60_000 },
  async () => {
    for (const part of ["cluster export", "--version"]) expect((await shell.run(page.take(part))).code).toBe(0);
    expect(readFileSync(join(shell.folder, "before.yaml"), "utf8")).toContain("cluster: mail\n");
    await serve(page.take("--data trial"));
    const tried = await shell.run(page.take("--dry-run"));
    expect(tried.code, tried.said).toBe(0);
    const list = "npx bridgehead cluster list --url http://127.0.0.1:8899 --token-file trial/admin.token";
    expect((await shell.run(list)).said).not.toContain("mail");
    expect(page.left()).toEqual([]);
  },
);
