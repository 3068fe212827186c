import { describe, expect, test } from "vitest";
import { leasePresets } from "../../src/cluster/lease/lease.ts";
import { parseDefinition } from "../../src/protocol/definition.ts";

function read(document: unknown) {
  const parsed = parseDefinition(document);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

function problems(document: unknown) {
  const parsed = parseDefinition(document);
  return parsed.ok ? [] : parsed.problems.map(({ path, code }) => `${path} ${code}`);
}

describe("what may be left out", () => {
  test("HT11: a cluster is its name; the lease is wan", () => {
    expect(read({ cluster: "c" })).toEqual({
      cluster: "c",
      lease: leasePresets.wan,
      timeZone: "UTC",
      properties: {},
      networks: {},
      nodes: {},
      resourceTypes: {},
      groups: {},
    });
  });

  test("HT11: groups and resources have their defaults", () => {
    const { groups, networks } = read({
      cluster: "c",
      networks: { client: { cidr: "192.0.2.0/24" } },
      groups: { G: { resources: { D: { type: "Physical Disk" } } }, H: {} },
    });
    expect(networks["client"]?.role).toBe("InternalAndClient");
    expect(groups["H"]).toEqual({
      preferredOwners: [],
      dependsOn: [],
      onControlPlaneLoss: "drop",
      properties: {},
      resources: {},
    });
    expect(groups["G"]?.resources["D"]).toEqual({
      type: "Physical Disk",
      dependsOn: [],
      possibleOwners: [],
      properties: {},
    });
  });

  test("HT11: a lease is a preset or terms of one's own", () => {
    expect(read({ cluster: "c", lease: "lan" }).lease).toEqual(leasePresets.lan);
    expect(read({ cluster: "c", lease: { ttlMs: 4000, renewMs: 1000 } }).lease).toEqual({ ttlMs: 4000, renewMs: 1000 });
    expect(problems({ cluster: "c", lease: { ttlMs: 4000 } })).toEqual(["/lease/renewMs required"]);
    expect(problems({ cluster: "c", lease: { ttlMs: 4000, renewMs: 1000.5 } })).toEqual(["/lease/renewMs wrong-type"]);
    expect(problems({ cluster: "c", lease: { ttlMs: 4000, renewMs: 1000, grace: 1 } })).toEqual([
      "/lease/grace unknown-key",
    ]);
    expect(problems({ cluster: "c", lease: "LAN" })).toEqual(["/lease wrong-value"]);
  });

  test("HT11: a boolean is a DWORD", () => {
    const { groups } = read({ cluster: "c", groups: { G: { properties: { PersistentState: false } } } });
    expect(groups["G"]?.properties).toEqual({ PersistentState: 0 });
  });
});

test("HT11: a group may have any name that is one, and inherits nothing", () => {
  const { groups } = read({ cluster: "c", groups: { constructor: {}, toString: {} } });
  expect(Object.keys(groups).toSorted()).toEqual(["constructor", "toString"]);
});

test("HT11: a key that a record would pass over is refused", () => {
  const hidden = (text: string) => problems(JSON.parse(text));
  expect(hidden('{"cluster":"c","nodes":{"__proto__":{"address":"192.0.2.1"}}}')).toEqual([
    "/nodes/__proto__ unknown-key",
  ]);
  expect(hidden('{"cluster":"c","groups":{"G":{"properties":{"__proto__":1}}}}')).toEqual([
    "/groups/G/properties/__proto__ unknown-key",
  ]);
});

test("HT5: every unknown key is named", () => {
  expect(problems({ cluster: "c", a: 1, b: 2, groups: { G: { members: [] } } }).toSorted()).toEqual([
    "/a unknown-key",
    "/b unknown-key",
    "/groups/G/members unknown-key",
  ]);
});

test("HT3: no problem repeats a value", () => {
  const value = "do-not-repeat";
  const document = { cluster: 7, lease: value, nodes: { N: { address: [value] } }, groups: value };
  const parsed = parseDefinition(document);
  expect(parsed.ok).toBe(false);
  expect(JSON.stringify(parsed)).not.toContain(value);
});

test("HT3: what is nested without end is refused, and does not exhaust the stack", () => {
  let document: unknown = {};
  for (let i = 0; i < 100_000; i++) document = { a: document };
  expect(problems(document)).toHaveLength(1);
});
