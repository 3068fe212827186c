import { expect, test } from "vitest";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import type { ScriptItem } from "../../src/cluster/simulate/script.ts";
import { type Simulation, simulate } from "../../src/cluster/simulate/simulate.ts";
import { viewCluster } from "../../src/cluster/questions/view.ts";
import { clusterOf, disk, ipAddress, networkName, plainGroup, ttlMs, virtualServer } from "../cluster/definitions.ts";
import { byGroup } from "../support/told.ts";
import { CalmWorld } from "./calm-world.ts";
import type { NodeModel } from "./node-model.ts";

/** Does live what a script says. */
class Live extends CalmWorld {
  get state() {
    const { current } = this.platform;
    if (current === null) throw new Error("there is no control plane");
    return current.state;
  }

  get now(): number {
    return this.schedule.now;
  }

  get journal(): readonly JournalEntry[] {
    return this.platform.journal;
  }

  carryOut(item: ScriptItem): void {
    const actor = "operator";
    switch (item.do) {
      case "node-down":
        return this.#node(item.node).kill(false);
      case "node-up":
        return this.#node(item.node).startAgent();
      case "pass":
        return this.pass(item.ms ?? 8 * ttlMs);
      case "move":
        return this.tell({ type: "move", group: item.group, target: item.target, at: null, actor });
      case "pause":
        return this.tell({ type: "pause", node: item.node, drain: item.drain, target: item.target, actor });
      case "resume":
        return this.tell({ type: "resume", node: item.node, failback: item.failback, actor });
      case "offline":
      case "online": {
        const wanted = item.do === "online" ? "Online" : "Offline";
        const { group, resource } = item;
        return this.tell(
          resource === null
            ? { type: "want", group, wanted, actor }
            : { type: "want-resource", group, resource, wanted, actor },
        );
      }
      case "fail":
      case "restart":
        return this.tell({ type: `${item.do}-resource`, group: item.group, resource: item.resource, actor });
      case "maintenance":
        return this.tell({ type: "maintenance", on: item.on, actor });
      case "define":
        return this.tell({ type: "define", definition: item.definition, force: item.force, actor });
      default:
        throw new Error(`${item.do} has no live counterpart`);
    }
  }

  #node(name: string): NodeModel {
    const node = this.nodes.find((one) => one.name === name);
    if (node === undefined) throw new Error(`there is no ${name}`);
    return node;
  }
}

function predicted(live: Live, script: readonly ScriptItem[]): Simulation {
  const before = structuredClone(live.state);
  const simulated = simulate(live.state, script, live.now);
  if (!simulated.ok) throw new Error(simulated.code);
  expect(live.state, "the state was changed").toEqual(before);
  return simulated.value;
}

const rest: ScriptItem = { do: "pass", ms: null };
const home = { preferredOwners: ["NODE1", "NODE2"], properties: { AutoFailbackType: 1 } };
const mail = virtualServer(10, {
  ...home,
  resources: {
    IP: ipAddress(10),
    Name: networkName("MAIL"),
    Disk: disk(),
    Store: disk({ RestartThreshold: 1, RestartPeriod: 60_000 }, { dependsOn: ["Disk", "Name"] }),
  },
});
const definition = clusterOf({ Mail: mail, Files: plainGroup(undefined, { preferredOwners: ["NODE2"] }) });
const second = clusterOf({ ...definition.groups, Print: virtualServer(11, { dependsOn: ["Mail"] }) });
const changed = clusterOf({
  ...definition.groups,
  Mail: { ...mail, resources: { ...mail.resources, Disk: disk({ PendingTimeout: 5_000 }), Extra: disk() } },
});
const failStore: ScriptItem = { do: "fail", group: "Mail", resource: "Store" };

const scripts: Readonly<Record<string, readonly ScriptItem[]>> = {
  "the owner is killed, and comes back to a group that fails back": [
    { do: "node-down", node: "NODE1" },
    rest,
    { do: "node-up", node: "NODE1" },
  ],
  "both nodes are gone, and come back": [
    { do: "node-down", node: "NODE1" },
    { do: "node-down", node: "NODE2" },
    { do: "pass", ms: 1_000 },
    { do: "node-up", node: "NODE2" },
    rest,
    { do: "node-up", node: "NODE1" },
  ],
  "a move, and one back": [
    { do: "move", group: "Mail", target: "NODE2" },
    rest,
    { do: "move", group: "Mail", target: null },
  ],
  "a resource that fails up to its threshold, and on the other node": [
    failStore,
    rest,
    failStore,
    rest,
    failStore,
    rest,
    failStore,
    rest,
    failStore,
  ],
  "a drain and a resumption": [
    { do: "pause", node: "NODE1", drain: true, target: null },
    rest,
    { do: "resume", node: "NODE1", failback: "policy" },
    rest,
    { do: "resume", node: "NODE1", failback: "immediate" },
  ],
  "a second group that waits for the first": [{ do: "define", definition: second, force: false }],
  "a group whose resources are set up otherwise": [{ do: "define", definition: changed, force: false }],
  "a group that is defined away": [
    { do: "define", definition: clusterOf({ Mail: mail }), force: true },
    rest,
    { do: "define", definition, force: true },
  ],
  "offline and online, of a group and of a resource": [
    { do: "offline", group: "Mail", resource: null },
    rest,
    { do: "online", group: "Mail", resource: "Name" },
    rest,
    { do: "online", group: "Mail", resource: null },
    rest,
    { do: "offline", group: "Mail", resource: "IP" },
  ],
  "a restart, and a failure in maintenance": [
    { do: "restart", group: "Mail", resource: "IP" },
    rest,
    { do: "maintenance", on: true },
    failStore,
    { do: "node-down", node: "NODE1" },
    rest,
    { do: "maintenance", on: false },
  ],
};

test.for(Object.entries(scripts))("EX7: as the real agents do it: %s", ([_title, script]) => {
  for (let seed = 1; seed <= 5; seed += 1) {
    const live = new Live(seed, definition);
    const simulation = predicted(live, script);
    const from = live.journal.length;
    for (const item of script) live.carryOut(item);
    live.pass(8 * ttlMs);
    expect(byGroup(simulation.entries), `seed ${seed}`).toEqual(byGroup(live.journal.slice(from)));
    expect(simulation.entries.length).toBeGreaterThan(0);
    const view = viewCluster(live.state, live.now);
    for (const [name, { owner, epoch, state }] of Object.entries(simulation.groups)) {
      expect(view?.groups[name], `${name}, seed ${seed}`).toMatchObject({ owner, epoch, state });
    }
  }
});
