import { describe, expect, test } from "vitest";
import {
  changeOf,
  changeOfKind,
  changesOfObject,
  clusterChange,
  clusterChanges,
} from "../../src/cluster/questions/changes.ts";
import { type JournalEntry, journalKinds } from "../../src/cluster/journal.ts";

function entry(parts: Partial<JournalEntry>): JournalEntry {
  return {
    seq: 1,
    at: 0,
    kind: "node.left",
    severity: "info",
    sentence: "An entry of a test.",
    mscsId: null,
    epoch: null,
    node: null,
    group: null,
    resource: null,
    actor: "test",
    details: null,
    ...parts,
  };
}

describe("what the journal is to the cluster API", () => {
  test("NT1: each change has a bit of its own, from the lowest to the highest", () => {
    const bits = clusterChanges.map((name) => clusterChange[name]);
    expect(bits).toEqual(Array.from({ length: 32 }, (_, index) => 2 ** index));
    expect(clusterChange.CLUSTER_CHANGE_GROUP_STATE).toBe(0x1000);
    expect(clusterChange.CLUSTER_CHANGE_HANDLE_CLOSE).toBe(0x8000_0000);
  });

  test("NT1: each change but the closing of a handle is of exactly one type of object", () => {
    const all = Object.values(changesOfObject).flat();
    expect(new Set(all).size).toBe(all.length);
    expect(clusterChanges.filter((name) => !all.includes(name))).toEqual(["CLUSTER_CHANGE_HANDLE_CLOSE"]);
  });

  test.each(journalKinds)("NT1: %s has changes of its own type of object", (kind) => {
    const { object, changes } = changeOfKind[kind];
    // What clusapi.h has no word for: it is an entry of the journal, and no notification.
    const unknown =
      /^(?:association|webhook|operation|token)\.|^node\.(?:notice|key-changed)$|^group\.peers$|^resource\.(?:fail|restart)-requested$/.test(
        kind,
      );
    expect(changes.length === 0).toBe(unknown);
    if (object === "any") return;
    for (const change of changes) expect(changesOfObject[object]).toContain(change);
  });

  test("NT1: an entry is of the object that it names", () => {
    const named = { node: "NODE1", group: "Exchange", resource: "Exchange IP" };
    expect(changeOf(entry({ kind: "node.left", ...named }))).toMatchObject({ object: "node", name: "NODE1" });
    expect(changeOf(entry({ kind: "group.owned", ...named }))).toMatchObject({ object: "group", name: "Exchange" });
    expect(changeOf(entry({ kind: "resource.failed", ...named }))).toMatchObject({
      object: "resource",
      name: "Exchange IP",
      changes: ["CLUSTER_CHANGE_RESOURCE_STATE"],
    });
    expect(changeOf(entry({ kind: "cluster.defined" })).changes).toContain("CLUSTER_CHANGE_GROUP_ADDED");
  });

  test.each([
    [{ keys: 1, values: 0 }, ["CLUSTER_CHANGE_REGISTRY_NAME"]],
    [{ keys: 0, values: 2 }, ["CLUSTER_CHANGE_REGISTRY_VALUE"]],
    [{ keys: 1, values: 1 }, ["CLUSTER_CHANGE_REGISTRY_NAME", "CLUSTER_CHANGE_REGISTRY_VALUE"]],
  ])("NT1: the registry's change %j is %j", (counts, changes) => {
    const details = { key: "App", value: null, ...counts };
    expect(changeOf(entry({ kind: "registry.changed", details }))).toEqual({
      object: "registry",
      name: "App",
      changes,
    });
  });
});
