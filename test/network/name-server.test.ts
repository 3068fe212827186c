import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { networkName } from "../../src/agent/drivers/network-name.ts";
import type { AssignedResource } from "../../src/cluster/messages.ts";
import { assigned } from "../agent/assigned.ts";
import { contextIn } from "../agent/driver-context.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/until.ts";
import { namedWith } from "./named.ts";

const run = promisify(execFile);
let folder = "";
let port = 0;
let named: ChildProcess | null = null;
const logged: string[] = [];

/** A real name server of two zones, which takes updates that are signed with its key. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-named-"));
  port = await freePort("127.0.0.1");
  for (const name of ["ours", "theirs"]) {
    const { stdout } = await run("tsig-keygen", ["-a", "hmac-sha256", name]);
    writeFileSync(join(folder, `${name}.key`), stdout);
  }
  const place = { folder, address: "127.0.0.1", port, keyFile: join(folder, "ours.key") };
  const words = namedWith(place, { "example.org": "", "1.0.127.in-addr.arpa": "" });
  named = spawn("named", words, { stdio: "ignore" });
  await until(async () => (await answer("example.org", "SOA")) !== "", 20_000, "the name server");
}, 40_000);
afterAll(() => {
  named?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

async function answer(name: string, type: string): Promise<string> {
  const { stdout } = await run("dig", ["@127.0.0.1", "-p", String(port), "+short", "+tries=1", "+time=2", name, type])
    // Nobody answers yet.
    .catch(() => ({ stdout: "" }));
  return stdout.trim();
}

function nameWith(key: string, properties: AssignedResource["properties"]) {
  const spec = {
    ...assigned("Network Name", { Name: "MAILVS", DnsSuffix: "example.org", HostRecordTTL: 30, ...properties }),
    dependsOn: ["IP"],
  };
  const { context } = contextIn(folder, spec);
  const nameServer = { host: "127.0.0.1", port, keyFile: join(folder, `${key}.key`) };
  return networkName({ hostsFile: null, nameServer })({ ...context, log: (code) => void logged.push(code) });
}

test("DR17 a name is registered with its addresses, its aliases and the way back, and stays when it goes offline", async () => {
  const driver = nameWith("ours", { Aliases: "mail", PublishPTRRecords: 1, RequireDNS: 1 });
  await driver.online(0);
  expect(await answer("mailvs.example.org", "A")).toBe("127.0.1.100");
  expect(await answer("mail.example.org", "CNAME")).toBe("MAILVS.example.org.");
  expect(await answer("100.1.0.127.in-addr.arpa", "PTR")).toBe("MAILVS.example.org.");
  await driver.online(0);
  await driver.offline();
  expect(await answer("mailvs.example.org", "A")).toBe("127.0.1.100");
  expect(logged).toEqual([]);
});

test("DR17 a server that refuses is a failure with RequireDNS, with its reason, and else a warning", async () => {
  const driver = nameWith("theirs", { Name: "OTHER", RequireDNS: 1 });
  await expect(driver.online(0)).rejects.toMatchObject({
    code: "dns-not-updated",
    message: expect.stringMatching(/^OTHER\.example\.org at 127\.0\.0\.1: .*(NOTAUTH|BADKEY)/) as unknown,
  });
  await nameWith("theirs", { Name: "OTHER" }).online(0);
  expect(logged).toEqual(["dns-not-updated"]);
  expect(await answer("other.example.org", "A")).toBe("");
});
