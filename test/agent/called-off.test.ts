import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Driver, DriverFactory } from "../../src/agent/drivers/driver.ts";
import { genericScript } from "../../src/agent/drivers/generic-script.ts";
import { ocfAgent } from "../../src/agent/drivers/ocf-agent.ts";
import { scriptedAddress } from "../../src/agent/drivers/scripted-address.ts";
import { until } from "../support/until.ts";
import { assigned } from "./assigned.ts";
import { contextIn } from "./driver-context.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-off-"));
  vi.stubEnv("OCF_ROOT", join(folder, "ocf"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function program(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `#!/bin/sh\ncd ${folder}\necho "$1" >> calls\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}
const calls = (): string[] =>
  existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8").trim().split("\n") : [];

/** What puts the address on the host, as the Linux one does: gone when its deadline is past, extended only while it is there. */
function onHost(clock: () => number) {
  let deadline: number | null = null;
  const factory: DriverFactory = () => ({
    online: async (at) => void (deadline = at),
    offline: async () => void (deadline = null),
    terminate: async () => void (deadline = null),
    looksAlive: async () => true,
    isAlive: async () => ({ ok: true }),
    extend: (at) => void (deadline = deadline === null ? null : at),
  });
  return { factory, isThere: () => deadline !== null && clock() < deadline };
}

const ip = assigned("IP Address", { Address: "192.0.2.100", SubnetMask: "255.0.0.0", Network: "client" });

test("DR16 an address that was terminated while the network was asked for it never comes", async () => {
  const host = onHost(() => 0);
  const driver = scriptedAddress(host.factory, program("address.sh", ""))(contextIn(folder, ip).context);
  const online = driver.online(1e12).catch(() => {});
  await driver.terminate();
  await online;
  expect(host.isThere()).toBe(false);
});

test("DR16 nor when its take was just about to be over", async () => {
  const host = onHost(() => 0);
  // What it leaves keeps its output open, so that its end is told 50 ms later.
  const driver = scriptedAddress(
    host.factory,
    program("address.sh", "test $1 = take && sleep 0.3 & exit 0"),
  )(contextIn(folder, ip).context);
  const online = driver.online(1e12).catch(() => {});
  await until(() => calls().includes("take"), 5_000);
  await delay(20);
  await driver.terminate();
  await online;
  expect(host.isThere()).toBe(false);
});

test("DR16 a lease that is extended while the network is asked is what the address comes with", async () => {
  let now = 0;
  const host = onHost(() => now);
  const driver = scriptedAddress(
    host.factory,
    program("address.sh", "test $1 != take || sleep 0.3"),
  )(contextIn(folder, ip).context);
  const online = driver.online(1_000);
  driver.extend(3_000);
  now = 2_000;
  await online;
  expect(host.isThere()).toBe(true);
});

function ocf(text: string): Driver {
  program("ocf/resource.d/test/It", text);
  return ocfAgent(contextIn(folder, assigned("OCF Agent", { Agent: "ocf:test:It" })).context);
}

test("DR13 terminating while its parameters are validated: it is never started", async () => {
  const driver = ocf(
    "case $1 in validate-all) sleep 60;; start) sleep 0.5; touch up;; stop) rm -f up;; monitor) test -e up || exit 7;; esac",
  );
  const online = driver.online(0).catch(() => {});
  await until(() => calls().includes("validate-all"), 5_000);
  await driver.terminate();
  await online;
  expect(calls()).not.toContain("start");
  expect(existsSync(join(folder, "up"))).toBe(false);
});

test("DR13 one that is not installed on this host, and says so whatever it is asked, is taken away", async () => {
  const driver = ocf("exit 5");
  await expect(driver.online(0)).rejects.toMatchObject({ code: "ocf-agent-refused" });
  await driver.terminate();
});

test("DR11 a script that was terminated while it was being started does nothing afterwards", async () => {
  program("it.sh", "case $1 in online) sleep 0.2; touch up;; terminate) rm -f up;; esac");
  const driver = genericScript(contextIn(folder, assigned("Generic Script", { ScriptFilePath: "it.sh" })).context);
  const online = driver.online(0).catch(() => {});
  await driver.terminate();
  await online;
  expect(existsSync(join(folder, "up"))).toBe(false);
});

test("DR13 a stop that hangs while it is terminated is ended in time, and tried again", async () => {
  program(
    "ocf/resource.d/test/It",
    "case $1 in stop) test -e tried && exit 0; touch tried; sleep 60;; monitor) test -e tried && exit 7; exit 0;; esac",
  );
  const driver = ocfAgent(
    contextIn(folder, assigned("OCF Agent", { Agent: "ocf:test:It", PendingTimeout: 300 })).context,
  );
  await driver.online(0);
  const first = await Promise.race([
    driver.terminate().then(
      () => "gone",
      () => "rejected",
    ),
    delay(4_000, "hangs"),
  ]);
  await driver.terminate();
  expect(first).not.toBe("hangs");
});
