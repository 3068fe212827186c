import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { explanationText } from "../../src/cli/explanation.ts";
import { runCommand } from "../../src/cli/program.ts";
import { explainGroup } from "../../src/cluster/explain/explain.ts";
import { simulate } from "../../src/cluster/simulate/simulate.ts";
import { clusterOf, virtualServer } from "../cluster/definitions.ts";
import { Cluster } from "../cluster/driver.ts";

let out = "";
let err = "";
let folder = "";
beforeEach(() => {
  out = "";
  err = "";
  folder = mkdtempSync(join(tmpdir(), "bridgehead-simulate-"));
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += String(text);
    return true;
  });
  vi.stubEnv("BRIDGEHEAD_TOKEN", "a-token");
  vi.stubEnv("BRIDGEHEAD_CLUSTER", "exchange");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

function clusterUp(): Cluster {
  const cluster = new Cluster(clusterOf({ VS: virtualServer(10, { preferredOwners: ["NODE1"] }) }));
  cluster.up("NODE1", "NODE2");
  return cluster;
}

/** Answers what the brain would, and keeps the scripts that it was asked. */
function answering(cluster: Cluster): unknown[] {
  const scripts: unknown[] = [];
  vi.stubGlobal("fetch", async (request: Request | string, init?: RequestInit) => {
    const asked = new Request(request, init);
    const { script } = (await asked.json()) as { script: Parameters<typeof simulate>[1] };
    scripts.push(script);
    const simulated = simulate(cluster.state, script, cluster.now);
    return simulated.ok ? Response.json(simulated.value) : Response.error();
  });
  return scripts;
}

test("EX9: a simulation is printed as a timeline, each entry under its item", async () => {
  const scripts = answering(clusterUp());
  expect(await runCommand(["simulate", "node-down", "NODE1"]), err).toBe(0);
  expect(scripts).toEqual([[{ do: "node-down", node: "NODE1" }]]);
  expect(out.split("\n")).toEqual([
    "    +0.000 s  > the host of NODE1 is gone",
    "    +0.000 s    The session of node NODE1 lost its connection.",
    expect.stringMatching(/^ +\+\d\.\d{3} s {4}Node NODE1 lost group VS: node NODE2 counted \d+ ms/),
    expect.stringContaining("Node NODE2 owns group VS under epoch 2."),
    expect.stringContaining("Group VS is online on node NODE2."),
    "",
    "In the end:",
    "  VS: Online on NODE1, epoch 1 -> Online on NODE2, epoch 2",
    "",
  ]);
});

test("EX9: a script is read from a file; what could not be carried out is told", async () => {
  const scripts = answering(clusterUp());
  const file = join(folder, "script.yaml");
  writeFileSync(file, "- { do: node-down, node: NODE9 }\n- { do: pass, ms: 500 }\n- { do: pause, node: NODE2 }\n");
  expect(await runCommand(["simulate", "--script", file]), err).toBe(1);
  expect(scripts).toEqual([
    [
      { do: "node-down", node: "NODE9" },
      { do: "pass", ms: 500 },
      { do: "pause", node: "NODE2", drain: true, target: null },
    ],
  ]);
  expect(out).toContain("> the host of NODE9 is gone - refused: There is no such node (node-not-found)");
  expect(out).toContain("+0.500 s    Node NODE2 is paused");
  expect(out).not.toContain("every group is as it is now");
});

test("CL2: a script that is none is told with its places, and nothing is asked", async () => {
  const scripts = answering(clusterUp());
  const file = join(folder, "script.yaml");
  writeFileSync(file, "- { do: node-down }\n- { do: explode }\n");
  expect(await runCommand(["simulate", "--script", file])).toBe(1);
  expect(err).toContain("/script/0/node");
  expect(await runCommand(["simulate", "resource-fails", "VS", "IP", "--times", "0"])).toBe(2);
  expect(await runCommand(["simulate"])).toBe(2);
  expect(scripts).toEqual([]);
});

test("EX1: an explanation is printed with its rules", () => {
  const cluster = clusterUp();
  cluster.close("NODE1");
  cluster.witness("NODE2");
  cluster.hello("NODE1", { incarnation: "NODE1-run-2" });
  cluster.renew("NODE1");
  const explanation = explainGroup(cluster.state, "VS", cluster.now, cluster.journal);
  if (explanation === null) throw new Error("there is no group VS");
  expect(explanationText(explanation).split("\n")).toEqual([
    expect.stringMatching(/^VS is \w+, epoch 2\.$/),
    expect.stringMatching(/^NODE2 owns it under epoch 2: NODE1 lost its lease.*\[EN3\]$/),
    "",
    "Nodes, in the order of choice:",
    expect.stringMatching(/^ {4}1 {2}NODE1 is preferred and back, but AutoFailbackType 0 prevents failback.*\[GP17\]$/),
    "  * 2  NODE2 owns it.",
    ...explanationText(explanation).split("\n").slice(6),
  ]);
});
