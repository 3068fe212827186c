import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { measures } from "../../bench/measures.ts";
import { type Measure, nothingMeasured } from "../../bench/measure.ts";
import { optionsOf } from "../../bench/options.ts";
import { runMeasure } from "../../bench/run.ts";

const names = measures.map(({ name }) => name);

describe("BN3: npm run bench", () => {
  test("BN3: every measurement has a name of its own, a title, and what it says", () => {
    expect(new Set(names).size).toBe(names.length);
    for (const { name, title, what } of measures) {
      expect(name).toMatch(/^[a-z][a-z-]*$/);
      expect(title, name).not.toBe("");
      expect(what, name).toMatch(/\.$/);
    }
  });

  test("BN3: it runs all of them, or those that are named, in their order", () => {
    const all = optionsOf([], names);
    expect(all).toMatchObject({ kind: "run", measures: names, quick: false, write: false, check: false });
    const two = optionsOf(["brain", "verdict-http", "--rounds", "3", "--check"], names);
    expect(two).toMatchObject({ measures: ["verdict-http", "brain"], rounds: 3, check: true });
    expect(optionsOf(["--list"], names)).toEqual({ kind: "list" });
  });

  test.each([["nothing-of-the-kind"], ["--rounds", "0"], ["--rounds", "many"], ["--faster"]])(
    "BN3: %s %s is refused with its usage",
    (...args) => {
      const options = optionsOf(
        args.filter((one) => one !== undefined),
        names,
      );
      expect(options.kind === "wrong" && options.sentence).toContain("Usage: npm run bench");
    },
  );

  test("BN3: the command lists what there is, and says with exit code 2 what there is not", () => {
    const run = (...args: string[]) => spawnSync(process.execPath, ["bench/main.ts", ...args], { encoding: "utf8" });
    const listed = run("--list");
    expect(listed.stdout.trim().split("\n")).toHaveLength(measures.length);
    expect(run("nothing-of-the-kind").status).toBe(2);
  });

  test("BN3: what a measurement began ends with it, the last first, and its folder is gone, whether it ends well, fails or is called off", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bridgehead-bench-test-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    for (const way of ["well", "failed", "called off"] as const) {
      const ended: string[] = [];
      let its = "";
      const stopping = new AbortController();
      const measure: Measure = {
        name: "m",
        title: "",
        what: "",
        run: async ({ later, folder: own }) => {
          its = own;
          later(() => void ended.push("first"));
          later(async () => void ended.push("second"));
          if (way === "failed") throw new Error("it broke");
          if (way === "called off") {
            stopping.abort();
            await new Promise(() => {});
          }
          return nothingMeasured;
        },
      };
      const options = { rounds: 1, seconds: 1, quick: true, say: () => {}, signal: stopping.signal };
      const outcome = await runMeasure(measure, options).then(
        () => "well",
        (error: Error) => error.message,
      );
      expect(outcome).toBe({ well: "well", failed: "it broke", "called off": "called off" }[way]);
      expect(ended).toEqual(["second", "first"]);
      expect(existsSync(dirname(its)) && !existsSync(its)).toBe(true);
    }
  });
});
