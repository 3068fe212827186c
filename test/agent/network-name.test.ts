import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sweepHosts } from "../../src/agent/drivers/hosts-file.ts";
import { updateOf } from "../../src/agent/drivers/name-update.ts";
import { networkName } from "../../src/agent/drivers/network-name.ts";
import type { AssignedResource } from "../../src/cluster/messages.ts";
import { assigned } from "./assigned.ts";
import { contextIn } from "./driver-context.ts";

let folder = "";
const logged: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-name-"));
  logged.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function nameOf(properties: AssignedResource["properties"], hostsFile: string | null) {
  const spec = { ...assigned("Network Name", { Name: "MAILVS", ...properties }), dependsOn: ["IP", ["IP6"]] };
  const { context } = contextIn(folder, spec);
  const six = assigned("IP Address", { Address: "2001:db8::100", SubnetMask: "64", Network: "six" });
  return networkName({
    hostsFile: hostsFile === null ? null : { path: hostsFile, mark: "lan/NODE1" },
    nameServer: null,
  })({
    ...context,
    group: { ...context.group, IP6: six },
    log: (code) => void logged.push(code),
  });
}

test("DR17 a hosts file shows the name while it is online, and keeps what others have written, and its mode", async () => {
  const hosts = join(folder, "hosts");
  const before = "127.0.0.1 localhost\n192.0.2.1 other # bridgehead lan/NODE1 Mail/Other\n# the end";
  writeFileSync(hosts, before);
  chmodSync(hosts, 0o644);
  const driver = nameOf({ DnsSuffix: "example.org", Aliases: "mail smtp" }, hosts);
  await driver.online(0);
  await driver.online(0);
  const names = "MAILVS.example.org MAILVS mail smtp # bridgehead lan/NODE1 Mail/App";
  expect(readFileSync(hosts, "utf8")).toBe(`${before}\n127.0.1.100 ${names}\n2001:db8::100 ${names}\n`);
  expect(statSync(hosts).mode & 0o777).toBe(0o644);
  await driver.offline();
  expect(readFileSync(hosts, "utf8")).toBe(`${before}\n`);
  expect(logged).toEqual([]);
});

test("DR17 what a killed run has shown is gone with the next one, and nothing of another agent", async () => {
  const hosts = join(folder, "hosts");
  const before = "127.0.0.1 localhost\n192.0.2.1 other # bridgehead lan/NODE10 Mail/App\n";
  writeFileSync(hosts, before);
  await nameOf({}, hosts).online(0);
  expect(readFileSync(hosts, "utf8")).not.toBe(before);
  expect(sweepHosts({ path: hosts, mark: "lan/NODE1" })).toBeNull();
  expect(readFileSync(hosts, "utf8")).toBe(before);
});

test("DR17 a hosts file that cannot be written is a warning, and the name is online", async () => {
  const driver = nameOf({}, join(folder, "missing", "hosts"));
  await driver.online(0);
  expect(logged).toEqual(["hosts-not-written"]);
});

test.each([
  { DnsSuffix: "example.org\nupdate delete other.example.org" },
  { Aliases: "#" },
  { Aliases: "a..b" },
  { DnsSuffix: "x".repeat(64) },
])("DR17 what is no name of a host is told to nobody: %j", async (properties) => {
  const hosts = join(folder, "hosts");
  writeFileSync(hosts, "");
  await expect(nameOf(properties, hosts).online(0)).rejects.toMatchObject({ code: "name-not-valid" });
  expect(readFileSync(hosts, "utf8")).toBe("");
});

test("DR17 RequireDNS without a domain or a server is a failure that says so", async () => {
  await expect(nameOf({ RequireDNS: 1 }, null).online(0)).rejects.toMatchObject({ code: "dns-not-updated" });
  await expect(nameOf({ RequireDNS: 1, DnsSuffix: "example.org" }, null).online(0)).rejects.toMatchObject({
    code: "dns-not-updated",
  });
});

test("DR17 an update replaces what the name server had, and leads back when that is asked for", () => {
  const server = { host: "192.0.2.53", port: 5_353, keyFile: "/etc/key" };
  const registration = {
    name: "vs.example.org",
    aliases: ["mail.example.org"],
    addresses: ["192.0.2.100", "2001:db8::1"],
    ttlSeconds: 60,
    isReversed: true,
  };
  expect(updateOf(server, registration).trim().split("\n")).toEqual([
    "server 192.0.2.53 5353",
    "update delete vs.example.org. A",
    "update delete vs.example.org. AAAA",
    "update add vs.example.org. 60 A 192.0.2.100",
    "update add vs.example.org. 60 AAAA 2001:db8::1",
    "send",
    "update delete mail.example.org. CNAME",
    "update add mail.example.org. 60 CNAME vs.example.org.",
    "send",
    "update delete 100.2.0.192.in-addr.arpa. PTR",
    "update add 100.2.0.192.in-addr.arpa. 60 PTR vs.example.org.",
    "send",
    `update delete 1.${"0.".repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa. PTR`,
    `update add 1.${"0.".repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa. 60 PTR vs.example.org.`,
    "send",
  ]);
});
