import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { run } from "./support.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-mailer-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mailers = ["exim", "postfix", "haraka", "node"] as const;
const mailer = (name: string, ...more: string[]) =>
  run("mailer", name, "--group", "Mail 1", "--config", join(folder, "agent.yaml"), ...more);
const configure = (text = ""): void =>
  writeFileSync(join(folder, "agent.yaml"), `node: NODE1\ncluster: exchange\nsocket: agent.sock\n${text}`);
const server = ["--address", "192.0.2.100", "--name", "MAILVS"];

test.each(mailers)("MA2 on a host without an agent %s is best left as it is, which is said", async (name) => {
  const { code, out, err } = await mailer(name);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain("No agent is configured on this host");
  expect(err).toContain("leave its configuration as it is");
});

test.each(mailers)(
  "CL37 what is printed for %s names the socket of this host's agent, the group, and where it goes",
  async (name) => {
    configure("socketmap: socketmap.sock\n");
    const { code, out } = await mailer(name, ...(name === "postfix" ? server : []));
    expect(code).toBe(0);
    expect(out).toMatch(/^# \S/);
    expect(out).toContain(join(folder, name === "postfix" ? "socketmap.sock" : "agent.sock"));
    expect(out).toContain(name === "postfix" ? "Mail%201" : "Mail 1");
  },
);

test("CL37 it is printed for another host when its socket is named", async () => {
  const { code, out } = await mailer("exim", "--socket", "/run/elsewhere.sock");
  expect(code).toBe(0);
  expect(out).toContain("${readsocket{/run/elsewhere.sock}{source-address Mail 1 *\\n}");
});

test("CL37 Postfix needs a socket of its own, and is told how the agent gets one", async () => {
  configure();
  const { code, err } = await mailer("postfix", ...server);
  expect(code).toBe(1);
  expect(err).toContain("socketmap: /run/bridgehead/socketmap.sock");
});

test.each([
  ["a name without an address", ["--name", "MAILVS"]],
  ["an address that is none", ["--address", "192.0.2.300", "--name", "MAILVS"]],
  ["a name with a blank", ["--address", "192.0.2.100", "--name", "MAIL VS"]],
  ["no group", [...server, "--group", ""]],
  ["a group that no cluster has", [...server, "--group", "a}b"]],
  ["a path that a list would take apart", [...server, "--socketmap", "/run/my sock"]],
  ["no relay", [...server, "--relay", ""]],
  ["a relay without a host", [...server, "--relay", ":25"]],
  ["a relay's port that is none", [...server, "--relay", "relay.example:99999"]],
  ["a domain that is none", [...server, "--local", "example.org", "a/b"]],
])("CL37 %s is wrong usage, and nothing is printed", async (_, more) => {
  configure("socketmap: socketmap.sock\n");
  expect(await mailer("postfix", ...more)).toMatchObject({ code: 2, out: "" });
});

test("CL37 a configuration that does not say where the agent listens is told, with what to add", async () => {
  writeFileSync(join(folder, "agent.yaml"), "node: NODE1\ncluster: exchange\n");
  const { code, err } = await mailer("exim");
  expect(code).toBe(1);
  expect(err).toContain("Add socket: /run/bridgehead/agent.sock");
});

test("CL37 domains of this host, one by one or in a list, and all below one", async () => {
  configure("socketmap: socketmap.sock\n");
  const { out } = await mailer("postfix", ...server, "--local", "a.example,b.example", ".c.example");
  for (const pattern of ["/@a\\.example$$/", "/@b\\.example$$/", "/\\.c\\.example$$/"]) {
    expect(out).toContain(`{ ${pattern} : }`);
  }
});

test("CL37 a virtual IP of one family leaves no way out for the other", async () => {
  configure("socketmap: socketmap.sock\n");
  const { code, out } = await mailer("postfix", "--address", "2001:db8::100", "--name", "MAILVS");
  expect(code).toBe(0);
  expect(out).toContain("smtp_bind_address6 = 2001:db8::100\n");
  expect(out).toContain("smtp_bind_address = 240.0.0.1\n");
});
