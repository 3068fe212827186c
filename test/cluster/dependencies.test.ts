import { describe, expect, test } from "vitest";
import {
  type Dependency,
  everythingAbove,
  everythingBelow,
  findCycle,
  longestChain,
  mayComeOnline,
  mayGoOffline,
  objectionToDependency,
  stillStands,
} from "../../src/cluster/definition/dependencies.ts";
import { expressionOf, parseExpression } from "../../src/cluster/definition/dependency-expression.ts";
import type { ResourceState } from "../../src/cluster/messages.ts";
import { validateDefinition } from "../../src/cluster/definition/validate.ts";
import { clusterOf, disk, ipAddress, plainGroup } from "./definitions.ts";
import { Cluster } from "./driver.ts";

/** Share stands on the disk, and on one of two names; each name on an address. */
const graph = {
  IP1: { dependsOn: [] },
  IP2: { dependsOn: [] },
  constructor: { dependsOn: ["IP1"] },
  Name2: { dependsOn: ["IP2"] },
  Disk: { dependsOn: [] },
  Share: { dependsOn: [["constructor", "Name2"], "Disk"] },
};
const states =
  (online: readonly string[]) =>
  (name: string): ResourceState =>
    online.includes(name) ? "Online" : "Offline";

describe("Alternatives", () => {
  test.each<[string[], boolean]>([
    [[], false],
    [["Disk"], false],
    [["constructor", "Name2"], false],
    [["constructor", "Disk"], true],
    [["Name2", "Disk"], true],
    [["constructor", "Name2", "Disk"], true],
  ])("GP24: with %j online, what stands on one of two and on a disk may come online: %s", (online, may) => {
    expect(mayComeOnline(graph, "Share", states(online))).toBe(may);
    expect(stillStands(graph, "Share", (name) => online.includes(name))).toBe(may);
  });

  test("GP24: one of the two may go while the other one carries; both may not", () => {
    const all = states(["IP1", "IP2", "constructor", "Name2", "Disk", "Share"]);
    const stays = (): boolean => false;
    expect(mayGoOffline(graph, "Name2", all, stays)).toBe(true);
    expect(mayGoOffline(graph, "Disk", all, stays)).toBe(false);
    expect(mayGoOffline(graph, "Name2", states(["Name2", "Disk", "Share"]), stays)).toBe(false);
    // What goes itself goes first.
    expect(mayGoOffline(graph, "Name2", all)).toBe(false);
  });

  test("GP24: below and above are all of the alternatives, and the longest way counts", () => {
    expect(everythingBelow(graph, "Share")).toEqual(["IP1", "constructor", "IP2", "Name2", "Disk"]);
    expect(everythingAbove(graph, "IP2")).toEqual(["Share", "Name2"]);
    expect(longestChain(graph, (name) => (name === "IP2" ? 10 : 1))).toBe(12);
    expect(longestChain({}, () => 1)).toBe(0);
  });

  test("GP24: a cycle through an alternative is one", () => {
    const cyclic = { A: { dependsOn: [["B", "C"]] }, B: { dependsOn: [] }, C: { dependsOn: ["A"] } };
    expect(findCycle(cyclic)).toEqual(["A", "C", "A"]);
    expect(objectionToDependency(graph, "IP2", "Share")).toBe("cycle");
    expect(objectionToDependency(graph, "Share", "Share")).toBe("itself");
    expect(objectionToDependency(graph, "Share", "IP1")).toBeNull();
  });

  test("GP24: an agent is told of alternatives as they are", () => {
    const resources = { A: disk(), B: disk(), C: disk({}, { dependsOn: [["A", "B"]] }) };
    const cluster = new Cluster(clusterOf({ G: plainGroup(resources) }));
    cluster.up("NODE1", "NODE2");
    expect(cluster.assigned("NODE1").groups[0]?.resources["C"]?.dependsOn).toEqual([["A", "B"]]);
  });

  test("GP24: offline of an alternative takes what may stand on it along, online brings all of them", () => {
    const resources = { A: disk(), B: disk(), C: disk({}, { dependsOn: [["A", "B"]] }) };
    const cluster = new Cluster(clusterOf({ G: plainGroup(resources) }));
    cluster.up("NODE1", "NODE2");
    cluster.command({ type: "want-resource", group: "G", resource: "A", wanted: "Offline" });
    expect(Object.values(cluster.groupView("G").resources).map(({ wanted }) => wanted)).toEqual([
      "Offline",
      "Online",
      "Offline",
    ]);
    cluster.command({ type: "want-resource", group: "G", resource: "C", wanted: "Online" });
    expect(Object.values(cluster.groupView("G").resources).map(({ wanted }) => wanted)).toEqual([
      "Online",
      "Online",
      "Online",
    ]);
  });

  test("GP24: a required dependency is not met by an alternative to it", () => {
    const named = (dependsOn: Dependency[]) => ({
      IP1: ipAddress(100),
      IP2: ipAddress(101),
      Disk: disk(),
      Name: { type: "Network Name", dependsOn, possibleOwners: [], properties: { Name: "VS1" } },
    });
    const codes = (dependsOn: Dependency[]) =>
      validateDefinition(clusterOf({ G: plainGroup(named(dependsOn)) })).map(({ code }) => code);
    expect(codes([["IP1", "IP2"]])).toEqual([]);
    expect(codes(["Disk", ["IP1", "IP2"]])).toEqual([]);
    expect(codes([["IP1", "Disk"]])).toEqual(["dependency-required"]);
  });
});

