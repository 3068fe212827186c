import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Driver } from "../../src/agent/drivers/driver.ts";
import { ocfAgent } from "../../src/agent/drivers/ocf-agent.ts";
import type { AssignedResource } from "../../src/cluster/messages.ts";
import { until } from "../support/until.ts";
import { assigned } from "./assigned.ts";
import { contextIn } from "./driver-context.ts";

let folder = "";
const drivers: Driver[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-ocf-"));
  vi.stubEnv("OCF_ROOT", join(folder, "ocf"));
});
afterEach(async () => {
  await Promise.allSettled(drivers.splice(0).map((driver) => driver.terminate()));
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** An agent whose resource is a file. */
const running = `case "$1" in
  start) touch up;;
  stop) rm -f up;;
  monitor) test -e up || { echo "ocf-exit-reason:no state file" >&2; exit 7; };;
esac`;

/** ocf:test:It, as a shell script that notes what it was asked and how. */
function agent(text: string, properties: AssignedResource["properties"] = {}): Driver {
  const providers = join(folder, "ocf", "resource.d", "test");
  mkdirSync(providers, { recursive: true });
  const note = 'echo "$1 depth=$OCF_CHECK_LEVEL every=$OCF_RESKEY_CRM_meta_interval" >> calls; env > env';
  writeFileSync(join(providers, "It"), `#!/bin/sh\ncd ${folder}\n${note}\n${text}\n`);
  chmodSync(join(providers, "It"), 0o755);
  const driver = ocfAgent(contextIn(folder, assigned("OCF Agent", { Agent: "ocf:test:It", ...properties })).context);
  drivers.push(driver);
  return driver;
}

const written = (name: string): string =>
  existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : "";
const calls = (): string[] => written("calls").trim().split("\n");

test("DR13 an agent is validated, started and asked, watched at its depths, stopped and asked again", async () => {
  const driver = agent(running, { CheckLevel: 10, LooksAlivePollInterval: 2_000, IsAlivePollInterval: 30_000 });
  await driver.online(0);
  expect(await driver.looksAlive()).toBe(true);
  expect(await driver.isAlive()).toEqual({ ok: true });
  await driver.offline();
  expect(calls()).toEqual([
    "validate-all depth=0 every=0",
    "start depth=0 every=0",
    "monitor depth=0 every=2000",
    "monitor depth=0 every=2000",
    "monitor depth=10 every=30000",
    "stop depth=0 every=0",
    "monitor depth=0 every=0",
  ]);
});

test("DR13 its parameters are told as the API has them, beside what every program is told", async () => {
  const driver = agent(running, { Parameters: ["directory=/srv/a b", "options="], PendingTimeout: 20_000 });
  await driver.online(0);
  for (const line of [
    "OCF_RESKEY_directory=/srv/a b",
    "OCF_RESKEY_options=",
    "OCF_RESKEY_CRM_meta_timeout=20000",
    "OCF_RESOURCE_INSTANCE=Mail-App",
    "OCF_RESOURCE_PROVIDER=test",
    "OCF_RESOURCE_TYPE=It",
    `OCF_ROOT=${folder}/ocf`,
    "OCF_RA_VERSION_MAJOR=1",
    "BRIDGEHEAD_EPOCH=7",
  ]) {
    expect(written("env").split("\n")).toContain(line);
  }
});

test.each([
  [2, "validate-all", "OCF_ERR_ARGS: a parameter is wrong on this host"],
  [4, "validate-all", "OCF_ERR_PERM: it may not do that"],
  [5, "validate-all", "OCF_ERR_INSTALLED: what it needs is not installed here"],
  [6, "validate-all", "OCF_ERR_CONFIGURED: a parameter is wrong or missing"],
])("DR13 exit code %i of %s is a refusal that says what it means", async (code, action, meaning) => {
  const driver = agent(`if [ "$1" = ${action} ]; then echo "ocf-exit-reason:the reason" >&2; exit ${code}; fi`);
  const message = `${action}: exit code ${code}: the reason (${meaning})`;
  await expect(driver.online(0)).rejects.toMatchObject({ code: "ocf-agent-refused", message });
  expect(calls()).toHaveLength(1);
});

test.each([
  [1, "start", " (OCF_ERR_GENERIC: it failed)"],
  [3, "start", " (OCF_ERR_UNIMPLEMENTED: it cannot do that)"],
  [42, "start", ""],
  [7, "monitor", " (OCF_NOT_RUNNING: it does not run)"],
  [9, "monitor", " (OCF_FAILED_PROMOTED: it has failed while it was promoted)"],
])("DR13 exit code %i of %s is a failure that says what it means", async (code, action, meaning) => {
  const driver = agent(`if [ "$1" = ${action} ]; then echo "ocf-exit-reason:the reason" >&2; exit ${code}; fi`);
  const before = action === "monitor" ? "it does not run, though it was started: " : "";
  const message = `${before}${action}: exit code ${code}: the reason${meaning}`;
  await expect(driver.online(0)).rejects.toMatchObject({ code: "ocf-agent-failed", message });
});

test.each([8, 190, 191])("DR13 exit code %i of monitor says that it runs", async (code) => {
  const driver = agent(`if [ "$1" = monitor ]; then test -e stopped && exit 7; exit ${code}; fi
    if [ "$1" = stop ]; then touch stopped; fi`);
  await driver.online(0);
  expect(await driver.looksAlive()).toBe(true);
});

test.each([1, 3])("DR13 an agent whose validate-all ends with %i is judged by its start", async (code) => {
  const driver = agent(`if [ "$1" = validate-all ]; then exit ${code}; fi\n${running}`);
  await driver.online(0);
  expect(await driver.looksAlive()).toBe(true);
});

test("DR13 one that does not run any more has failed, with the agent's reason", async () => {
  const driver = agent(running);
  await driver.online(0);
  rmSync(join(folder, "up"));
  expect(await driver.looksAlive()).toBe(false);
  expect(await driver.isAlive()).toEqual({
    ok: false,
    reason: "monitor: exit code 7: no state file (OCF_NOT_RUNNING: it does not run)",
  });
});

test("DR13 one that still runs after its stop is not offline, and terminating asks until it is", async () => {
  const driver = agent('case "$1" in monitor) test -e gone && exit 7; exit 0;; esac');
  await driver.online(0);
  await expect(driver.offline()).rejects.toMatchObject({
    code: "ocf-agent-failed",
    message: "it is not stopped, though it says so: monitor: exit code 0 (OCF_SUCCESS)",
  });
  await expect(driver.terminate()).rejects.toMatchObject({ code: "ocf-agent-failed" });
  writeFileSync(join(folder, "gone"), "");
  await driver.terminate();
});

test("DR13 terminating ends the call that is under way, and stops what it has begun", async () => {
  const driver = agent('if [ "$1" = start ]; then touch begun; sleep 60; fi\n[ "$1" = monitor ] && exit 7; exit 0');
  const online = driver.online(0).catch((error: unknown) => error);
  await until(() => existsSync(join(folder, "begun")), 5_000);
  await driver.terminate();
  expect(await online).toMatchObject({ code: "called-off" });
  expect(calls().map((call) => call.split(" ")[0])).toEqual(["validate-all", "start", "stop", "monitor"]);
});

test("DR13 what is called off while it is validated is not started afterwards", async () => {
  const driver = agent(
    'if [ "$1" = validate-all ]; then touch begun; sleep 60; fi\n[ "$1" = monitor ] && exit 7; exit 0',
  );
  const online = driver.online(0).catch((error: unknown) => error);
  await until(() => existsSync(join(folder, "begun")), 5_000);
  await driver.terminate();
  expect(await online).toMatchObject({ code: "called-off" });
  expect(calls().map((call) => call.split(" ")[0])).toEqual(["validate-all"]);
});

test("DR13 an agent that is not on this host has nothing to be taken away", async () => {
  const { context } = contextIn(folder, assigned("OCF Agent", { Agent: "ocf:test:Missing" }));
  const driver = ocfAgent(context);
  await expect(driver.online(0)).rejects.toMatchObject({ code: "program-not-started" });
  await driver.terminate();
});
