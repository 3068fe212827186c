import { describe, expect, test } from "vitest";
import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import type { Edit } from "../../src/cluster/definition/edit.ts";
import { resumeFailbacks } from "../../src/cluster/events.ts";
import { type Random, randomFrom } from "../simulation/random.ts";
import { clusterOf, disk, nodes, plainGroup, ttlMs, virtualServer } from "./definitions.ts";
import { Cluster, type Command } from "./driver.ts";

const nodeNames = ["NODE1", "NODE2", "constructor"];
const groupNames = ["Exchange", "Files", "toString"];

/** Three groups with every policy that there is, on three nodes, under names that every object inherits. */
const definition: ClusterDefinition = clusterOf(
  {
    Exchange: virtualServer(100, {
      preferredOwners: ["NODE1", "NODE2"],
      properties: { AutoFailbackType: 1, Priority: 3_000, AntiAffinityClassNames: ["mail"] },
    }),
    Files: plainGroup(
      { valueOf: disk({ RestartThreshold: 1 }), Share: disk({ RestartAction: 1 }, { dependsOn: ["valueOf"] }) },
      { dependsOn: ["Exchange"], properties: { GroupStartDelay: 1_500, FailoverThreshold: 2 } },
    ),
    toString: plainGroup(
      { A: disk(), B: disk(), C: disk({}, { dependsOn: [["A", "B"]] }) },
      {
        preferredOwners: ["constructor"],
        properties: {
          AutoFailbackType: 1,
          FailbackWindowStart: 23,
          FailbackWindowEnd: 1,
          AntiAffinityClassNames: ["mail"],
        },
      },
    ),
  },
  {
    nodes: nodes(...nodeNames),
    timeZone: "Europe/Berlin",
    properties: { QuarantineDuration: 30, QuarantineThreshold: 2 },
  },
);

