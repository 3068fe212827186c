import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/cli/package-files.ts";
import { PageCommands } from "../support/page-commands.ts";

test(
  "DC4 the commands of docs/simulation.md look at seeds, tell one run, and find what is planted",
  { timeout: 300_000 },
  () => {
    const page = new PageCommands("docs/simulation.md");
    const run = (line: string): { status: number | null; said: string } => {
      const args = line.replace("npm run simulate -- ", "").split(" ");
      // What `npm run simulate` is, under the Node that runs this.
      const words = [join(packageRoot, "test/simulation/run.ts"), ...args];
      const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: packageRoot, encoding: "utf8" });
      return { status, said: stdout + stderr };
    };
    const many = run(page.take("--runs").replace("2000", "20"));
    expect(many.status, many.said).toBe(0);
    expect(JSON.parse(many.said.trim().split("\n").at(-1) ?? "")).toMatchObject({ runs: 20 });
    const story = run(page.take("--story"));
    expect(story.status, story.said).toBe(0);
    expect(story.said).toContain("owns group");
    const planted = run(page.take("--planted"));
    expect(planted.status, planted.said).toBe(0);
    expect(page.left()).toEqual([]);
  },
);
