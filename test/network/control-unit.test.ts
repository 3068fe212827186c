import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { get } from "node:https";
import { afterAll, beforeAll, expect, test } from "vitest";
import { controlStateFolder, controlUnit, controlUnitName } from "../../src/cli/control-unit.ts";
import { commandModule } from "../../src/cli/package-files.ts";
import { PageCommands } from "../support/page-commands.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/until.ts";
import { openSystemd, type TestSystemd } from "./systemd.ts";

/** A user of Debian's that owns nothing. */
const user = "daemon";
const tls = { certificateFile: "/run/tls/cert.pem", keyFile: "/run/tls/key.pem" };
let port = 0;
let systemd: TestSystemd | null = null;

beforeAll(async () => {
  port = await freePort("127.0.0.1");
  const { text } = controlUnit({
    user,
    command: [process.execPath, commandModule],
    listen: `127.0.0.1:${port}`,
    isPrivilegedPort: false,
    tls,
    insecure: false,
    webhookNetworks: [],
  });
  systemd = await openSystemd({ [controlUnitName]: text });
}, 60_000);
afterAll(() => systemd?.close());

/** Runs a command where systemd is: its files are seen by it alone. */
function beside(command: string, ...args: readonly string[]): Promise<string> {
  if (systemd === null) throw new Error("systemd is not there");
  return systemd.beside(command, ...args);
}

async function statusOf(path: string, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  // A certificate that nobody has signed but itself.
  const request = get({ host: "127.0.0.1", port, path, headers, rejectUnauthorized: false, agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

const isUp = (): Promise<boolean> =>
  statusOf("/healthz", "").then(
    (status) => status === 200,
    () => false,
  );

test(
  "CL47 under its service the control plane answers by TLS with a key that root alone can read, keeps its data for itself, and is back with it after it was killed, and on a copy of it",
  { timeout: 120_000 },
  async () => {
    for (const folder of ["/var/lib", "/var/backups"]) await beside("mount", "-t", "tmpfs", "tmpfs", folder);
    // As on every host: systemd mounts what it shows to a service beside its own namespace, and finds it there.
    await beside("mount", "--make-rshared", "/");
    await beside("mkdir", "-m", "700", "/run/tls");
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", tls.keyFile];
    await beside("openssl", "req", "-x509", ...key, "-subj", "/CN=control.test", "-out", tls.certificateFile);
    await beside("systemctl", "start", controlUnitName);
    await until(isUp, 30_000, "the control plane");

    const tokenFile = `${controlStateFolder}/admin.token`;
    const token = (await beside("cat", tokenFile)).trim();
    expect(await statusOf("/v1/clusters", token)).toBe(200);
    expect(await statusOf("/v1/clusters", "another")).toBe(401);
    expect(await beside("stat", "-c", "%U %a", controlStateFolder, tokenFile)).toBe(`${user} 700\n${user} 600\n`);
    expect(await beside("ps", "-o", "user=", "-C", "workerd")).toBe(`${user}\n`);

    await beside("systemctl", "kill", "--signal=KILL", controlUnitName);
    await until(async () => !(await isUp()), 10_000, "its end");
    await until(isUp, 30_000, "the control plane again");
    expect(await statusOf("/v1/clusters", token)).toBe(200);

    // What docs/self-hosting.md says of a copy, and that this is one.
    const page = new PageCommands("docs/self-hosting.md", { from: "## Backup" });
    for (const part of ["systemctl stop", "cp -a", "systemctl start"]) await beside("bash", "-c", page.take(part));
    expect(page.left()).toEqual([]);
    await until(isUp, 30_000, "the control plane after its backup");
    await beside("systemctl", "stop", controlUnitName);
    expect(await isUp()).toBe(false);
    expect(await beside("stat", "-c", "%U %a", "/var/backups/bridgehead-control/data")).toBe(`${user} 700\n`);
    await beside(
      "bash",
      "-c",
      `rm -r ${controlStateFolder}/* && cp -a /var/backups/bridgehead-control/. ${controlStateFolder}`,
    );
    await beside("systemctl", "start", controlUnitName);
    await until(isUp, 30_000, "the control plane on the copy");
    expect(await statusOf("/v1/clusters", token)).toBe(200);
    await beside("systemctl", "stop", controlUnitName);
  },
);
