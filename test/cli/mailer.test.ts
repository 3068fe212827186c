import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runCommand } from "../../src/cli/program.ts";

let folder = "";
let out = "";
let err = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-mailer-"));
  out = "";
  err = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => (out += String(text)).length > 0);
  vi.spyOn(process.stderr, "write").mockImplementation((text) => (err += String(text)).length > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const mailers = ["exim", "postfix", "haraka", "node"] as const;
const mailer = (name: string, ...more: string[]) =>
  runCommand(["mailer", name, "--group", "Mail 1", "--config", join(folder, "agent.yaml"), ...more]);
const configure = (text = ""): void =>
  writeFileSync(join(folder, "agent.yaml"), `node: NODE1\ncluster: exchange\nsocket: agent.sock\n${text}`);
const server = ["--address", "192.0.2.100", "--name", "MAILVS"];

test.each(mailers)("MA2 on a host without an agent %s is best left as it is, which is said", async (name) => {
  expect(await mailer(name)).toBe(1);
  expect(err).toContain("No agent is configured on this host");
  expect(err).toContain("leave its configuration as it is");
  expect(out).toBe("");
});

test.each(mailers)(
  "CL37 what is printed for %s names the socket of this host's agent, the group, and where it goes",
  async (name) => {
    configure("socketmap: socketmap.sock\n");
    expect(await mailer(name, ...(name === "postfix" ? server : []))).toBe(0);
    expect(out).toMatch(/^# \S/);
    expect(out).toContain(join(folder, name === "postfix" ? "socketmap.sock" : "agent.sock"));
    expect(out).toContain(name === "postfix" ? "Mail%201" : "Mail 1");
  },
);

test("CL37 it is printed for another host when its socket is named", async () => {
  expect(await mailer("exim", "--socket", "/run/elsewhere.sock")).toBe(0);
  expect(out).toContain("${readsocket{/run/elsewhere.sock}{source-address Mail 1\\n}");
});

test("CL37 Postfix needs a socket of its own, and is told how the agent gets one", async () => {
  configure();
  expect(await mailer("postfix", ...server)).toBe(1);
  expect(err).toContain("socketmap: /run/bridgehead/socketmap.sock");
});

test("CL37 of address and name both are given, or neither", async () => {
  configure("socketmap: socketmap.sock\n");
  expect(await mailer("postfix", "--name", "MAILVS")).toBe(2);
});

test("CL37 a virtual IP of one family leaves no way out for the other", async () => {
  configure("socketmap: socketmap.sock\n");
  expect(await mailer("postfix", "--address", "2001:db8::100", "--name", "MAILVS")).toBe(0);
  expect(out).toContain("-o smtp_bind_address6=2001:db8::100\n");
  expect(out).toContain("-o inet_protocols=ipv6\n");
});
