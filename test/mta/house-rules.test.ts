import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const folder = new URL("../../src/mta/", import.meta.url);
const sources = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => [name, readFileSync(new URL(name, folder), "utf8")]),
);

function filesWith(pattern: RegExp): string[] {
  return [...sources].filter(([, text]) => pattern.test(text)).map(([name]) => name);
}

describe("MT8 only the emulation can call without a verdict", () => {
  test("MT8 the second constructor of a source address is imported by unpatched.ts alone", () => {
    expect(filesWith(/fromUninitialisedClusterVariable/)).toEqual(["source-address.ts", "unpatched.ts"]);
  });

  test("MT8 a source address is made nowhere by a cast", () => {
    expect(filesWith(/as (unknown as )?SourceAddress/)).toEqual(["source-address.ts"]);
  });

  test("MT8 sockets are opened in two places: the call, and the agent's local socket", () => {
    const opening = /\bconnect\(\{|createConnection|new Socket\(|net\.connect/;
    expect(filesWith(opening)).toEqual(["call.ts", "local-verdicts.ts"]);
    expect(sources.get("local-verdicts.ts")).toContain("connect({ path: socketPath })");
  });

  test("MT8 the unpatched call is reached from the command only, never from the MTA process", () => {
    expect(filesWith(/associateUnpatched/)).toEqual(["commands.ts", "unpatched.ts"]);
  });

  test("MT8 no logic reads the wall clock", () => {
    expect(filesWith(/Date\.now\(/)).toEqual([]);
    expect(filesWith(/new Date\(\)/)).toEqual(["call.ts", "initiator.ts", "responder.ts"]);
  });
});
