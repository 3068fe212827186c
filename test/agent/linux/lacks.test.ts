import { expect, test } from "vitest";
import { lacksOf, lineOf } from "../../../src/agent/linux/lacks.ts";
import { type Capability, readPrivileges } from "../../../src/agent/linux/privileges.ts";

const both: ReadonlySet<Capability> = new Set(["CAP_NET_ADMIN", "CAP_NET_RAW"]);
const status = (capEff: string): string =>
  `Name:\tnode\nUid:\t1000\t0\t0\t0\nCapPrm:\t0000000000000000\nCapEff:\t${capEff}\n`;

test("LX7: a host that has everything lacks nothing", () => {
  expect(lacksOf({ whyNoIp: null, whyNoFilter: null, capabilities: both })).toEqual([]);
});

test("LX7: each thing that is missing is said once, with what it costs and how it is mended", () => {
  const found = lacksOf({ whyNoIp: "no ip", whyNoFilter: "no nft", capabilities: new Set() });
  expect(found.map(({ code }) => code)).toEqual(["no-ip", "no-net-admin", "no-net-raw", "no-filter"]);
  for (const { cost, remedy } of found) expect([cost, remedy].every((part) => part.length > 20)).toBe(true);
  expect(lacksOf({ whyNoIp: null, whyNoFilter: null, capabilities: new Set(["CAP_NET_RAW"]) })).toMatchObject([
    { code: "no-net-admin", what: "this agent does not have CAP_NET_ADMIN" },
  ]);
  expect(lineOf({ what: "a", cost: "b", remedy: "c" })).toBe("a: b; c");
});

test.each([
  ["000001ffffffffff", ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SYS_RAWIO", "CAP_SYS_ADMIN"]],
  ["0000000000001000", ["CAP_NET_ADMIN"]],
  ["0000000000002000", ["CAP_NET_RAW"]],
  ["0000000000000000", []],
])("LX12: the effective capabilities %s are read as the kernel prints them", (set, names) => {
  expect(readPrivileges(status(set))).toEqual({ uid: 0, capabilities: new Set(names) });
});

test("LX12: what is no status of a process says nothing", () => {
  expect(readPrivileges("")).toBeNull();
  expect(readPrivileges("Uid:\t0\t0\t0\t0\n")).toBeNull();
});
