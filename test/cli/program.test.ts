import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runCommand } from "../../src/cli/program.ts";

let out = "";
let err = "";
beforeEach(() => {
  out = "";
  err = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += String(text);
    return true;
  });
  vi.stubEnv("BRIDGEHEAD_TOKEN", "a-token");
  vi.stubEnv("BRIDGEHEAD_URL", "http://127.0.0.1:1");
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test("CL1 help and the version are answers: exit code 0", async () => {
  expect(await runCommand(["--help"])).toBe(0);
  expect(out).toContain("source-address");
  expect(await runCommand(["--version"])).toBe(0);
  expect(await runCommand(["group", "move", "--help"])).toBe(0);
});

test("CL1 every noun has help that fits eighty columns", async () => {
  for (const noun of [
    "cluster",
    "node",
    "group",
    "simulate",
    "resource",
    "operation",
    "failovers",
    "registry",
    "completion",
    "token",
    "source-address",
    "events",
    "webhook",
    "agent",
    "mta",
    "start",
    "demo",
    "serve",
  ]) {
    out = "";
    expect(await runCommand([noun, "--help"])).toBe(0);
    for (const line of out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  }
});

test.each<[string, string[]]>([
  ["nothing", []],
  ["an unknown noun", ["quorum", "show"]],
  ["an unknown verb", ["group", "explode"]],
  ["a noun without its verb", ["group"]],
  ["an unknown option", ["group", "list", "--nonsense"]],
  ["a missing argument", ["group", "move"]],
  ["too many arguments", ["group", "list", "Exchange"]],
  ["a missing option", ["source-address", "Exchange"]],
  ["an output that there is not", ["node", "list", "--output", "xml"]],
  ["a number that is none", ["events", "--after", "soon"]],
  ["a port that is none", ["serve", "--listen", "127.0.0.1:99999"]],
  ["a role that there is not", ["token", "create", "--role", "king"]],
  ["a node's token without its node", ["token", "create", "--role", "node"]],
  ["a URL that is none", ["node", "list", "--url", "nowhere"]],
  ["a kind of entries that there is not", ["webhook", "create", "https://peer.test/", "--kinds", "node.exploded"]],
  ["a webhook that goes on from nowhere", ["webhook", "enable", "0123456789abcdef", "--from", "then"]],
  ["a network that is none", ["serve", "--webhook-network", "private"]],
  ["half of TLS", ["serve", "--tls-cert", "cert.pem"]],
  ["plain HTTP for everybody", ["serve", "--listen", "0.0.0.0:0"]],
  ["a host that is down, unconfirmed", ["node", "confirm-down", "NODE1"]],
])("CL2 %s is wrong usage: exit code 2, and a sentence", async (_title, args) => {
  expect(await runCommand(args)).toBe(2);
  expect(err.trim()).not.toBe("");
});

test("CL3 a control plane that cannot be reached: exit code 3, its address, and how to mend it", async () => {
  expect(await runCommand(["node", "list", "--cluster", "exchange"])).toBe(3);
  expect(err).toContain("http://127.0.0.1:1");
  expect(err).toContain("BRIDGEHEAD_URL");
});

test("CL4 no token ever stands in what is printed", async () => {
  await runCommand(["node", "list"]);
  await runCommand(["cluster", "show", "--output", "json"]);
  expect(out + err).not.toContain("a-token");
});

test("CL4 a token that is nowhere is asked for, with every way to give it", async () => {
  vi.stubEnv("BRIDGEHEAD_TOKEN", undefined);
  vi.spyOn(process, "cwd").mockReturnValue("/nonexistent");
  expect(await runCommand(["node", "list", "--token-file", "/nonexistent/token"])).toBe(2);
  expect(err).toContain("/nonexistent/token");
});
