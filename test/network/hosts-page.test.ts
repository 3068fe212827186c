import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { splitLine } from "../../src/cli/completion/shell-words.ts";
import { until } from "../support/until.ts";
import { type Host, type Lan, openLan, reaches, virtualAddress, virtualAddress6 } from "./lan.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "bridgehead-page-"));
/** The page, with the addresses of a network that is never in use elsewhere instead of those that are for pages. */
const page = readFileSync(join(root, "docs/hosts.md"), "utf8")
  .replaceAll("192.0.2.", "198.18.77.")
  .replaceAll("2001:db8::", "2001:2:0:77::");
const blocksOf = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, block = ""]) => block);
const commands = blocksOf("sh").flatMap((block) => block.trim().split("\n"));

let lan: Lan;
beforeAll(async () => {
  lan = await openLan(["NODE1", "NODE2", "PEER", "CONTROL"]);
});
afterAll(async () => {
  await lan.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The words after `npx bridgehead`; what is read or written is in a folder of the test's. */
function wordsOf(command: string): string[] {
  const { words } = splitLine(command);
  const inFolder = (word: string): boolean => /^(mail\.yaml|state|.*\.token)$/.test(word);
  const own = words.slice(2).map((word) => (inFolder(word) ? join(folder, word) : word));
  return [join(root, "bin/bridgehead.js"), ...own];
}
const environment = { ...process.env, BRIDGEHEAD_TOKEN_FILE: join(folder, "data", "admin.token") };

function start(host: Host, command: string, ...more: string[]): () => string {
  const child = host.start(process.execPath, [...wordsOf(command), ...more], environment);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (text: Buffer) => (said += text.toString("utf8")));
  return () => said;
}

function runOn(host: Host, command: string): Promise<string> {
  const variables = [`BRIDGEHEAD_TOKEN_FILE=${environment.BRIDGEHEAD_TOKEN_FILE}`];
  return host.run("env", ...variables, process.execPath, ...wordsOf(command));
}

test(
  "LX1: what the page about two hosts shows puts an address on one of them, and moves it to the other",
  { timeout: 90_000 },
  async () => {
    const [control, peer] = [lan.host("CONTROL"), lan.host("PEER")];
    const only = (part: string): string => commands.find((command) => command.includes(part)) ?? "";
    writeFileSync(join(folder, "mail.yaml"), blocksOf("yaml").join(""));
    const served = start(control, only(" serve "), "--data", join(folder, "data"));
    await until(() => served().includes("8787"), 20_000, "the control plane");
    for (const command of commands.filter((one) => / (cluster apply|token create) /.test(one)))
      await runOn(control, command);

    const agent = only(" agent --");
    expect(await runOn(lan.host("NODE1"), only(" doctor"))).toMatch(/ 0 failed/);
    const logs = ["NODE1", "NODE2"].map((name) =>
      start(lan.host(name), agent.replaceAll("NODE1", name).replace("--state state", `--state ${join(folder, name)}`)),
    );
    const told = (code: string): boolean[] => logs.map((log) => log().includes(code));
    await until(() => told("address-taken").includes(true), 20_000, "the address");
    await until(() => told("joined").every((one) => one), 20_000, "both agents");
    for (const address of [virtualAddress, virtualAddress6]) await until(() => reaches(peer, address), 10_000, address);

    expect(await runOn(lan.host("NODE1"), only(" agent install "))).toContain("bridgehead-guard.service");
    const [list, move, failovers] = [only(" group list "), only(" group move "), only(" failovers ")];
    expect(await runOn(control, list)).toContain(virtualAddress);
    await runOn(control, move);
    await until(async () => (await runOn(control, list)).includes("NODE2"), 10_000, "the group on the other host");
    expect(told("address-dropped")).toContain(true);
    for (const address of [virtualAddress, virtualAddress6]) await until(() => reaches(peer, address), 10_000, address);
    expect(await runOn(control, failovers)).toContain("NODE2");
    for (const verb of ["pause", "resume"]) await runOn(control, only(` node ${verb} `));
    expect(await runOn(control, list)).toContain("NODE2");
    expect(commands).toHaveLength(12);
  },
);
