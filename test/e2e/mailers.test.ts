import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { exchange } from "../../src/cli/local/exchange.ts";
import { packageRoot } from "../../src/cli/package-files.ts";
import { until } from "../support/until.ts";
import { openExchange, startCommand, startNode, type TestExchange } from "./support.ts";

/** What docs/mailers.md shows, on the knowledge-base cluster. */
const page = readFileSync(join(packageRoot, "docs/mailers.md"), "utf8");
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text = ""]) => text.trim());

let folder = "";
let cluster: TestExchange;
let owner: ReturnType<TestExchange["running"]["startAgent"]>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-mailers-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(packageRoot, join(folder, "node_modules", "bridgehead"));
  cluster = await openExchange();
  owner = cluster.running.startAgent("NODE1");
  await cluster.bound("NODE1");
  const { controlPlane } = cluster.running;
  const config = {
    node: "NODE1",
    cluster: exchange.cluster,
    url: controlPlane.url,
    socket: cluster.running.agentSocket("NODE1"),
    socketmap: join(folder, "socketmap.sock"),
  };
  writeFileSync(join(folder, "agent.yaml"), stringify(config));
}, 60_000);
afterAll(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});

test(
  "CL37 each command of the page about mailers prints what the page says, with what the control plane knows",
  { timeout: 60_000 },
  async () => {
    const environment = { ...process.env, BRIDGEHEAD_TOKEN: cluster.running.controlPlane.adminToken };
    const printed: Record<string, string> = {};
    for (const line of blocks("sh")) {
      const words = line.replace(/^npx bridgehead /, "").split(" ");
      const command = startCommand([...words, "--config", join(folder, "agent.yaml")], folder, environment);
      expect(await command.ended, `${line}\n${command.output()}`).toBe(0);
      printed[words[1] ?? ""] = command.output();
    }
    const { address, networkName } = await cluster.group();
    expect(Object.keys(printed)).toEqual(["exim", "postfix", "haraka", "node"]);
    expect(printed["exim"]).toContain(`{${resolve(cluster.running.agentSocket("NODE1"))}}`);
    expect(printed["postfix"]).toContain(`smtp_bind_address = ${address}\n`);
    expect(printed["postfix"]).toContain(`smtp_helo_name = ${networkName}\n`);
    expect(printed["postfix"]).toContain("/@example\\.org$$/ : ");
    expect(printed["haraka"]).toContain("exports.hook_get_mx");
    expect(printed["node"]).toContain('from "bridgehead/source-addresses"');
  },
);

test("MA3 the program of the page calls from the virtual IP", async () => {
  const [program = ""] = blocks("js");
  const agent = { socketPath: cluster.running.agentSocket("NODE1"), configFile: join(folder, "agent.yaml") };
  const { host, port } = cluster.stage.peer;
  const shown = program
    .replace('{ group: "Exchange" }', JSON.stringify({ group: exchange.group, ...agent }))
    .replace('{ host: "peer.example", port: 25 }', JSON.stringify({ host, port }))
    .replace("// Speak as from.networkName.", "console.log(socket.localAddress, from.networkName); socket.destroy();");
  writeFileSync(join(folder, "program.mjs"), shown);
  const command = startNode([join(folder, "program.mjs")], process.env, folder);
  expect(await command.ended, command.output()).toBe(0);
  const { address, networkName } = await cluster.group();
  expect(command.output().trim()).toBe(`${address} ${networkName}`);
});

test(
  "MA10 the program of the page that is told is told of each change, and of the agent's end",
  { timeout: 60_000 },
  async () => {
    const [, program = ""] = blocks("js");
    const agent = { socketPath: cluster.running.agentSocket("NODE1"), configFile: join(folder, "agent.yaml") };
    const shown = `${program.replace('{ group: "Exchange" }', JSON.stringify({ group: exchange.group, ...agent }))}
let said = "";
const say = () => {
  const { decision, reason, until } = address.now();
  const is = [decision, reason].join(" ");
  if (is !== said) console.log((said = is));
  return until;
};
const first = say();
while (!(say() > first)) await new Promise((later) => setTimeout(later, 10));
console.log("renewed");
while (address.now().decision === "BIND") await new Promise((later) => setTimeout(later, 1));
say();
process.exit(0);
`;
    writeFileSync(join(folder, "live.mjs"), shown);
    const command = startNode([join(folder, "live.mjs")], process.env, folder);
    await until(() => command.output().includes("renewed"), 20_000, "a renewal");
    process.kill(owner.pid, "SIGKILL");
    expect(await command.ended, command.output()).toBe(0);
    expect(command.output().trim().split("\n")).toEqual(["BIND ", "renewed", "DEFER unreachable"]);
    owner = cluster.running.startAgent("NODE1");
    await cluster.bound("NODE1");
  },
);

test(
  "MA7 the route of the page is what each command takes, and a group that is in no cluster waits",
  { timeout: 60_000 },
  async () => {
    const [, route = ""] = /`--route "([^"]+)"`/.exec(page) ?? [];
    const environment = { ...process.env, BRIDGEHEAD_TOKEN: cluster.running.controlPlane.adminToken };
    for (const name of ["exim", "haraka", "node", "postfix"]) {
      const words = [
        "mailer",
        name,
        "--group",
        exchange.group,
        "--route",
        route,
        "--config",
        join(folder, "agent.yaml"),
      ];
      const command = startCommand(words, folder, environment);
      expect(await command.ended, command.output()).toBe(name === "postfix" ? 1 : 0);
      expect(command.output()).toContain(name === "postfix" ? "There is no group Connector A" : "Connector A");
    }

    const [, call = ""] = /`(routedSourceAddresses\([^`]+\))`/.exec(page) ?? [];
    const agent = { socketPath: cluster.running.agentSocket("NODE1"), configFile: join(folder, "agent.yaml") };
    const shown = `import { routedSourceAddresses } from "bridgehead/source-addresses";
const group = ${JSON.stringify(exchange.group)};
const addressesFor = ${call.replace("{ group,", `{ ...${JSON.stringify(agent)}, group,`)};
for (const domain of ["elsewhere.example", "partner.example"])
  console.log((await addressesFor(domain).ask("relay.example")).decision);
`;
    writeFileSync(join(folder, "routed.mjs"), shown);
    const program = startNode([join(folder, "routed.mjs")], process.env, folder);
    expect(await program.ended, program.output()).toBe(0);
    expect(program.output().trim().split("\n")).toEqual(["BIND", "DEFER"]);
  },
);

test("MA1 README leads to the page about mailers", () => {
  expect(readFileSync(join(packageRoot, "README.md"), "utf8")).toContain("(docs/mailers.md)");
});
