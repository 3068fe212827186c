import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PageCommands } from "../support/page-commands.ts";
import { openPageShell, type PageShell } from "../support/page-shell.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/until.ts";

// The commands of its last part are run under a real systemd (test/network/control-unit.test.ts).
const page = new PageCommands("docs/self-hosting.md", { to: "## Backup" });
let shell: PageShell;
let listen = "";

beforeAll(async () => {
  listen = `127.0.0.1:${await freePort("127.0.0.1")}`;
  shell = openPageShell({}, [
    ["/etc/ssl/private/control.key", "control.key"],
    ["/etc/ssl/control.pem", "control.pem"],
    ["/etc/ssl/own-ca.pem", "control.pem"],
    ["0.0.0.0:8787", listen],
    ["control.example.org:8787", listen],
  ]);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "control.key"];
  const names = ["-subj", "/CN=control.test", "-addext", "subjectAltName=IP:127.0.0.1"];
  const words = ["req", "-x509", ...key, ...names, "-out", "control.pem"];
  execFileSync("openssl", words, { cwd: shell.folder, stdio: "ignore" });
});
afterAll(() => shell.close());

describe("DC5 what docs/self-hosting.md says", { timeout: 120_000 }, () => {
  test("DC5 by hand it answers until Ctrl-C, and keeps its token in its folder", async () => {
    const control = shell.start(`${page.take("bridgehead serve")} --listen ${listen}`);
    await until(() => control.output().includes("Ctrl-C ends it"), 20_000, "the control plane");
    expect(readFileSync(join(shell.folder, ".bridgehead/admin.token"), "utf8")).toMatch(/^\S{40,}\n$/);
    await control.interrupt();
    expect(await control.ended).toBe(0);
  });

  test("DC5 with TLS it answers who trusts the authority, and doctor looks at its folder", async () => {
    const control = shell.start(page.take("--tls-cert"));
    await until(() => control.output().includes("Ctrl-C ends it"), 20_000, "the control plane");
    try {
      const token = " --token-file .bridgehead/admin.token";
      const trusted = await shell.run(page.take("NODE_EXTRA_CA_CERTS") + token);
      expect(trusted.code, trusted.said).toBe(0);
      const list = page.take("cluster list").replace("/var/lib/bridgehead-control", ".bridgehead");
      const untrusted = await shell.run(list);
      expect(untrusted.code, untrusted.said).toBe(3);
      const asRoot = await shell.run(`NODE_EXTRA_CA_CERTS=control.pem ${list}`);
      expect(asRoot.code, asRoot.said).toBe(0);
      const doctor = await shell.run(page.take("doctor").replace("/var/lib/bridgehead-control", ".bridgehead"));
      expect(doctor.said).toContain("room");
    } finally {
      await control.interrupt();
    }
  });

  test("DC5 its service is printed as the page says, and nothing is left that nothing has run", async () => {
    const whole = openPageShell({});
    try {
      const { code, said } = await whole.run(page.take("serve install"));
      expect(code, said).toBe(0);
      expect(said).toContain("LoadCredential=key.pem:/etc/ssl/private/control.key\n");
      expect(said).toContain("/var/lib/bridgehead-control");
    } finally {
      whole.close();
    }
    expect(page.left()).toEqual([]);
  });
});