describe("Dependency expressions", () => {
  test.each<[string, Dependency[]]>([
    ["", []],
    ["  ", []],
    ["[A]", ["A"]],
    ["[IP A] and [B]", ["IP A", "B"]],
    ["[A] or [B]", [["A", "B"]]],
    ["([A] or [B]) and [C]", [["A", "B"], "C"]],
    [
      "[A] or [B] and [C]",
      [
        ["A", "B"],
        ["A", "C"],
      ],
    ],
    [
      "([A] and [B]) or ([C] and [D])",
      [
        ["A", "C"],
        ["A", "D"],
        ["B", "C"],
        ["B", "D"],
      ],
    ],
    [
      "[A] AND [B] Or [C]",
      [
        ["A", "C"],
        ["B", "C"],
      ],
    ],
    ["[A]and[B]", ["A", "B"]],
    ["(([A]))", ["A"]],
    ["[A] and [A]", ["A"]],
    ["[A] or [A]", ["A"]],
    ["[A] and ([A] or [B])", ["A"]],
    ["[and] or [or]", [["and", "or"]]],
    ["[constructor] and [(x)]", ["constructor", "(x)"]],
  ])("DF12: %j is read", (expression, dependsOn) => {
    expect(parseExpression(expression)).toEqual({ ok: true, dependsOn });
    const written = expressionOf(dependsOn);
    expect(parseExpression(written)).toEqual({ ok: true, dependsOn });
  });

  test.each<[string, number]>([
    ["A", 0],
    ["[A", 0],
    ["[A]]", 3],
    ["[A] [B]", 4],
    ["[A] and", 7],
    ["and [A]", 0],
    ["([A]", 4],
    ["[A])", 3],
    ["[A] xor [B]", 4],
    ["()", 1],
    ["[A] and or [B]", 8],
    ["[]", 0],
    ["[ ]", 0],
  ])("DF12: %j is refused, with the place", (expression, at) => {
    expect(parseExpression(expression)).toMatchObject({ ok: false, at });
  });

  test("DF12: one that grows beyond measure when it is written out is refused", () => {
    const pair = (n: number) => `([A${n}] and [B${n}])`;
    const product = (count: number) => Array.from({ length: count }, (_one, n) => pair(n)).join(" or ");
    expect(parseExpression(product(6))).toMatchObject({ ok: true });
    expect(parseExpression(product(7))).toMatchObject({ ok: false, sentence: "this expression is too large" });
  });

  test("DF12: parentheses stand thirty-two deep within each other, however many there are", () => {
    const nested = (depth: number) => `${"(".repeat(depth)}[A]${")".repeat(depth)}`;
    expect(parseExpression(nested(32))).toEqual({ ok: true, dependsOn: ["A"] });
    expect(parseExpression(nested(33))).toMatchObject({ ok: false, at: 32 });
    expect(parseExpression("(".repeat(4_096))).toMatchObject({ ok: false, at: 32 });
    expect(parseExpression(Array.from({ length: 60 }, () => "([A] or [B])").join(" and "))).toMatchObject({ ok: true });
  });
});
