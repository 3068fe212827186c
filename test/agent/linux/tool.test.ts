import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTool, ToolError } from "../../../src/agent/linux/tool.ts";
import { startOf } from "../../../src/agent/processes.ts";

/** A shell: it reads a line, and does it. */
function shellTool(
  more: {
    readonly command?: string;
    readonly requestsEach?: number;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
) {
  const pids: number[] = [];
  const tool = createTool(
    {
      command: "/bin/sh",
      args: [],
      sentinel: "echo done",
      sentinelAt: (printed) => /^done\n/m.exec(printed)?.index ?? null,
      ...more,
    },
    (child) => pids.push(child.pid ?? 0),
  );
  const say = async (line: string): Promise<string> => (await tool.run([line])).stdout;
  return { tool, pids, say };
}

test("LX16 requests are answered in their order by one process that stays", async () => {
  const { tool, pids, say } = shellTool();
  expect(await Promise.all(["echo a", "echo b >&2", "echo c"].map(say))).toEqual(["a\n", "", "c\n"]);
  expect(pids).toHaveLength(1);
  await tool.end();
});

test("LX16 after its share of requests another process takes over, and nothing that was asked is lost", async () => {
  const { tool, pids, say } = shellTool({ requestsEach: 3 });
  const asked = Array.from({ length: 8 }, (_, index) => say(`echo ${index} $$`));
  const answers = (await Promise.all(asked)).map((text) => text.trim().split(" ").map(Number));
  expect(answers.map(([index]) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(answers.map(([, pid]) => pids.indexOf(pid ?? 0))).toEqual([0, 0, 0, 1, 1, 1, 2, 2]);
  await tool.end();
  expect(pids.filter((pid) => startOf(pid) !== null)).toEqual([]);
});

test("LX16 one that works goes on when no other one can be started", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-tool-"));
  const command = join(folder, "tool");
  writeFileSync(command, "#!/bin/sh\nexec /bin/sh\n", { mode: 0o755 });
  const { tool, pids, say } = shellTool({ command, requestsEach: 2 });
  expect(await say("echo 1")).toBe("1\n");
  rmSync(folder, { recursive: true });
  expect(await Promise.all(["echo 2", "echo 3", "echo 4", "echo 5"].map(say))).toEqual(["2\n", "3\n", "4\n", "5\n"]);
  await tool.end();
  expect(pids.filter((pid) => startOf(pid) !== null)).toEqual([]);
});

test("LX16 a tool that is ended with its share used up is not begun anew", async () => {
  const { tool, pids, say } = shellTool({ requestsEach: 1 });
  const asked = say("echo last");
  await tool.end();
  expect(await asked).toBe("last\n");
  expect(pids).toHaveLength(1);
});

test("LX16 a tool finds the home that it was given, and the rest of what this process has", async () => {
  const { tool, say } = shellTool({ env: { HOME: "/nonexistent" } });
  expect(await say('echo "$HOME $PATH"')).toBe(`/nonexistent ${process.env["PATH"]}\n`);
  await tool.end();
});

test("LX16 a request to a tool that has ended says so, and the next one starts it anew", async () => {
  const { tool, pids, say } = shellTool();
  await expect(say("exit 3")).rejects.toThrow(ToolError);
  expect(await say("echo again")).toBe("again\n");
  expect(pids).toHaveLength(2);
  await tool.end();
});
