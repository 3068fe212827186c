import { describe, expect, test } from "vitest";
import { differencesBetween, type Json } from "../../src/cluster/definition/difference.ts";
import { definitionSchema, parseDefinition } from "../../src/protocol/definition.ts";
import { exportDefinition } from "../../src/protocol/export.ts";
import { clusterOf, disk, nodes, plainGroup, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

describe("Differences", () => {
  test.each<[string, Json, Json, ReturnType<typeof differencesBetween>]>([
    ["nothing", { a: { b: [1, { c: null }] } }, { a: { b: [1, { c: null }] } }, []],
    ["a value", { a: { b: 1 } }, { a: { b: "1" } }, [{ path: "/a/b", before: 1, after: "1" }]],
    ["what is new", { a: {} }, { a: { b: {} } }, [{ path: "/a/b", after: {} }]],
    ["what is gone", { a: { b: 0 } }, { a: {} }, [{ path: "/a/b", before: 0 }]],
    ["a list, as a whole", { a: [1, 2] }, { a: [2, 1] }, [{ path: "/a", before: [1, 2], after: [2, 1] }]],
    ["the order of names", { a: 1, b: 2 }, { b: 2, a: 1 }, [{ path: "", before: ["a", "b"], after: ["b", "a"] }]],
    ["names with signs of a pointer", { "a/b~": 1 }, { "a/b~": 2 }, [{ path: "/a~1b~0", before: 1, after: 2 }]],
    ["an inherited name", {}, { constructor: 1 }, [{ path: "/constructor", after: 1 }]],
    ["null and nothing", { a: null }, {}, [{ path: "/a", before: null }]],
  ])("DF15: %s", (_title, before, after, found) => {
    expect(differencesBetween(before, after)).toEqual(found);
  });
});

const full = clusterOf(
  {
    Exchange: virtualServer(100, {
      preferredOwners: ["NODE2"],
      properties: { AntiAffinityClassNames: ["mta"], Description: "" },
    }),
    Files: plainGroup(
      { A: disk(), B: disk({}, { possibleOwners: ["NODE1"] }), C: disk({ Signature: 0 }, { dependsOn: [["A", "B"]] }) },
      { dependsOn: ["Exchange"] },
    ),
    Empty: plainGroup({}),
  },
  {
    timeZone: "Europe/Berlin",
    properties: { QuarantineDuration: 60 },
    nodes: { ...nodes("NODE1"), NODE2: { address: "192.0.2.2", properties: { Description: "x" } } },
    resourceTypes: { Fast: { basedOn: "Physical Disk", properties: { PendingTimeout: 10 } } },
  },
);

describe("The export", () => {
  test.each([
    ["everything", full],
    ["nothing", { ...clusterOf({}), networks: {}, nodes: {} }],
    ["the other preset", { ...full, lease: { ttlMs: 15_000, renewMs: 3_000 } }],
    ["terms of one's own", { ...full, lease: { ttlMs: 4_000, renewMs: 900 } }],
  ])("DF15: applied again, it is no difference: a definition with %s", (_title, said) => {
    const definition = definitionSchema.parse(said);
    const written: unknown = JSON.parse(JSON.stringify(exportDefinition(definition)));
    const read = definitionSchema.parse(written);
    expect(differencesBetween(definition, read)).toEqual([]);
    const cluster = new Cluster(definition);
    expect(cluster.define(read)).toEqual({ kind: "done", changed: [] });
  });

  test("DF15: a file that says no defaults comes back as it was", () => {
    const file = {
      cluster: "exchange",
      lease: "lan",
      networks: { client: { cidr: "192.0.2.0/24", role: "ClientAccess" }, plain: { cidr: "198.51.100.0/24" } },
      nodes: { NODE1: { address: "192.0.2.1" } },
      groups: { Empty: {}, Files: { resources: { A: { type: "Physical Disk" } } } },
    };
    const parsed = parseDefinition(file);
    expect(parsed.ok && exportDefinition(parsed.definition)).toEqual(file);
  });
});
