import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
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

test.each([
  [["association", "--help"], "unknown command 'association'"],
  [["grop", "--help"], "Did you mean group?"],
  [["--help", "grop"], "Did you mean group?"],
  [["help", "grop"], "Did you mean group?"],
  [["group", "mvoe", "--help"], "Did you mean move?"],
  [["group", "mvoe", "-h"], "Did you mean move?"],
  [["group", "--help", "mvoe", "--cluster", "exchange"], "Did you mean move?"],
  [["simulate", "node-dwn", "--help"], "Did you mean node-down?"],
])("CL2 %j is an unknown command, though it asks for help", async (args, said) => {
  expect(await runCommand(args)).toBe(2);
  expect(err).toContain(said);
  expect(out).toBe("");
});

test.each([
  [["group", "--help"], "move <group>"],
  [["help", "group"], "move <group>"],
  [["help", "group", "move"], "--to <node>"],
  [["group", "move", "Exchange", "-h"], "--to <node>"],
  [["group", "help", "move"], "--to <node>"],
  [["simulate", "--help"], "node-down <node>"],
  [["source-address", "Exchange", "--help"], "--node <node>"],
  [["help"], "source-address"],
])("CL1 %j is help", async (args, said) => {
  expect(await runCommand(args)).toBe(0);
  expect(out).toContain(said);
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

test.each([
  ["no token file that is there", ["--token-file", "/nonexistent/token"], "Make the token with:"],
  ["no token at all", [], "Make one with:"],
])("CL11 an agent with %s is told how to make it, with its own name and cluster", async (_which, more, begin) => {
  vi.stubEnv("BRIDGEHEAD_TOKEN", undefined);
  vi.stubEnv("BRIDGEHEAD_TOKEN_FILE", undefined);
  expect(await runCommand(["agent", "--node", "NODEA", "--cluster", "exchange", ...more])).toBe(2);
  expect(err.replaceAll(/\s+/g, " ")).toContain(
    `${begin} bridgehead token create --role node --node NODEA --cluster exchange`,
  );
});

describe("CL2 what the control plane cannot be asked with", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bridgehead-token-"));
    vi.stubEnv("BRIDGEHEAD_TOKEN", undefined);
    vi.stubEnv("BRIDGEHEAD_CLUSTER", "exchange");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ["two lines", "one\ntwo\n"],
    ["a word before it", "Token abc\n"],
    ["a letter that a header cannot carry", "t\u00f6ken\n"],
  ])("CL2 a token file with %s does not hold one token", async (_title, text) => {
    const file = join(folder, "token");
    writeFileSync(file, text);
    expect(await runCommand(["node", "list", "--token-file", file])).toBe(2);
    expect(err).toContain(`${file} does not hold one token`);
    expect(err).not.toContain(text.trim());
    err = "";
    expect(await runCommand(["agent", "--node", "NODE1", "--token-file", file, "--state", folder])).toBe(2);
    expect(err).toContain("does not hold one token");
  });

  test("CL2 a token in the environment is looked at as well", async () => {
    vi.stubEnv("BRIDGEHEAD_TOKEN", "one\ntwo");
    expect(await runCommand(["node", "list"])).toBe(2);
    expect(err).toContain("BRIDGEHEAD_TOKEN does not hold one token");
  });

  test.each(["http://h:1/foo", "http://h:1/?a=b", "http://h:1/#here", "http://me:secret@h:1"])(
    "CL2 an address with more in it is refused: %s",
    async (url) => {
      vi.stubEnv("BRIDGEHEAD_TOKEN", "a-token");
      expect(await runCommand(["node", "list", "--url", url])).toBe(2);
      expect(err).toContain("http://h:1,");
      expect(err).not.toContain("secret");
    },
  );

  test("CL3 a slash at the end of the address changes nothing", async () => {
    vi.stubEnv("BRIDGEHEAD_TOKEN", "a-token");
    expect(await runCommand(["node", "list", "--url", "http://127.0.0.1:1/"])).toBe(3);
  });
});
