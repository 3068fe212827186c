import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import type { Edit } from "../../src/cluster/definition/edit.ts";
import { viewCluster } from "../../src/cluster/questions/view.ts";
import { calm, type FaultKind, faultKinds, type Faults, faultsFrom } from "./faults.ts";
import { Network } from "./network.ts";
import { NodeModel } from "./node-model.ts";
import { Platform, type TimelessEvent } from "./platform.ts";
import { type Random, randomFrom } from "./random.ts";
import { Schedule } from "./schedule.ts";

export type RunResult = {
  readonly seed: number;
  readonly events: number;
  /** How often a group got a new owner. */
  readonly changes: number;
  readonly finding: string | null;
  /** What the cluster itself says happened, a line each. */
  readonly story: readonly string[];
};

export class Finding extends Error {}

/**
 * One run: the real brain and the real agent machine, everything around them simulated, all of it decided by the seed.
 * First the faults, then quiet, and in the end every group has to be online again.
 */
/** @param drainMs how long its groups let open connections finish; none unless it is said, so that a seed's run stays what it was */
export function simulate(seed: number, drainMs = 0): RunResult {
  const world = new World(seed, drainMs);
  let finding: string | null = null;
  try {
    world.run();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    finding = error instanceof Finding ? error.message : (error.stack ?? error.message);
  }
  return { seed, events: world.events, changes: world.changes(), finding, story: world.story() };
}

/** A run has some hundreds to some thousands. */
const mostEvents = 50_000;
const nodeNames = ["NODE1", "NODE2"];

class World {
  events = 0;
  readonly #schedule = new Schedule();
  readonly #random: Random;
  readonly #rollBacks: Random;
  readonly #faults: Faults;
  readonly #network: Network;
  readonly #platform: Platform;
  readonly #nodes: NodeModel[];
  readonly #definition: ClusterDefinition;
  #epochs = new Map<string, number>();
  #judged = 0;
  #quiet = false;

  constructor(seed: number, drainMs: number) {
    this.#random = randomFrom(seed);
    this.#rollBacks = randomFrom(seed + 1_000_003);
    const ttlMs = this.#random.pick([400, 1_000, 2_000]);
    this.#definition = definitionWith(ttlMs, drainMs);
    this.#faults = faultsFrom(this.#random, ttlMs);
    this.#network = new Network(this.#schedule, this.#random, this.#faults);
    this.#platform = new Platform(this.#schedule, this.#random, this.#network, this.#faults);
    const world = {
      schedule: this.#schedule,
      random: this.#random,
      network: this.#network,
      platform: this.#platform,
      faults: this.#faults,
      check: () => this.#checkSpeakers(),
    };
    // Two clocks differ in rate by less than margin/ttl, which is a twentieth: each is off by 2 % at most.
    this.#nodes = nodeNames.map(
      (name) => new NodeModel(name, this.#random.between(0.98, 1.02), this.#random.between(0, 1e6), world),
    );
  }

  run(): void {
    const { ttlMs } = this.#definition.lease;
    this.#platform.start(false);
    this.#define();
    for (const node of this.#nodes) this.#schedule.after(this.#random.between(0, ttlMs / 2), () => node.startAgent());
    for (const kind of faultKinds) this.#scheduleFault(kind);
    this.#scheduleRollBack();
    const faultsEnd = 12 * ttlMs;
    // Whatever the seed decides otherwise, the owner is killed once: a run that moved no group proves nothing.
    this.#schedule.at(this.#random.between(4, 8) * ttlMs, () => this.#killOwner());
    this.#playUntil(faultsEnd);
    this.#heal();
    this.#playUntilOnline(faultsEnd + 14 * ttlMs + 2_000);
  }

  /** Every group has to be online before `end`, and to stay so; what then follows is only more of the same. */
  #playUntilOnline(end: number): void {
    const { ttlMs } = this.#definition.lease;
    let offlineAt = this.#schedule.now;
    while (this.#schedule.now < Math.min(offlineAt + 3 * ttlMs, end)) {
      this.#playUntil(Math.min(this.#schedule.now + ttlMs / 4, end));
      if (this.#notOnline() !== null) offlineAt = this.#schedule.now;
    }
    const finding = this.#notOnline();
    if (finding !== null) throw new Finding(finding);
  }

  changes(): number {
    return this.#platform.journal.filter(({ kind }) => kind === "group.owned").length;
  }

  story(): string[] {
    return this.#platform.journal.map(({ at, seq, kind, sentence }) => `${seq} ${at.toFixed(0)} ${kind} ${sentence}`);
  }

  #playUntil(end: number): void {
    while (this.#schedule.next(end)) {
      this.events += 1;
      if (this.events > mostEvents) throw new Finding(`${mostEvents} events and no end: somebody is spinning`);
      this.#checkJournal();
    }
    this.#schedule.now = end;
  }

