import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { controlUnit } from "../../src/cli/control-unit.ts";
import { runCommand } from "../../src/cli/program.ts";
import { installRuns } from "./install-run.ts";

const unitPath = "/etc/systemd/system/bridgehead-control.service";
const tls = ["--tls-cert", "/etc/ssl/control.pem", "--tls-key", "/etc/ssl/private/control.key"];
const run = installRuns();

const install = (...more: string[]) =>
  runCommand(["serve", ...more.slice(0, -1), "install", "--root", run.root, ...more.slice(-1)]);

test("CL47 it prints the service of the control plane and what to do with it, and writes nothing", async () => {
  expect(await install("--listen", "192.0.2.4:8787", ...tls, "--output=table")).toBe(0);
  expect(run.out).toContain(`# ${unitPath}\n[Unit]\n`);
  expect(run.out).toMatch(
    /^ExecStart=.* serve --listen 192\.0\.2\.4:8787 --data \/var\/lib\/bridgehead-control --tls-cert /m,
  );
  expect(run.out).toContain("systemctl enable --now bridgehead-control\n");
  expect(existsSync(join(run.root, "etc"))).toBe(false);
});

test("CL47 what it writes is what it prints, and the same again is so already", async () => {
  expect(await install("--webhook-network", "10.0.0.0/8", "--write")).toBe(0);
  const unit = readFileSync(join(run.root, unitPath), "utf8");
  expect(unit).toContain("--webhook-network 10.0.0.0/8\n");
  run.out = "";
  expect(await install("--webhook-network", "10.0.0.0/8", "--write")).toBe(0);
  expect(run.out).toContain(`${unitPath}: is so already\n`);
});

const options = {
  user: "mail",
  command: ["/opt/a b/node", "100%"],
  listen: "[::]:8787",
  isPrivilegedPort: false,
  tls: { certificateFile: "/etc/c.pem", keyFile: "/etc/k.pem" },
  insecure: false,
  webhookNetworks: [],
} as const;

test("CL47 the service is not root, has the capability of a low port alone, and only there, and systemd reads the key for it", () => {
  const { text } = controlUnit(options);
  expect(text).toContain("\nUser=mail\nGroup=mail\n");
  expect(text).toContain("\nAmbientCapabilities=\nCapabilityBoundingSet=\n");
  expect(text).toContain("\nLoadCredential=key.pem:/etc/k.pem\n");
  expect(text).toContain('\nExecStart="/opt/a b/node" 100%% serve ');
  expect(text).toContain(" --tls-key ${CREDENTIALS_DIRECTORY}/key.pem\n");
  for (const line of ["NoNewPrivileges=yes", "ProtectSystem=strict", "StateDirectoryMode=0700", "UMask=0077"]) {
    expect(text).toContain(`\n${line}\n`);
  }
  const low = controlUnit({ ...options, isPrivilegedPort: true, tls: null }).text;
  expect(low).toContain("\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE\n");
  expect(low).not.toContain("Credential");
});

test.each([
  ["plain HTTP beyond this machine that nobody meant", ["--listen", "0.0.0.0:8787"], "--insecure"],
  ["a folder of its own", ["--data", "/srv/data"], "/var/lib/bridgehead-control"],
  ["a certificate without its key", ["--tls-cert", "/etc/c.pem"], "go together"],
  ["a certificate of this folder", ["--tls-cert", "c.pem", "--tls-key", "/etc/k.pem"], "c.pem"],
  ["a user that is none", ["--user=no name"], "no name"],
])("CL47 it refuses %s", async (_what, args, said) => {
  const isUser = args[0]?.startsWith("--user") === true;
  expect(await (isUser ? install(...args) : install(...args, "--write"))).toBe(2);
  expect(run.err).toContain(said);
  expect(existsSync(join(run.root, "etc"))).toBe(false);
});
