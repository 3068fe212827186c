import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { neighbourOf, openLan, virtualAddress6 } from "./lan.ts";

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

test("LX2: neighbours are told of an IPv6 address while it is open, and not a moment longer, whoever tells them", async () => {
  const lan = await openLan(["NODE1", "PEER"]);
  onTestFinished(() => lan.close());
  const [host, peer] = [lan.host("NODE1"), lan.host("PEER")];
  const stale = [
    "ip",
    "neighbour",
    "replace",
    virtualAddress6,
    "lladdr",
    "02:00:00:00:00:99",
    "dev",
    "client",
  ] as const;
  const tell = async (): Promise<string> => {
    await peer.run(...stale, "nud", "reachable");
    // It comes from the link-local address of the host, which is not guarded. What drops it is what it then complains of.
    await host.run("ndptool", "-t", "na", "-U", "-i", "client", "-T", virtualAddress6, "send").catch(() => {});
    // What was sent before the echo request has come before it.
    await host.run("ping", "-c", "1", "-W", "1", peer.addressOn("client"));
    return neighbourOf(peer, virtualAddress6);
  };
  const opened = (forMs: number) =>
    host.start(process.execPath, [join(import.meta.dirname, "filter-of-one.ts"), virtualAddress6, String(forMs)]);
  await lineOf(opened(20_000), "open");
  expect(await tell()).toContain(await host.macOn("client"));
  await lineOf(opened(100), "over");
  expect(await tell()).toContain("02:00:00:00:00:99");
});

async function lineOf({ stdout }: ChildProcess, line: string): Promise<void> {
  if (stdout === null) throw new Error("nobody keeps what it prints");
  for await (const printed of createInterface(stdout)) if (printed === line) return;
  throw new Error(`it ended before it said "${line}"`);
}
