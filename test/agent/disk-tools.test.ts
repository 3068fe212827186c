import { expect, test } from "vitest";
import { createDiskTools } from "../../src/agent/drivers/disk/tools.ts";

const tools = () => createDiskTools({ ...process.env, LC_ALL: "C" }, () => {});
const limitMs = 10_000;

test("DR19 what a command came to is its exit code, and the first thing that it complained of", async () => {
  const run = tools().sequence();
  const script = 'read line; echo "got $line"; echo oops >&2; echo more >&2; exit 3';
  expect(await run("sh", ["-c", script], { limitMs, input: "it\n" })).toEqual({
    kind: "ended",
    code: 3,
    stdout: "got it\n",
    said: "oops",
  });
  expect(await run("sh", ["-c", "kill -9 $$"], { limitMs })).toMatchObject({ code: -1, said: "signal SIGKILL" });
  expect(await run("no-such-command", [], { limitMs })).toMatchObject({ kind: "missing" });
});

test("DR19 a command is waited for no longer than its limit, with all that it has started", async () => {
  const run = tools().sequence();
  const begunAt = performance.now();
  expect(await run("sh", ["-c", "sleep 30 & sleep 30"], { limitMs: 100 })).toMatchObject({ kind: "hangs" });
  expect(performance.now() - begunAt).toBeLessThan(5_000);
});

test("DR19 nothing of a sequence comes after its end, and what is under way is ended", async () => {
  const all = tools();
  const run = all.sequence();
  const under = expect(run("sleep", ["30"], { limitMs })).rejects.toMatchObject({ code: "called-off" });
  expect(await all.end()).toBe(true);
  await under;
  await expect(run("true", [], { limitMs })).rejects.toMatchObject({ code: "called-off" });
  expect(await all.sequence()("true", [], { limitMs })).toMatchObject({ code: 0 });
});
