import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { weakerWordings } from "../../scripts/model/searches.ts";
import { fileOf } from "./sources.ts";

const isThere = (command: string): boolean => spawnSync(command, ["--version"]).error === undefined;
const lacksTools = !isThere("spin") || !isThere("gcc");

describe("the model of the lease", () => {
  test.skipIf(lacksTools)(
    "MO1: with one message under way each way, no state breaks the promise (skipped without spin and gcc)",
    { timeout: 60_000 },
    () => {
      const { status, stdout } = spawnSync(process.execPath, ["scripts/model.ts", "--quick"], { encoding: "utf8" });
      expect(stdout).toContain("errors: 0");
      expect(status).toBe(0);
    },
  );

  test("MO2: each weaker wording of the model is among those that are searched, and has a row of what came of it", () => {
    const model = fileOf("model/lease.pml");
    const switches = new Set([...model.matchAll(/\bWEAKER_([A-Z]+)/g)].map(([, name]) => name));
    expect([...switches].toSorted()).toEqual(weakerWordings.map(({ name }) => name).toSorted());
    const rows = fileOf("model/README.md").split("\n");
    for (const { name, rule, what } of weakerWordings) {
      expect(rows.filter((row) => row.startsWith(`| \`${name}\` | ${rule} | ${what} |`))).toHaveLength(1);
    }
  });
});