  // --- checkers -----------------------------------------------------------------------------------------------------

  /** At every instant at most one host speaks from an address. Speeches begin and grow only in calls of this. */
  #checkSpeakers(): void {
    const speakers = new Map<string, string>();
    for (const { node, group, epoch, address } of this.#nodes.flatMap((model) => model.speaking())) {
      const other = speakers.get(address);
      const self = `${node} for ${group} under epoch ${epoch}`;
      if (other !== undefined) {
        throw new Finding(`two speakers from ${address} at ${this.#schedule.now.toFixed(1)} ms: ${other} and ${self}`);
      }
      speakers.set(address, self);
    }
  }

  /** Epochs only grow and are never used twice; the journal has no gap. */
  #checkJournal(): void {
    const { journal } = this.#platform;
    for (; this.#judged < journal.length; this.#judged += 1) {
      const entry = journal[this.#judged];
      if (entry === undefined) return;
      if (entry.seq !== this.#judged + 1)
        throw new Finding(`journal entry ${this.#judged + 1} is numbered ${entry.seq}`);
      if (entry.kind !== "group.owned" || entry.group === null || entry.epoch === null) continue;
      const before = this.#epochs.get(entry.group) ?? 0;
      if (entry.epoch <= before) throw new Finding(`epoch ${entry.epoch} of ${entry.group} began after ${before}`);
      this.#epochs.set(entry.group, entry.epoch);
    }
  }

  /** What is not as it should be when all is well; null: nothing. */
  #notOnline(): string | null {
    const { current } = this.#platform;
    if (current === null) return "there is no control plane in the end";
    const view = viewCluster(current.state, this.#schedule.now + this.#platform.clockOffset);
    for (const [name, group] of Object.entries(view?.groups ?? {})) {
      if (group.state !== "Online" || group.owner === null) {
        return `group ${name} is ${group.state} on ${group.owner} (epoch ${group.epoch}) long after the last fault`;
      }
      const speakers = this.#nodes.flatMap((node) => node.speaking()).filter((speech) => speech.group === name);
      if (speakers.length !== 1 || speakers[0]?.node !== group.owner || speakers[0].epoch !== group.epoch) {
        return `group ${name} is said to be on ${group.owner}, but ${JSON.stringify(speakers)} speak`;
      }
    }
    return view === null ? "there is no cluster in the end" : null;
  }

  // --- faults -------------------------------------------------------------------------------------------------------

  #scheduleFault(kind: FaultKind): void {
    const mean = this.#faults.every[kind];
    if (!Number.isFinite(mean)) return;
    this.#schedule.after(-Math.log(1 - this.#random.next()) * mean, () => {
      if (this.#quiet) return;
      this.#commit(kind);
      this.#scheduleFault(kind);
    });
  }

  /**
   * Some of the runs are put back to an earlier state, once. What is forgotten by that is often who has got an address, and somebody
   * else wants it soon. All of it is of numbers of its own, so that the other runs stay as they are.
   */
  #scheduleRollBack(): void {
    const random = this.#rollBacks;
    const { ttlMs } = this.#definition.lease;
    if (!random.chance(0.4)) return;
    const groups = Object.keys(this.#definition.groups);
    const [one = "", other = ""] = random.chance(0.5) ? groups : groups.toReversed();
    const forgotten = "127.0.1.104";
    this.#schedule.at(random.between(1, 9) * ttlMs, () => {
      const backup = this.#platform.durable;
      if (random.chance(0.7)) this.#readdress(one, forgotten, random);
      this.#schedule.after(random.between(0, 2) * ttlMs, () => {
        if (this.#quiet) return;
        this.#platform.restore(backup);
        // What nobody remembers may be used again when those who have seen it are silent.
        this.#epochs.clear();
        this.#schedule.after(50, () => this.#define());
        if (random.chance(0.7)) {
          this.#schedule.after(random.between(0, 2) * ttlMs, () => this.#readdress(other, forgotten, random));
        }
      });
    });
  }

  #commit(kind: FaultKind): void {
    const { ttlMs } = this.#definition.lease;
    const node = this.#random.pick(this.#nodes);
    const a = (low: number, high: number): number => this.#random.between(low, high) * ttlMs;
    switch (kind) {
      case "object-restart":
        return this.#platform.die(a(0, this.#random.chance(0.2) ? 3 : 0.3));
      case "second-instance":
        return this.#platform.current === null ? undefined : this.#platform.start(true);
      case "object-clock-step":
        this.#platform.clockOffset += this.#random.between(-60_000, 60_000);
        return;
      case "agent-kill":
        return this.#kill(node);
      case "agent-freeze":
        node.agent?.freeze();
        return this.#thawLater(node, a(0, 2.5));
      case "cut-off":
        this.#network.cutOff.add(node.name);
        return this.#schedule.after(a(0.1, 3), () => this.#network.cutOff.delete(node.name));
      case "operator":
        if (this.#random.chance(0.1)) return this.#passOnAddress();
        return this.#operate(this.#random.chance(0.5) ? this.#randomCommand(node.name) : this.#randomPlan(node.name));
    }
  }

  #kill(node: NodeModel): void {
    const { ttlMs } = this.#definition.lease;
    node.kill(this.#random.chance(0.4));
    this.#schedule.after(this.#random.between(0.05, 3) * ttlMs, () => node.startAgent());
  }

  #thawLater(node: NodeModel, delay: number): void {
    const { agent } = node;
    this.#schedule.after(delay, () => agent?.thaw());
  }

  #killOwner(): void {
    const owner = [...this.#platform.durable.holds.values()][0]?.node;
    const node = this.#nodes.find(({ name }) => name === owner);
    if (node !== undefined) this.#kill(node);
  }

  #randomCommand(node: string): TimelessEvent {
    const group = this.#random.pick(Object.keys(this.#definition.groups));
    const actor = "operator";
    return this.#random.pick<TimelessEvent>([
      { type: "move", group, target: null, at: null, actor },
      { type: "move", group, target: node, at: null, actor },
      { type: "pause", node, drain: true, target: null, actor },
      { type: "resume", node, failback: "policy", actor },
      { type: "want", group, wanted: "Offline", actor },
      { type: "want", group, wanted: "Online", actor },
      { type: "fail-resource", group, resource: "Name", actor },
      { type: "restart-resource", group, resource: "IP", actor },
    ]);
  }

  /** What counts later, or until it is asked for otherwise. */
  #randomPlan(node: string): TimelessEvent {
    const { ttlMs } = this.#definition.lease;
    const group = this.#random.pick(Object.keys(this.#definition.groups));
    const at = this.#schedule.now + this.#platform.clockOffset + this.#random.between(0, 3) * ttlMs;
    const target = this.#random.pick([null, ...nodeNames]);
    const resource = this.#random.pick(["Disk", "IP", "Name"]);
    const operation = this.#random.text();
    const by = { actor: "operator", operation };
    const properties = (
      of: Extract<Edit, { kind: "set-properties" }>["of"],
      name: string,
      values: (number | string)[],
    ) => ({ kind: "set-properties", of, properties: { [name]: this.#random.pick(values) } }) as const;
    const edit = this.#random.pick<Edit>([
      properties({ kind: "cluster" }, "QuarantineDuration", [0, 1]),
      properties({ kind: "cluster" }, "ClusterEnforcedAntiAffinity", [0, 1]),
      properties({ kind: "group", name: group }, "GroupStartDelay", [0, ttlMs / 2]),
      properties({ kind: "group", name: group }, "Priority", [0, 1_000, 3_000]),
      { kind: "order-after-groups", group: "Second", dependsOn: this.#random.pick([[], ["First"]]) },
      { kind: "remove-owner", group, resource: "Disk", node },
      { kind: "allow-owners", group, resource: "Disk", owners: [] },
      // Its address is its last owner's until that one has ended, and it comes back under a higher epoch.
      { kind: "remove-group", group, recursive: true },
      ...Object.entries(this.#definition.groups).map(
        ([name, definition]) => ({ kind: "add-group", group: name, definition }) as const,
      ),
    ]);
    return this.#random.pick<TimelessEvent>([
      { type: "move", group, target, at, ...by },
      { type: "cancel", group, ...by },
      { type: "maintenance", on: true, ...by },
      { type: "maintenance", on: false, ...by },
      { type: "want-resource", group, resource, wanted: this.#random.pick(["Online", "Offline"]), ...by },
      { type: "pause", node, drain: true, target, ...by },
      { type: "resume", node, failback: this.#random.pick(["no", "immediate"]), ...by },
      { type: "edit", edit, force: true, ...by },
    ]);
  }

  /** One group gets another address, and the other group wants the one before, at once or a little later. */
  #passOnAddress(): void {
    const { groups } = this.#platform.durable.cluster?.definition ?? this.#definition;
    const [from = "", to = ""] = this.#random.chance(0.5) ? Object.keys(groups) : Object.keys(groups).toReversed();
    const given = groups[from]?.resources["IP"]?.properties["Address"];
    if (given === undefined) return;
    this.#readdress(from, `127.0.1.${this.#random.pick([102, 103])}`, this.#random);
    this.#schedule.after(this.#random.between(0, this.#definition.lease.ttlMs), () =>
      this.#readdress(to, String(given), this.#random),
    );
  }

  #readdress(group: string, address: string, random: Random): void {
    this.#operate({
      type: "edit",
      edit: { kind: "set-properties", of: { kind: "resource", group, name: "IP" }, properties: { Address: address } },
      force: true,
      actor: "operator",
      operation: random.text(),
    });
  }

  #operate(event: TimelessEvent): void {
    this.#platform.current?.handle(event);
  }

  /** An operator who sees an error says it again. */
  #define(): void {
    if (this.#platform.durable.cluster !== null) return;
    this.#operate({ type: "define", definition: this.#definition, force: true, actor: "operator" });
    this.#schedule.after(50, () => this.#define());
  }

  #heal(): void {
    this.#quiet = true;
    calm(this.#faults);
    this.#network.cutOff.clear();
    if (this.#platform.current === null) this.#platform.start(false);
    this.#operate({ type: "maintenance", on: false, actor: "operator" });
    this.#operate({ type: "define", definition: this.#definition, force: true, actor: "operator" });
    for (const node of this.#nodes) {
      node.agent?.thaw();
      node.startAgent();
      this.#operate({ type: "resume", node: node.name, failback: "policy", actor: "operator" });
    }
    for (const group of Object.keys(this.#definition.groups)) {
      this.#operate({ type: "cancel", group, actor: "operator" });
      this.#operate({ type: "want", group, wanted: "Online", actor: "operator" });
    }
  }
}

function definitionWith(ttlMs: number, drainMs: number): ClusterDefinition {
  const group = (last: number): ClusterDefinition["groups"][string] => ({
    preferredOwners: last === 100 ? ["NODE1", "NODE2"] : [],
    dependsOn: [],
    onControlPlaneLoss: "drop",
    properties: { FailoverThreshold: 1_000, AutoFailbackType: 1 },
    resources: {
      Disk: { type: "Physical Disk", dependsOn: [], possibleOwners: [], properties: { PendingTimeout: 300 } },
      IP: {
        type: "IP Address",
        dependsOn: [],
        possibleOwners: [],
        properties: {
          Address: `127.0.1.${last}`,
          SubnetMask: "255.255.255.0",
          Network: "client",
          PendingTimeout: 500,
          DrainTimeout: drainMs,
          LooksAlivePollInterval: 300,
          IsAlivePollInterval: 1_000,
        },
      },
      Name: {
        type: "Network Name",
        dependsOn: ["IP"],
        possibleOwners: [],
        properties: { Name: `VS${last}`, PendingTimeout: 300 },
      },
    },
  });
  return {
    cluster: "simulated",
    lease: { ttlMs, renewMs: ttlMs / 4 },
    networks: { client: { cidr: "127.0.1.0/24", role: "ClientAccess", properties: {} } },
    timeZone: "UTC",
    properties: {},
    resourceTypes: {},
    nodes: {
      NODE1: { address: "127.0.1.1", properties: {} },
      NODE2: { address: "127.0.1.2", properties: {} },
    },
    groups: { First: group(100), Second: group(101) },
  };
}
