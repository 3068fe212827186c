import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { timesOf } from "../../../src/cli/doctor/control-plane.ts";
import { runChecks } from "../../../src/cli/doctor/check.ts";
import { definitionChecks } from "../../../src/cli/doctor/definition.ts";
import { hostFacts } from "../../../src/cli/doctor/facts.ts";
import { configuredBy } from "../../../src/cli/doctor/place.ts";
import { readerGiven } from "../../../src/cli/doctor/reader.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-doctor-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test("CL36 an agent's configuration says whom it asks, before the environment of who looks, and after the command line", () => {
  vi.stubEnv("BRIDGEHEAD_URL", "https://environment.test");
  vi.stubEnv("BRIDGEHEAD_CLUSTER", "other");
  const file = join(folder, "agent.yaml");
  const placeOf = (text: string, options: Parameters<typeof configuredBy>[1] = {}) => {
    writeFileSync(file, text);
    return configuredBy(file, options);
  };
  const whole = "node: NODE1\ncluster: mail\nurl: https://file.test\n";
  expect(placeOf(whole)).toMatchObject({ place: { url: "https://file.test", cluster: "mail" } });
  expect(placeOf(whole, { cluster: "given" })).toMatchObject({ place: { url: "https://file.test", cluster: "given" } });
  expect(placeOf("node: NODE1\n")).toMatchObject({ place: { url: "https://environment.test", cluster: "other" } });
});

test("CL39 a configuration says what only its writer knows of mail, and a domain or a port that is none is told with its place", () => {
  const file = join(folder, "agent.yaml");
  const read = (text: string) => {
    writeFileSync(file, `node: NODE1\ncluster: mail\n${text}`);
    return configuredBy(file, {});
  };
  expect(read("senderDomains: { Exchange: [example.org] }\nsmtpPeer: { host: mx.example.net }\n")).toMatchObject({
    place: { senderDomains: { Exchange: ["example.org"] }, smtpPeer: { host: "mx.example.net", port: 25 } },
  });
  expect(read("")).toMatchObject({ place: { senderDomains: {}, smtpPeer: null, outsideAddresses: {} } });
  expect(read("senderDomains: { Exchange: [postmaster@example.org] }\n")).toMatchObject({
    kind: "faulty",
    why: expect.stringContaining("line 3 (senderDomains.Exchange.0)"),
  });
  expect(read("smtpPeer: { host: mx.example.net, port: 0 }\n")).toMatchObject({
    kind: "faulty",
    why: expect.stringContaining("line 3 (smtpPeer.port)"),
  });
  for (const host of ["", "mx:25", "[2001:db8::1]:25", "mx.example.net.:25", "user@mx"]) {
    expect(read(`smtpPeer: { host: "${host}" }\n`), host).toMatchObject({
      kind: "faulty",
      why: expect.stringMatching(
        /line 3 \(smtpPeer\.host\).*must be the name or the address of a host, without a port/,
      ),
    });
  }
  for (const host of ["mx", "mx.example.net", "192.0.2.1", "2001:db8::1"]) {
    expect(read(`smtpPeer: { host: "${host}" }\n`), host).toMatchObject({ place: { smtpPeer: { host } } });
  }
});

test("CL39 an address of outsideAddresses is one and the same in every spelling", () => {
  const file = join(folder, "agent.yaml");
  writeFileSync(file, 'node: NODE1\ncluster: mail\noutsideAddresses: { "2001:DB8:0::5": "2001:0db8::00FF" }\n');
  expect(configuredBy(file, {})).toMatchObject({ place: { outsideAddresses: { "2001:db8::5": "2001:db8::ff" } } });
});

test("CL35 a reader's token that cannot be read costs what stands on the definition, and not the whole answer", async () => {
  const file = join(folder, "reader.token");
  // A folder: root cannot read that as a file either.
  mkdirSync(file);
  vi.stubEnv("BRIDGEHEAD_TOKEN", undefined);
  vi.stubEnv("BRIDGEHEAD_TOKEN_FILE", file);
  const reader = readerGiven(undefined);
  expect(readerGiven(file)).toEqual(reader);
  const place = () => {
    throw new Error("nobody is asked without a token");
  };
  // A configuration, which all of them stand on, is taken for given.
  const { checks } = definitionChecks(
    hostFacts(() => null),
    place,
    reader,
  );
  const findings = await runChecks(
    checks.map((one) => ({ ...one, needs: one.needs.filter((need) => need === "definition") })),
    5_000,
  );
  expect(findings.map(({ code }) => code)).toContain("lease");
  for (const { outcome } of findings) {
    expect(outcome).toEqual({
      kind: "skipped",
      sentence: expect.stringContaining(`reader's token, and ${file} cannot be read: EISDIR`),
      remedy: expect.stringContaining("--token-file"),
    });
  }
});

test("CL36 a reader's token that is given is used, and one that is named and is not there is wrong usage", () => {
  vi.stubEnv("BRIDGEHEAD_TOKEN_FILE", undefined);
  vi.stubEnv("BRIDGEHEAD_TOKEN", undefined);
  expect(readerGiven(undefined)).toEqual({ kind: "none" });
  expect(() => readerGiven(join(folder, "absent.token"))).toThrow("is not there");
  vi.stubEnv("BRIDGEHEAD_TOKEN", "secret");
  expect(readerGiven(undefined)).toEqual({ kind: "token", token: "secret" });
});

test("CL36 of a control plane that is slow the answers that there are are judged, and of one that is not all of them", async () => {
  const answer = { ok: true, value: { name: "bridgehead", version: "1", protocol: 1 } } as const;
  const after = (ms: number) => ({ version: () => delay(ms, answer) });
  expect(await timesOf(after(0), 2_000)).toHaveLength(5);
  const slow = await timesOf(after(100), 450);
  expect(slow.length).toBeLessThan(5);
  expect(Math.min(...slow)).toBeGreaterThan(90);
  const [only = 0, ...more] = await timesOf(after(5_000), 100);
  expect([only > 90, more]).toEqual([true, []]);
  expect(Math.max(...(await timesOf(after(150), 200)))).toBeGreaterThan(140);
});