/** A well agent of each node, an operator who presses everything, and an object that restarts; a seed decides when. */
class Muddle {
  readonly cluster = new Cluster(definition);
  readonly #random: Random;
  #runs = 0;
  #operations = 0;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  go(steps: number): void {
    this.cluster.up(...nodeNames);
    for (let step = 0; step < steps; step += 1) this.#one();
  }

  /** All that can go wrong ends, all is asked for, and the agents are well. */
  settle(): void {
    const { cluster } = this;
    cluster.command({ type: "define", definition, force: true });
    cluster.command({ type: "maintenance", on: false });
    for (const node of nodeNames) cluster.command({ type: "resume", node, failback: "policy" });
    for (const group of groupNames) {
      cluster.command({ type: "cancel", group });
      cluster.command({ type: "want", group, wanted: "Online" });
    }
    for (let round = 0; round < 40; round += 1) {
      cluster.advance(ttlMs / 4);
      this.ring();
      for (const node of nodeNames) this.renew(node);
    }
  }

  /** The alarm goes off when it is due, and is never set for what is over already. */
  ring(): void {
    const { cluster } = this;
    for (let rung = 0; cluster.alarmAt != null && cluster.alarmAt <= cluster.objectNow; rung += 1) {
      expect(rung, "an alarm asks for another one at once, again and again").toBeLessThan(3);
      cluster.event({ type: "alarm" });
    }
  }

  /** A well agent: it connects if it has to, releases what it was told to take offline, and says what it has counted. */
  renew(node: string): void {
    const { cluster } = this;
    const connected = cluster.runs.findLast((run) => run.node === node)?.socket ?? null;
    if (connected === null && cluster.turnedAway(node) !== null) return;
    const { assignment } = cluster.run(node);
    const released = (assignment?.groups ?? []).filter(({ wanted }) => wanted === "Offline");
    const claims = cluster.claims(node).filter(({ silence, countedMs }) => countedMs >= silence.ttlMs);
    cluster.renewal(node, { released, claims });
  }

  #one(): void {
    const random = this.#random;
    const { cluster } = this;
    const node = random.pick(nodeNames);
    const what = random.next();
    if (what < 0.45) {
      cluster.advance(random.pick([0, 100, ttlMs / 4, ttlMs / 4, ttlMs]));
      this.ring();
      for (const one of nodeNames) if (random.chance(0.85)) this.renew(one);
    } else if (what < 0.5) this.#lose(node);
    else if (what < 0.58) this.#fail(node);
    else if (what < 0.62) cluster.restart();
    else if (what < 0.66) cluster.stepMs += random.pick([-86_400_000, -5_000, 3_600_000, 20_000]);
    else if (what < 0.68 && cluster.alarmAt != null) cluster.event({ type: "alarm" });
    else {
      this.#operations += 1;
      const operation = `operation-${this.#operations}`;
      cluster.command({ ...this.#command(node), ...(random.chance(0.3) ? { operation } : {}) });
    }
  }

  #lose(node: string): void {
    const { cluster } = this;
    if (cluster.run(node).socket !== null) cluster.close(node);
    this.#runs += 1;
    const said = this.#random.chance(0.5) ? { incarnation: `${node}-another-${this.#runs}` } : {};
    cluster.turnedAway(node, said);
  }

  #fail(node: string): void {
    const { cluster } = this;
    const { socket, assignment } = cluster.run(node);
    const names = (assignment?.groups ?? []).flatMap(({ resources }) => Object.keys(resources));
    if (socket === null || names.length === 0) return;
    const state = this.#random.pick(["Failed", "Failed", "OnlinePending"] as const);
    cluster.renewal(node, { report: cluster.report(node, { [this.#random.pick(names)]: { state } }) });
  }

  #command(node: string): Command {
    const random = this.#random;
    const now = this.cluster.objectNow;
    const group = random.pick(groupNames);
    const target = random.pick([null, null, ...nodeNames]);
    const resource = random.pick(Object.keys(definition.groups[group]?.resources ?? {}));
    const wanted = random.pick(["Online", "Offline"] as const);
    return random.pick<Command>([
      { type: "move", group, target, at: null },
      { type: "move", group, target, at: now + random.pick([-1, 0, 700, 5_000, 90_000]) },
      { type: "cancel", group },
      { type: "want", group, wanted },
      { type: "want-resource", group, resource, wanted },
      { type: "restart-resource", group, resource },
      { type: "pause", node, drain: random.chance(0.7), target },
      { type: "resume", node, failback: random.pick(resumeFailbacks) },
      { type: "resume", node, failback: random.pick(resumeFailbacks) },
      { type: "maintenance", on: random.chance(0.4) },
      { type: "confirm-down", node },
      { type: "edit", edit: this.#edit(node, group), force: random.chance(0.8) },
      { type: "define", definition, force: true },
      ...(random.chance(0.1) ? [{ type: "destroy", force: true } as const] : []),
    ]);
  }

  #edit(node: string, group: string): Edit {
    const random = this.#random;
    const of = { kind: "group", name: group } as const;
    return random.pick<Edit>([
      { kind: "remove-group", group, recursive: true },
      { kind: "remove-node", node },
      { kind: "add-group", group: "Added", definition: plainGroup({}) },
      { kind: "remove-group", group: "Added", recursive: false },
      { kind: "order-after-groups", group: "Exchange", dependsOn: random.pick([[], ["toString"], ["Files"]]) },
      { kind: "prefer-owners", group, owners: random.pick([[], [node]]) },
      { kind: "set-properties", of, properties: { Priority: random.pick([0, 1_000, null]) } },
      { kind: "set-properties", of, properties: { GroupStartDelay: random.pick([0, 60_000, null]) } },
      { kind: "set-properties", of: { kind: "cluster" }, properties: { ClusterEnforcedAntiAffinity: 1 } },
      { kind: "depend-on", group: "toString", resource: "C", dependsOn: random.pick([[], ["A"], [["A", "B"]]]) },
    ]);
  }
}

describe("Everything at once", () => {
  test.each(Array.from({ length: 12 }, (_, index) => 1 + index))(
    "GR2: whatever was asked for before, a well cluster writes one row a renewal of an owner, and none of a standby (seed %i)",
    (seed) => {
      const muddle = new Muddle(seed);
      muddle.go(80);
      muddle.settle();
      const { cluster } = muddle;
      const states = groupNames.map((name) => `${name} ${cluster.groupView(name).state}`);
      expect(states).toEqual(groupNames.map((name) => `${name} Online`));
      const owners = new Set(groupNames.map((name) => cluster.hold(name).node));
      for (let round = 0; round < 3; round += 1) {
        cluster.advance(ttlMs / 4);
        for (const node of nodeNames) {
          cluster.renew(node);
          const row = `leases ${cluster.run(node).incarnation}`;
          expect(cluster.written, node).toEqual(owners.has(node) ? [row] : []);
        }
      }
      expect(
        groupNames
          .map((name) => cluster.groupView(name))
          .filter(({ waiting, scheduled, draining }) => waiting ?? scheduled ?? draining),
      ).toEqual([]);
      cluster.advance(3_600_000);
      muddle.ring();
      expect([...cluster.state.durable.operations.values()].filter(({ status }) => status.state === "Pending")).toEqual(
        [],
      );
      expect(cluster.alarmAt ?? Infinity).toBeGreaterThan(cluster.objectNow);
    },
    60_000,
  );
});
