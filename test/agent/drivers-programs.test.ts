import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Driver, DriverContext } from "../../src/agent/drivers/driver.ts";
import { genericApplication } from "../../src/agent/drivers/generic-application.ts";
import { genericScript } from "../../src/agent/drivers/generic-script.ts";
import { openOutput } from "../../src/agent/drivers/output.ts";
import type { AssignedResource } from "../../src/cluster/messages.ts";
import { until } from "../support/until.ts";
import { assigned } from "./assigned.ts";
import { contextIn, type Heard } from "./driver-context.ts";

let folder = "";
let drivers: Driver[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-programs-"));
  heard = [];
});
afterEach(async () => {
  await Promise.allSettled(drivers.map((driver) => driver.terminate()));
  drivers = [];
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** All that the drivers of a test have told. */
let heard: Heard[] = [];

function contextOf(spec: AssignedResource): DriverContext {
  const of = contextIn(folder, spec);
  heard.push(of.heard);
  return of.context;
}
const failures = () => heard.flatMap((of) => of.failures);
const there = () => heard.flatMap((of) => [...of.there]);

function application(CommandLine: string, more: AssignedResource["properties"] = {}): Driver {
  const driver = genericApplication(
    contextOf(assigned("Generic Application", { CommandLine, CurrentDirectory: ".", ...more })),
  );
  drivers.push(driver);
  return driver;
}

const written = (name: string): string =>
  existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : "";
const kept = (): string => written("output/Mail.App.log");

test("DR10 an application is online when it runs, is told whom it runs for, and what it writes is kept", async () => {
  vi.stubEnv("BRIDGEHEAD_TOKEN", "a-secret");
  const driver = application("env; exec sleep 60", { UseNetworkName: 1 });
  await driver.online(0);
  await until(() => kept().includes("BRIDGEHEAD_EPOCH=7"), 5_000);
  for (const line of [
    "BRIDGEHEAD_GROUP=Mail",
    "BRIDGEHEAD_ADDRESS=127.0.1.100",
    "BRIDGEHEAD_NETWORK_NAME=MAILVS",
    "_CLUSTER_NETWORK_NAME_=MAILVS",
    "BRIDGEHEAD_AGENT_SOCKET=/run/agent.sock",
  ]) {
    expect(kept()).toContain(line);
  }
  expect(kept()).not.toContain("a-secret");
  expect(await driver.looksAlive()).toBe(true);
  expect(await driver.isAlive()).toEqual({ ok: true });
  expect(there().length).toBe(1);
  await driver.offline();
  expect([await driver.looksAlive(), there().length, failures()]).toEqual([false, 0, []]);
});

test("DR10 one that ends by itself has failed, with its last words", async () => {
  const driver = application("echo starting; echo 'no such queue' >&2; exit 3");
  await driver.online(0);
  await until(() => failures().length === 1, 5_000);
  expect(failures()).toEqual([{ code: "program-ended", message: "it ended by itself: exit code 3: no such queue" }]);
  expect(await driver.isAlive()).toMatchObject({ ok: false });
  await driver.terminate();
  expect(there().length).toBe(0);
});

test("DR10 going offline waits for all of its processes; terminating ends those that would not go", async () => {
  const driver = application(
    "trap '' TERM; (trap '' TERM; while :; do sleep 0.1; done) & echo up; while :; do sleep 0.1; done",
  );
  await driver.online(0);
  await until(() => kept().includes("up"), 5_000);
  let isOffline = false;
  const offline = driver.offline().then(() => (isOffline = true));
  await driver.terminate();
  expect(there().length).toBe(0);
  await offline;
  expect(isOffline).toBe(true);
  expect(failures()).toEqual([]);
});

test("DR10 one whose folder is not there is told as not started, and there is nothing to take away", async () => {
  const driver = application("true", { CurrentDirectory: "nowhere" });
  await expect(driver.online(0)).rejects.toMatchObject({ code: "program-not-started" });
  await driver.terminate();
  expect(there().length).toBe(0);
});

function script(text: string): Driver {
  writeFileSync(join(folder, "it.sh"), `#!/bin/sh\necho "$1" >> calls\n${text}\n`);
  chmodSync(join(folder, "it.sh"), 0o755);
  const driver = genericScript(contextOf(assigned("Generic Script", { ScriptFilePath: "it.sh" })));
  drivers.push(driver);
  return driver;
}

test("DR11 a script is called with its entry point, and its exit code is the answer", async () => {
  const driver = script(
    'case "$1" in online) touch up;; offline|terminate) rm -f up;; is-alive|looks-alive) test -e up;; esac',
  );
  await driver.online(0);
  expect(await driver.looksAlive()).toBe(true);
  expect(await driver.isAlive()).toEqual({ ok: true });
  rmSync(join(folder, "up"));
  expect(await driver.isAlive()).toEqual({ ok: false, reason: "is-alive: exit code 1" });
  await driver.offline();
  expect(written("calls").trim().split("\n")).toEqual(["online", "looks-alive", "is-alive", "is-alive", "offline"]);
  expect(there().length).toBe(0);
});

test("DR11 what it writes last is the reason of its failure", async () => {
  const driver = script('if [ "$1" = online ]; then echo "the disk is not there"; exit 5; fi');
  await expect(driver.online(0)).rejects.toMatchObject({
    code: "script-failed",
    message: "online: exit code 5: the disk is not there",
  });
});

test("DR11 terminating ends the call that is under way, and then asks the script to take away what is there", async () => {
  const driver = script('if [ "$1" = online ]; then touch begun; sleep 60; fi');
  let failed: unknown = null;
  const online = driver.online(0).catch((error: unknown) => (failed = error));
  await until(() => existsSync(join(folder, "begun")) || failed !== null, 5_000);
  expect(failed).toBeNull();
  await driver.terminate();
  expect(await online).toMatchObject({ code: "called-off" });
  expect(written("calls")).toBe("online\nterminate\n");
});

test("DR11 a script that is just being written is waited for", async () => {
  const driver = script("exit 0");
  const writer = openSync(join(folder, "it.sh"), "r+");
  const online = driver.online(0);
  setTimeout(() => closeSync(writer), 60);
  await online;
  expect(written("calls")).toBe("online\n");
});

test("DR11 a script that is not there has nothing to be taken away", async () => {
  const driver = genericScript(contextOf(assigned("Generic Script", { ScriptFilePath: "missing.sh" })));
  await expect(driver.online(0)).rejects.toMatchObject({ code: "program-not-started" });
  await driver.terminate();
});

test("DR12 what a program writes is kept up to a bound, and the one before it", () => {
  const output = openOutput(folder, "big");
  const line = Buffer.from(`${"x".repeat(1_023)}\n`);
  for (let n = 0; n < 2_500; n += 1) output.write(line);
  expect(written("big.log").length).toBeLessThanOrEqual(1_048_576);
  expect(written("big.log.1").length).toBe(1_048_576);
  output.write(Buffer.from("the last one\n\n"));
  expect(output.lastLine()).toBe("the last one");
  output.close();
  output.write(Buffer.from("after the end"));
  expect(written("big.log")).not.toContain("after the end");
});
