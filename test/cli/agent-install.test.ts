import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadAgentConfig } from "../../src/cli/agent-config.ts";
import { unitFiles } from "../../src/cli/systemd-units.ts";
import { runCommand } from "../../src/cli/program.ts";
import { installRuns } from "./install-run.ts";

const run = installRuns();

const install = (...more: string[]) =>
  runCommand(["agent", "install", "--cluster", "exchange", "--node", "NODE1", "--url", "https://c.test", ...more]);
const file = (path: string): string => readFileSync(join(run.root, path), "utf8");

test("CL31 it prints the services of agent and guard, the agent's configuration and what to do with them, and writes nothing", async () => {
  expect(await install("--root", run.root)).toBe(0);
  for (const path of ["/etc/systemd/system/bridgehead-guard.service", "/etc/bridgehead/agent.yaml"]) {
    expect(run.out).toContain(`# ${path}\n`);
    expect(existsSync(join(run.root, path))).toBe(false);
  }
  expect(run.out).toContain("systemctl enable --now bridgehead-guard bridgehead-agent");
});

test("CL31 both are started again, however often and soon they have ended", async () => {
  const units = unitFiles({ user: "bridgehead", command: ["/usr/bin/node"], config: "agent.yaml", disks: false });
  expect(units).toHaveLength(2);
  for (const { text } of units) {
    const [head = "", service = ""] = text.split("[Service]");
    expect(head).toMatch(/^StartLimitIntervalSec=0$/m);
    expect(service).toMatch(/^Restart=always$/m);
  }
});

test("CL31 what it writes is a configuration that the agent reads, and leaves what somebody else may have written", async () => {
  expect(await install("--write", "--root", run.root)).toBe(0);
  expect(loadAgentConfig(join(run.root, "etc/bridgehead/agent.yaml"))).toMatchObject({
    node: "NODE1",
    cluster: "exchange",
    url: "https://c.test",
    guardSocket: "/var/lib/bridgehead/guard.sock",
    socket: "/run/bridgehead/agent.sock",
  });
  const unit = file("etc/systemd/system/bridgehead-agent.service");
  writeFileSync(join(run.root, "etc/systemd/system/bridgehead-agent.service"), "of an earlier version");
  writeFileSync(join(run.root, "etc/bridgehead/agent.yaml"), "node: OTHER\n");
  run.out = "";
  expect(await install("--write", "--root", run.root)).toBe(0);
  expect(file("etc/systemd/system/bridgehead-agent.service")).toBe(unit);
  expect(file("etc/bridgehead/agent.yaml")).toBe("node: OTHER\n");
  expect(run.out).toContain("/etc/systemd/system/bridgehead-guard.service: is so already\n");
  expect(run.out).toContain("/etc/bridgehead/agent.yaml: is there, and stays as it is\n");
});

test("CL31 neither of the two is root, and the guard is no part of the agent's service", () => {
  const units = unitFiles({
    user: "mail",
    command: ["/opt/a b/node", "100%", "$x"],
    config: "/etc/agent.yaml",
    disks: false,
  });
  expect(units.map(({ name }) => name)).toEqual(["bridgehead-guard.service", "bridgehead-agent.service"]);
  const held = ["CAP_NET_ADMIN CAP_NET_RAW", "CAP_NET_ADMIN CAP_NET_RAW CAP_NET_BIND_SERVICE"];
  for (const [index, { text }] of units.entries()) {
    expect(text).toContain("\nUser=mail\n");
    for (const set of ["AmbientCapabilities", "CapabilityBoundingSet"])
      expect(text).toContain(`\n${set}=${held[index]}\n`);
    expect(text).toContain("\nNoNewPrivileges=yes\n");
    expect(text).toContain("\nStateDirectoryMode=0700\n");
    expect(text).toContain('\nExecStart="/opt/a b/node" 100%% $$x ');
  }
});

test("CL31 with --disks the agent may mount for the whole host, and the guard is as it was", async () => {
  expect(await install("--disks", "--write", "--root", run.root)).toBe(0);
  const agent = file("etc/systemd/system/bridgehead-agent.service");
  expect(agent).toMatch(/^# .*as good as root: every program, .* starts\n# inherits these capabilities\.$/m);
  expect(agent).toMatch(/^AmbientCapabilities=.*CAP_NET_BIND_SERVICE CAP_SYS_ADMIN CAP_SYS_RAWIO .*CAP_KILL$/m);
  // What gives a service a mount namespace of its own (systemd.exec(5)).
  expect(agent).not.toMatch(/^(Protect|Private|ReadOnly|ReadWrite|Inaccessible|Bind|Temporary|Mount|Dynamic|RootDir)/m);
  expect(file("etc/systemd/system/bridgehead-guard.service")).toMatch(/^ProtectSystem=strict$/m);
  expect(file("etc/systemd/system/bridgehead-guard.service")).not.toContain("CAP_SYS_ADMIN");
});

test("CL2 without a node or a cluster nothing is written", async () => {
  expect(await runCommand(["agent", "install", "--node", "NODE1", "--write", "--root", run.root])).toBe(2);
  expect(await install("--user", "no name", "--write", "--root", run.root)).toBe(2);
  expect(run.err).toContain("Which node is this, and of which cluster?");
  expect(existsSync(join(run.root, "etc"))).toBe(false);
});

test("CL31 where others reach the agent is written into its configuration, and has to be one address and a port", async () => {
  expect(await install("--peer-listen", "192.0.2.11:7946", "--write", "--root", run.root)).toBe(0);
  expect(loadAgentConfig(join(run.root, "etc/bridgehead/agent.yaml")).peerListen).toBe("192.0.2.11:7946");
  for (const wrong of [
    "192.0.2.11",
    "0.0.0.0:7946",
    "[::]:7946",
    "host.test:7946",
    "192.0.2.11:99999",
    "192.0.2.999:1",
  ]) {
    expect(await install("--peer-listen", wrong, "--root", run.root), wrong).toBe(2);
  }
});
