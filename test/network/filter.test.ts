import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openLan } from "./lan.ts";

test.each([
  ["whatever is asked of the filter at one time", []],
  ["when somebody has flushed all rules", ["flush"]],
])("LX2: %s, what is open is guarded, and nothing that is open is silent", async (_when, more) => {
  const lan = await openLan(["NODE1"]);
  onTestFinished(() => lan.close());
  const host = lan.host("NODE1");
  const said = await host.run(process.execPath, join(import.meta.dirname, "filter-at-once.ts"), ...more);
  const guarded = ["198.18.77.101", "198.18.77.102", "198.18.77.104"];
  expect(JSON.parse(said)).toEqual({ isUnguarded: false, guarded });
  const rules = await host.run("nft", "list", "table", "netdev", "bridgehead_test");
  const elementsOf = (set: string) =>
    new RegExp(`set ${set} \\{[^}]*elements = \\{([^}]*)\\}`)
      .exec(rules)?.[1]
      ?.match(/\d+(?:\.\d+){3}/g)
      ?.toSorted();
  expect(elementsOf("vip4")).toEqual(guarded);
  expect(elementsOf("open4")).toEqual(guarded.slice(0, 2));
  // What is open is bounded, and what is not is closed without a condition.
  const bounds = rules.split("\n").filter((line) => /^\s+ip saddr \d.* drop$/.test(line));
  expect(bounds.map((line) => [/saddr (\S+)/.exec(line)?.[1], line.includes("meta time")])).toEqual([
    ["198.18.77.101", true],
    ["198.18.77.102", true],
    ["198.18.77.104", false],
  ]);
});
