import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { groupId } from "../../src/cli/local/group-id.ts";
import { loadAgentConfig } from "../../src/cli/agent-config.ts";
import { loadDefinition } from "../../src/cli/definition-file.ts";
import { messageOf } from "../../src/cli/errors.ts";
import { examplesFolder } from "../../src/cli/package-files.ts";
import { loadPartners } from "../../src/mta/partners.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-definition-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function fault(text: string, load: (file: string) => unknown = loadDefinition): string {
  const file = join(folder, "file.yaml");
  writeFileSync(file, text);
  try {
    load(file);
  } catch (error) {
    return messageOf(error);
  }
  return "loaded";
}

test("CL6 the example is a definition, and the partners of both sides fit together", async () => {
  const { groups } = loadDefinition(join(examplesFolder, "q186756.yaml"));
  const address = groups["Exchange"]?.resources["Exchange IP"]?.properties["Address"];
  const ours = (await loadPartners(join(examplesFolder, "partners.yaml"))).get("peer.test");
  const theirs = (await loadPartners(join(examplesFolder, "peer-partners.yaml"))).get("EXCHVS");
  expect(theirs?.addresses).toEqual([address]);
  expect(ours?.password).toBe(theirs?.partnerPassword);
  expect(ours?.partnerPassword).toBe(theirs?.password);
});

test("CL6 each problem of a definition is told with its line, and what is missing with its parent's", () => {
  const text =
    "cluster: exchange\nnodes:\n  NODE1: { address: nowhere }\ngroups:\n  G:\n    resources:\n      IP: {}\n";
  const told = fault(text);
  expect(told).toContain("file.yaml cannot be applied");
  expect(fault("cluster: exchange\nnodes:\n  NODE1: { address: nowhere }\n")).toContain("line 3 (nodes.NODE1.address)");
  expect(told).toContain("line 7 (groups.G.resources.IP.type)");
});

test("CL6 what is no YAML is told with its line and column", () => {
  expect(fault("cluster: [exchange\nnodes: {}\n")).toMatch(/file\.yaml, line \d+, column \d+: /);
  expect(fault("a: 1\na: 2\n")).toContain("line 2");
});

test("CL6 a document of aliases of aliases is refused, and quickly", () => {
  const levels = Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(", ")}]`);
  expect(fault(`l0: &l0 [x, x, x]\n${levels.join("\n")}\n`)).toContain("alias");
});

test("CL6 a file that is not there is named", () => {
  expect(() => loadDefinition(join(folder, "none.yaml"))).toThrow(/none\.yaml cannot be read/);
});

test("LS6 a group is found by its name or its number, and one that there is not is a fault", () => {
  expect([groupId("root"), groupId("0")]).toEqual([0, 0]);
  for (const none of ["no-such-group", "-h", ""]) expect(() => groupId(none)).toThrow(/no group/);
});

test("SE5 an agent's configuration names the resource types that the host takes, and one that there is not is a fault", () => {
  const file = join(folder, "agent.yaml");
  writeFileSync(file, "resourceTypes: [IP Address, Network Name]\n");
  expect(loadAgentConfig(file).resourceTypes).toEqual(["IP Address", "Network Name"]);
  writeFileSync(file, "resourceTypes:\n  - Network Nmae\n");
  expect(() => loadAgentConfig(file)).toThrow(/no configuration of an agent/);
});

test("CL7 an agent's configuration: its paths start at its folder, and an unknown key is told with its line", () => {
  const file = join(folder, "agent.yaml");
  writeFileSync(file, "node: NODE1\ncluster: exchange\ntokenFile: node1.token\nsocket: /run/bridgehead.sock\n");
  expect(loadAgentConfig(file)).toEqual({
    node: "NODE1",
    cluster: "exchange",
    tokenFile: join(folder, "node1.token"),
    socket: "/run/bridgehead.sock",
  });
  writeFileSync(file, "addressScript: a.sh\nhostsFile: /etc/hosts\nnameServer: { host: 192.0.2.53, key: tsig.key }\n");
  expect(loadAgentConfig(file)).toEqual({
    addressScript: join(folder, "a.sh"),
    hostsFile: "/etc/hosts",
    nameServer: { host: "192.0.2.53", port: 53, key: join(folder, "tsig.key") },
  });
  expect(fault("node: NODE1\nlog: xml\n", loadAgentConfig)).toContain("line 2 (log)");
  expect(fault("node: NODE1\ntoken: secret-thing\n", loadAgentConfig)).not.toContain("secret-thing");
});
