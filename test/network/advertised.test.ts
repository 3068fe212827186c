import { type ChildProcess, spawn } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { advertisedBy, nameServerPatience, senderPolicy } from "../../src/cli/doctor/dns.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/until.ts";
import { namedWith } from "./named.ts";

const server = { group: "Mail", address: "192.0.2.100", networkName: "mail.example.org" };
const resolver = new Resolver(nameServerPatience);
let folder = "";
let named: ChildProcess | null = null;

/** Two zones of a real name server: a name and its address, and what domains say of who sends for them. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-named-"));
  const port = await freePort("127.0.0.1");
  const forward = [
    "mail A 192.0.2.100",
    '@ TXT "v=spf1 include:_spf.example.org -all"',
    '@ TXT "some-verification=1"',
    '_spf TXT "v=spf1 " "mx:relay.example.org ip4:192.0.2.7 -all"',
    "relay MX 10 mail",
    'forged TXT "v=spf1 ip4:192.0.2.7 ~all"',
    'broken TXT "v=spf1 ip4:192.0.2.300 -all"',
    'twice TXT "v=spf1 ip4:192.0.2.100 -all"',
    'twice TXT "v=spf1 -all"',
    'unsure TXT "v=spf1 ip4:192.0.2.7 ?all"',
    "silent A 192.0.2.9",
    ...Array.from({ length: 12 }, (_, n) => `deep${n} TXT "v=spf1 include:deep${n + 1}.example.org -all"`),
    'deep12 TXT "v=spf1 -all"',
  ];
  const zones = { "example.org": forward.join("\n"), "2.0.192.in-addr.arpa": "100 PTR mail.example.org." };
  named = spawn("named", namedWith({ folder, address: "127.0.0.1", port }, zones), { stdio: "ignore" });
  resolver.setServers([`127.0.0.1:${port}`]);
  const isThere = () => resolver.resolve4("mail.example.org").then(Boolean, () => false);
  await until(isThere, 20_000, "the name server");
}, 40_000);
afterAll(() => {
  named?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

test("CL39 what DNS has for a name and an address is read from a real name server", async () => {
  expect(await advertisedBy(server, server.address, resolver)).toMatchObject({
    addresses: ["192.0.2.100"],
    names: ["mail.example.org"],
  });
  const other = { ...server, networkName: "absent.example.org" };
  expect(await advertisedBy(other, "192.0.2.9", resolver)).toMatchObject({ addresses: [], names: [] });
  expect(await advertisedBy(other, "203.0.113.5", resolver)).toMatchObject({ names: "EREFUSED" });
});

test("CL41 the policy of a domain is evaluated as a receiver does: with what it includes, MX records, and its bounds", async () => {
  const of = async (domain: string, outside = server.address) =>
    (await senderPolicy(server, domain, outside, resolver)).result;
  expect(await of("example.org")).toBe("pass");
  expect(await of("example.org", "192.0.2.9")).toBe("fail");
  expect(await of("forged.example.org")).toBe("softfail");
  expect(await of("unsure.example.org")).toBe("neutral");
  expect(await of("silent.example.org")).toBe("none");
  expect(await of("broken.example.org")).toBe("permerror");
  expect(await of("deep0.example.org")).toBe("permerror");
  expect(await of("refused.example.com")).toBe("temperror");
  expect(await senderPolicy(server, "mail.example.org", server.address, resolver)).toMatchObject({
    isGreeting: true,
    result: "none",
    record: null,
  });
  expect((await senderPolicy(server, "example.org", server.address, resolver)).record).toBe(
    "v=spf1 include:_spf.example.org -all",
  );
});

test("CL41 of a record that cannot be evaluated it is told why: two of them, its syntax, its lookups, a server that refuses", async () => {
  const why = async (domain: string) => (await senderPolicy(server, domain, server.address, resolver)).why;
  expect(await why("twice.example.org")).toBe("multiple SPF records found for twice.example.org");
  expect(await why("broken.example.org")).toMatch(/invalid|ip4/i);
  expect(await why("deep0.example.org")).toBe("Too many DNS requests");
  expect(await why("refused.example.com")).toContain("refused");
  expect(await why("example.org")).toBe("");
});
