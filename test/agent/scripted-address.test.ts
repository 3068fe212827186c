import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Driver } from "../../src/agent/drivers/driver.ts";
import { loopbackAddress } from "../../src/agent/drivers/loopback-address.ts";
import { scriptedAddress } from "../../src/agent/drivers/scripted-address.ts";
import { until } from "../support/until.ts";
import { assigned } from "./assigned.ts";
import { contextIn } from "./driver-context.ts";

const address = "127.0.1.100";
const farOff = 1e12;
let folder = "";
const logged: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-address-"));
  logged.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The network is a file that holds whose the address is; the script notes what it was asked. */
function scripted(first = ""): Driver {
  const file = join(folder, "address.sh");
  const verbs = `case "$1" in take) echo $BRIDGEHEAD_EPOCH > owner;; drop) rm -f owner;; check) test -e owner;; esac`;
  writeFileSync(file, `#!/bin/sh\necho "$1 $2" >> calls\n${first}\n${verbs}\n`);
  chmodSync(file, 0o755);
  const spec = assigned("IP Address", { Address: address, SubnetMask: "255.0.0.0", Network: "client" });
  const log = (code: string, detail: string) => void logged.push(`${code}: ${detail}`);
  return scriptedAddress(loopbackAddress, file)({ ...contextIn(folder, spec).context, log });
}

const there = (name: string): boolean => existsSync(join(folder, name));
const calls = (): string[] => readFileSync(join(folder, "calls"), "utf8").trim().split("\n");

test("DR16 the network is told before the address is on the host, asked with it, and told when it has left", async () => {
  const driver = scripted();
  await driver.online(farOff);
  expect(readFileSync(join(folder, "owner"), "utf8")).toBe("7\n");
  expect([await driver.looksAlive(), await driver.isAlive()]).toEqual([true, { ok: true }]);
  rmSync(join(folder, "owner"));
  expect(await driver.isAlive()).toEqual({ ok: false, reason: `check ${address}: exit code 1` });
  await driver.offline();
  expect(calls()).toEqual([`take ${address}`, `check ${address}`, `check ${address}`, `drop ${address}`]);
  expect(logged).toEqual([]);
});

test("DR16 an address that the network does not give is not brought online", async () => {
  const driver = scripted('if [ "$1" = take ]; then echo "no such interface"; exit 4; fi');
  await expect(driver.online(farOff)).rejects.toMatchObject({
    code: "address-not-taken",
    message: `take ${address}: exit code 4: no such interface`,
  });
  await driver.terminate();
  expect(calls()).toEqual([`take ${address}`, `drop ${address}`]);
});

test("DR16 a drop that fails is told, and keeps nobody from having the address", async () => {
  const driver = scripted('if [ "$1" = drop ]; then echo "throttled" >&2; exit 9; fi');
  await driver.online(farOff);
  await driver.offline();
  expect(logged).toEqual([`address-not-dropped: drop ${address}: exit code 9: throttled`]);
});

test("DR16 an address that is called off as it is taken does not come", async () => {
  const driver = scripted('if [ "$1" = take ]; then touch begun; fi');
  const online = driver.online(farOff).catch((error: unknown) => error);
  await driver.terminate();
  expect(await online).toMatchObject({ code: "called-off" });
});

test("DR16 terminating ends a take that is under way, and gives up what it may have got", async () => {
  const driver = scripted('if [ "$1" = take ]; then touch begun; sleep 60; fi');
  const online = driver.online(farOff).catch((error: unknown) => error);
  await until(() => there("begun"), 5_000);
  await driver.terminate();
  expect(await online).toMatchObject({ code: "called-off" });
  expect(calls()).toEqual([`take ${address}`, `drop ${address}`]);
});
