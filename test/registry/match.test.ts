import { expect, test } from "vitest";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import { type Interest, notificationOf } from "../../src/control-plane/notify/match.ts";

function entry(parts: Partial<JournalEntry>): JournalEntry {
  return {
    seq: 7,
    at: 1,
    kind: "group.owned",
    severity: "info",
    sentence: "An entry of a test.",
    mscsId: null,
    epoch: 1,
    node: "NODE1",
    group: "Exchange",
    resource: null,
    actor: "test",
    details: null,
    ...parts,
  };
}
const changed = (key: string, keys: number, values: number) =>
  entry({ kind: "registry.changed", details: { key, value: null, keys, values, revision: 1 } });

const group = (name: string | null): Interest => ({
  object: "group",
  name,
  changes: ["CLUSTER_CHANGE_GROUP_STATE", "CLUSTER_CHANGE_GROUP_DELETED"],
  notifyKey: "g",
});
const key = (name: string, subtree: boolean): Interest => ({
  object: "registry",
  name,
  changes: ["CLUSTER_CHANGE_REGISTRY_VALUE", ...(subtree ? (["CLUSTER_CHANGE_REGISTRY_SUBTREE"] as const) : [])],
  notifyKey: "k",
});

test("NT3: a registration is told what it asked for, under its key, by name and bits", () => {
  expect(notificationOf([group("EXCHANGE")], entry({}))).toEqual({
    seq: 7,
    at: 1,
    changes: ["CLUSTER_CHANGE_GROUP_STATE"],
    bits: 0x1000,
    object: "group",
    name: "Exchange",
    notifyKey: "g",
  });
  expect(notificationOf([group(null)], entry({}))).not.toBeNull();
  expect(notificationOf([group("Web")], entry({}))).toBeNull();
  expect(notificationOf([group("Exchange")], entry({ kind: "group.wanted" }))).toBeNull();
  expect(notificationOf([group("Exchange")], entry({ kind: "association.closed" }))).toBeNull();
  expect(notificationOf([], entry({}))).toBeNull();
});

test("NT3: the filter is for the whole cluster, and a registration comes before it", () => {
  const filter: Interest = { object: "any", name: null, changes: ["CLUSTER_CHANGE_GROUP_STATE"], notifyKey: "f" };
  expect(notificationOf([group("Web"), filter], entry({}))?.notifyKey).toBe("f");
  expect(notificationOf([group("Exchange"), filter], entry({}))?.notifyKey).toBe("g");
});

test("NT3: a definition may have changed any object", () => {
  const told = notificationOf([group("Exchange")], entry({ kind: "cluster.defined", group: null, node: null }));
  expect(told).toMatchObject({ object: "any", name: null, changes: ["CLUSTER_CHANGE_GROUP_DELETED"] });
});

test.each<[string, Interest, JournalEntry, boolean]>([
  ["the key itself", key("App/a", false), changed("app/A", 0, 1), true],
  ["what is below", key("App", false), changed("App/a", 0, 1), false],
  ["what is below, with SUBTREE", key("App", true), changed("App/a/b", 0, 1), true],
  ["what begins alike", key("App", true), changed("Apple", 0, 1), false],
  ["what is above", key("App/a", true), changed("App", 0, 1), false],
  ["a batch above, which may have changed it", key("App/a", false), changed("App", 1, 1), true],
  ["a batch elsewhere", key("App/a", true), changed("Other", 3, 3), false],
  ["keys, when values are asked for", key("App", true), changed("App", 1, 0), false],
])("NT3: of the registry: %s", (_, interest, what, told) => {
  expect(notificationOf([interest], what) !== null).toBe(told);
});
