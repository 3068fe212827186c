import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Driver } from "../../src/agent/drivers/driver.ts";
import { genericScript } from "../../src/agent/drivers/generic-script.ts";
import { remembering, takeAwayWhatIsLeft } from "../../src/agent/drivers/remembered.ts";
import { openRemains, type Remains } from "../../src/agent/remains.ts";
import { assigned } from "./assigned.ts";
import { contextIn } from "./driver-context.ts";

let folder = "";
const logged: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-remains-"));
  logged.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const opened = (): Remains => openRemains(join(folder, "state", "remains.json"));
const there = (name: string): boolean => existsSync(join(folder, name));
const calls = (): string[] => readFileSync(join(folder, "calls"), "utf8").trim().split("\n");

/** A resource that is there as long as a file is. `first`: what its script does before anything else. */
function scriptIn(remains: Remains, name: string, first = ""): Driver {
  const text = `case "$1" in online) touch ${name}.up;; offline|terminate) rm -f ${name}.up;; esac`;
  writeFileSync(join(folder, `${name}.sh`), `#!/bin/sh\necho "${name} $1" >> calls\n${first}\n${text}\n`);
  chmodSync(join(folder, `${name}.sh`), 0o755);
  const spec = assigned("Generic Script", { ScriptFilePath: `${name}.sh`, PendingTimeout: 300 });
  const factory = remembering({ "Generic Script": genericScript }, remains)["Generic Script"];
  if (factory === undefined) throw new Error("there is no such driver");
  return factory({ ...contextIn(folder, spec).context, name });
}

/** What the next run of an agent does first. */
async function nextRun(): Promise<void> {
  const remains = opened();
  const place = { agentSocket: "/run/agent.sock", outputFolder: join(folder, "output"), baseFolder: folder };
  const registry = remembering({ "Generic Script": genericScript }, remains);
  await takeAwayWhatIsLeft(remains, registry, place, (_level, code) => void logged.push(code));
}

test("DR14 what a killed run has left is taken away by the next one, what was begun last first", async () => {
  const remains = opened();
  await scriptIn(remains, "disk").online(0);
  await scriptIn(remains, "store").online(0);
  expect([there("disk.up"), there("store.up")]).toEqual([true, true]);
  await nextRun();
  expect([there("disk.up"), there("store.up")]).toEqual([false, false]);
  expect(calls()).toEqual(["disk online", "store online", "store terminate", "disk terminate"]);
  expect(logged).toEqual(["left-over", "left-over-gone", "left-over", "left-over-gone"]);
  expect(opened().left).toEqual([]);
});

test("DR14 what went offline, or was terminated, is left by nobody", async () => {
  const remains = opened();
  const [one, other] = [scriptIn(remains, "one"), scriptIn(remains, "other")];
  await one.online(0);
  await other.online(0);
  expect(opened().left.map(({ name, hold }) => [name, hold.epoch])).toEqual([
    ["one", 7],
    ["other", 7],
  ]);
  await one.offline();
  await other.terminate();
  await nextRun();
  expect(logged).toEqual([]);
});

test("DR14 what is being begun when the run is killed counts as begun", async () => {
  const driver = scriptIn(opened(), "half", 'if [ "$1" = online ]; then exit 3; fi');
  await expect(driver.online(0)).rejects.toMatchObject({ code: "script-failed" });
  expect(opened().left.map(({ name }) => name)).toEqual(["half"]);
});

test("DR14 what cannot be taken away, or hangs, is tried again until it can", async () => {
  const hangsOnce = 'if [ "$1" = terminate ] && [ ! -e tried ]; then touch tried; sleep 60; fi';
  await scriptIn(opened(), "stubborn", hangsOnce).online(0);
  await nextRun();
  expect(logged).toEqual(["left-over", "left-over-stays", "left-over-gone"]);
  expect(there("stubborn.up")).toBe(false);
});

test("DR14 what was begun before the host was booted is over with that, and a list of an earlier version is not", () => {
  const file = join(folder, "remains.json");
  const remain = { hold: { group: "Mail", epoch: 1 }, name: "App", spec: assigned("Generic Script", {}), group: {} };
  openRemains(file, "boot 1").add(remain);
  expect(openRemains(file, "boot 1").left).toEqual([remain]);
  expect(openRemains(file, null).left).toEqual([remain]);
  const next = openRemains(file, "boot 2");
  expect(next.left).toEqual([]);
  next.add({ ...remain, name: "Other" });
  expect(openRemains(file, "boot 2").left.map(({ name }) => name)).toEqual(["Other"]);
  writeFileSync(file, JSON.stringify([remain]));
  expect(openRemains(file, "boot 2").left).toEqual([remain]);
});

test("DR14 a record that cannot be read is an error that says what to do, and not an empty one", () => {
  opened().add({ hold: { group: "Mail", epoch: 1 }, name: "App", spec: assigned("Generic Script", {}), group: {} });
  const file = join(folder, "state", "remains.json");
  writeFileSync(file, readFileSync(file, "utf8").slice(0, -9));
  expect(opened).toThrowError(expect.objectContaining({ code: "memory-damaged" }));
});

test("DR14 what is left of a resource whose PendingTimeout is the largest is taken away, and in one call", async () => {
  const file = join(folder, "remains.json");
  writeFileSync(join(folder, "it.sh"), '#!/bin/sh\nsleep 0.5\ntouch "done"\n');
  chmodSync(join(folder, "it.sh"), 0o755);
  const spec = assigned("Generic Script", { ScriptFilePath: "it.sh", PendingTimeout: 0xffff_ffff });
  openRemains(file).add({ hold: { group: "Mail", epoch: 1 }, name: "App", spec, group: {} });
  const remains = openRemains(file);
  const logged: string[] = [];
  const place = { agentSocket: "/run/agent.sock", outputFolder: join(folder, "output"), baseFolder: folder };
  const taken = takeAwayWhatIsLeft(
    remains,
    remembering({ "Generic Script": genericScript }, remains),
    place,
    (_l, code) => void logged.push(code),
  );
  await Promise.race([taken, delay(3_000)]);
  const isDone = existsSync(join(folder, "done"));
  const [, ...more] = logged.slice(0, 5);
  // So that this test ends.
  writeFileSync(join(folder, "it.sh"), "#!/bin/sh\nexit 0\n");
  expect([isDone, more]).toEqual([true, ["left-over-gone"]]);
});
