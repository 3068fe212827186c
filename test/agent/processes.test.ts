import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, test, vi } from "vitest";
import { createHelpers } from "../../src/agent/helpers.ts";
import { endGroups, endProcesses, type ProcessRef, startOf } from "../../src/agent/processes.ts";
import { until } from "../support/until.ts";

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function start(command: string, ...args: string[]): ChildProcess & { readonly pid: number } {
  const child = spawn(command, args, { detached: true, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} was not started`);
  return Object.assign(child, { pid });
}

test("GU3: a process group is over when nothing of it is at work", async () => {
  const shell = start("sh", "-c", "sleep 60 & echo; wait");
  await once(shell.stdout ?? shell, "data");
  expect(await endGroups([shell.pid], 5_000)).toBe(true);
  await until(() => startOf(shell.pid) === null, 1_000);
});

test("GU3: what only waits for its exit code to be read is over, and a group that was there never as well", async () => {
  // Its child is of a group of its own, ends at once, and is not asked for its exit code.
  const script =
    '$| = 1; my $child = fork(); if (!$child) { setpgrp(0, 0); exit } sleep 1 while !getpgrp($child); print "$child\\n"; sleep 60';
  const parent = start("perl", "-e", script);
  const [printed] = (await once(parent.stdout ?? parent, "data")) as [Buffer];
  const zombie = Number(printed.toString());
  await until(() => startOf(zombie) === null, 5_000);
  expect(() => process.kill(-zombie, 0), "the group is still there, by name").not.toThrow();
  expect(await endGroups([zombie, 2 ** 22 - 1], 5_000)).toBe(true);
});

test("GU3: a process is ended only if it is the one that was meant", async () => {
  const child = start("sleep", "60");
  const startedAt = startOf(child.pid);
  if (startedAt === null) throw new Error("it is not there");
  expect(await endProcesses([{ pid: child.pid, startedAt: `${startedAt}0` }], 5_000)).toBe(true);
  expect(startOf(child.pid)).toBe(startedAt);
  expect(await endProcesses([{ pid: child.pid, startedAt }], 5_000)).toBe(true);
  expect(startOf(child.pid)).toBeNull();
});

test("GU3: nor is anybody else ended who is in its group", async () => {
  const leader = start(
    "perl",
    "-e",
    '$| = 1; my $child = fork(); if (!$child) { sleep 60; exit } print "$child\\n"; sleep 60',
  );
  const [printed] = (await once(leader.stdout ?? leader, "data")) as [Buffer];
  const other = Number(printed.toString());
  expect(await endProcesses([{ pid: leader.pid, startedAt: startOf(leader.pid) ?? "" }], 5_000)).toBe(true);
  expect(startOf(other)).not.toBeNull();
  expect(await endGroups([leader.pid], 5_000)).toBe(true);
});

test("GU3: what cannot be ended is not waited for without a bound, and not taken for ended", async () => {
  const { pid } = start("sleep", "60");
  const startedAt = startOf(pid) ?? "";
  // As with one that hangs in the kernel, signals come to nothing.
  const signals = vi.spyOn(process, "kill").mockReturnValue(true);
  try {
    expect(await endProcesses([{ pid, startedAt }], 50)).toBe(false);
    expect(signals).toHaveBeenCalledWith(pid, "SIGKILL");
  } finally {
    signals.mockRestore();
  }
});

test("GU5: what works for the agent is told from its start to its end", async () => {
  const told: ProcessRef[][] = [];
  const helpers = createHelpers((all) => told.push([...all]));
  const child = start("sleep", "60");
  helpers.started(child);
  expect(told).toEqual([[{ pid: child.pid, startedAt: startOf(child.pid) }]]);
  child.kill("SIGKILL");
  await until(() => told.length === 2, 5_000);
  expect(told[1]).toEqual([]);
  const missing = spawn("/no/such/program");
  missing.on("error", () => {});
  helpers.started(missing);
  expect(told).toHaveLength(2);
});
