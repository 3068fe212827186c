import { expect, test } from "vitest";
import { localVerdict } from "../../src/agent/local-verdict.ts";
import { type HoldMode, noOrders, type Orders } from "../../src/agent/orders.ts";
import type { Revision } from "../../src/cluster/lease/generation.ts";
import type { AssignedResource, Report, ResourceState } from "../../src/cluster/messages.ts";

const revision: Revision = { generation: 1, n: 4 };

const resource = (type: string, properties: AssignedResource["properties"]): AssignedResource => ({
  type,
  dependsOn: [],
  properties,
  wanted: "Online",
  attempt: 0,
  fails: 0,
  restarts: 0,
});

const resources = {
  "Exchange IP": resource("IP Address", { Address: "127.0.1.100", SubnetMask: "255.255.255.0", Network: "client" }),
  "Exchange Name": resource("Network Name", { Name: "EXCHVS" }),
};

const ordersOf = (mode: HoldMode, epoch = 3): Orders => ({
  n: 1,
  revision,
  ttlMs: 2_000,
  mayCome: [],
  holds: [{ group: "Exchange", epoch, resources, mode, observe: false, heldBefore: {}, unfenced: [] }],
});

const reportOf = (ip: ResourceState, name: ResourceState = "Online", epoch = 3): Report => ({
  revision,
  associations: [],
  notices: [],
  holds: [
    {
      group: "Exchange",
      epoch,
      resources: { "Exchange IP": { state: ip, attempt: 0 }, "Exchange Name": { state: name, attempt: 0 } },
    },
  ],
});

const outdated = (report: Report): Report => ({
  ...report,
  holds: report.holds.map((hold) => ({
    ...hold,
    resources: { ...hold.resources, "Exchange IP": { state: "Online", attempt: 0, outdated: true } },
  })),
});

const up: HoldMode = { kind: "up", deadline: 2_000 };

test("LS1 an owner whose fuse is live and whose address and name are online may bind", () => {
  expect(localVerdict({ orders: ordersOf(up), report: reportOf("Online"), now: 1_000.25 }, "Exchange")).toEqual({
    decision: "BIND",
    address: "127.0.1.100",
    prefix: 24,
    networkName: "EXCHVS",
    epoch: 3,
    validForMs: 999,
    until: 2_000,
  });
});

test.each<[string, Orders | null, Report, number, string]>([
  ["nothing is known yet", null, reportOf("Online"), 0, "unreachable"],
  ["no order holds the group", noOrders, reportOf("Online"), 0, "standby"],
  ["the fuse blows now", ordersOf(up), reportOf("Online"), 2_000, "fuse-blown"],
  ["less than a millisecond is left", ordersOf(up), reportOf("Online"), 1_999.5, "fuse-blown"],
  ["the fuse has blown", ordersOf({ kind: "cut" }), reportOf("Online"), 0, "fuse-blown"],
  ["it is on its way down", ordersOf({ kind: "down", deadline: 2_000 }), reportOf("Online"), 0, "in-transition"],
  ["the address is not online", ordersOf(up), reportOf("OnlinePending"), 0, "address-not-online"],
  ["the name is not online", ordersOf(up), reportOf("Online", "Failed"), 0, "address-not-online"],
  ["what is online was so under an older epoch", ordersOf(up, 4), reportOf("Online"), 0, "address-not-online"],
  [
    "what is online was reported under earlier orders",
    { ...ordersOf(up), revision: { generation: 1, n: 5 } },
    reportOf("Online"),
    0,
    "in-transition",
  ],
  [
    "the address that is online is the one of before",
    ordersOf(up),
    outdated(reportOf("Online")),
    0,
    "address-not-online",
  ],
  [
    "nothing is reported",
    ordersOf(up),
    { revision, holds: [], associations: [], notices: [] },
    0,
    "address-not-online",
  ],
])("LS2 DEFER when %s", (_title, orders, report, now, reason) => {
  expect(localVerdict({ orders, report, now }, "Exchange")).toMatchObject({ decision: "DEFER", reason });
});

test("LS2 the newest epoch decides when an older one is still on its way down", () => {
  const both: Orders = {
    n: 2,
    revision,
    ttlMs: 2_000,
    mayCome: [],
    holds: [...ordersOf({ kind: "cut" }, 2).holds, ...ordersOf(up, 3).holds],
  };
  expect(localVerdict({ orders: both, report: reportOf("Online"), now: 0 }, "Exchange")).toMatchObject({ epoch: 3 });
});

function bare(mode: HoldMode): Orders {
  const { holds, ...orders } = ordersOf(mode);
  return { ...orders, holds: holds.map((hold) => ({ ...hold, resources: {} })) };
}

test("LS1 a group without an address or a name is no virtual server", () => {
  expect(localVerdict({ orders: bare(up), report: reportOf("Online"), now: 0 }, "Exchange")).toEqual({
    decision: "DENY",
    reason: "not-a-virtual-server",
  });
});

test.each<[string, HoldMode, string]>([
  ["leaves", { kind: "down", deadline: 2_000 }, "in-transition"],
  ["is gone", { kind: "cut" }, "fuse-blown"],
])("LS2 of a group that %s the orders say no resource, and nobody is denied for that", (_, mode, reason) => {
  expect(localVerdict({ orders: bare(mode), report: reportOf("Online"), now: 0 }, "Exchange")).toMatchObject({
    decision: "DEFER",
    reason,
  });
});

test("LS2 a group with a name that every object has is not taken for one", () => {
  for (const group of ["constructor", "__proto__", "toString"]) {
    expect(localVerdict({ orders: ordersOf(up), report: reportOf("Online"), now: 0 }, group)).toMatchObject({
      decision: "DEFER",
    });
  }
});
