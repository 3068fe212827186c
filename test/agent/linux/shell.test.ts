import type { ChildProcess } from "node:child_process";
import { afterEach, expect, test } from "vitest";
import { endGroups, isGroupAtWork } from "../../../src/agent/processes.ts";
import { until } from "../../support/until.ts";
import { createShell, notFound, type Shell } from "../../../src/agent/linux/shell.ts";

let shell: Shell | null = null;
const open = (): Shell => (shell = createShell());
afterEach(() => shell?.end());

test("LX1 a shell starts what it is told, one beside the other, and tells how each ended", async () => {
  const { run } = open();
  const slow = run(["sleep", "0.3"]);
  expect(await run(["true"]), "it does not wait for the one before").toEqual({ code: 0, said: "" });
  expect(await run(["sh", "-c", "echo out; echo first >&2; echo second >&2; exit 3"])).toEqual({
    code: 3,
    said: "first",
  });
  expect(await slow).toEqual({ code: 0, said: "" });
});

test("LX1 words stay words, whatever is in them", async () => {
  const { run } = open();
  for (const word of ["it's", "$HOME `id` $(id)", 'a "b" \\', "two\nlines", "; exit 1 &"]) {
    const { code, said } = await run(["sh", "-c", 'printf "%s" "$1" | tr "\\n" "|" >&2', "sh", word]);
    expect({ code, said }).toEqual({ code: 0, said: word.replaceAll("\n", "|") });
  }
});

test("LX1 a command that is not there, and a shell that is killed, are told, and the next one is served", async () => {
  const shells: ChildProcess[] = [];
  const { run, end } = createShell((child) => shells.push(child));
  expect((await run(["no-such-command"])).code).toBe(notFound);
  const lost = run(["sleep", "0.1"]);
  shells[0]?.kill("SIGKILL");
  // Whether it was told of the end of its shell, or has told of its own: it is not waited for in vain.
  await Promise.allSettled([lost]);
  expect(await run(["true"])).toEqual({ code: 0, said: "" });
  expect(shells).toHaveLength(2);
  await end();
});

test("GU3 what a shell has started is in its group, and ends with that", async () => {
  let pid = 0;
  const { run, end } = createShell((child) => (pid = child.pid ?? 0));
  await run(["true"]);
  // Expected before it comes: the shell tells of its end while its group is still waited for.
  const told = expect(run(["sleep", "60"])).rejects.toMatchObject({ code: "tool-ended" });
  await until(() => isGroupAtWork(pid), 5_000);
  expect(await endGroups([pid], 5_000)).toBe(true);
  await told;
  await end();
});

test("LX1 a command that does not end in time is given up, and nobody waits for it at the end", async () => {
  const { run, end } = open();
  await expect(run(["sleep", "3"])).rejects.toMatchObject({ code: "tool-hangs" });
  const left = run(["sleep", "3"]);
  const before = performance.now();
  await end();
  expect(performance.now() - before).toBeLessThan(1_000);
  void left;
});
