import { type ClusterDefinition, outagePolicies } from "../../src/cluster/definition/definition.ts";
import type { Edit } from "../../src/cluster/definition/edit.ts";
import type { Platform, TimelessEvent } from "./platform.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";

const actor = "operator";

/** People, who may do anything that is permitted, and repeat what met an error only where it is said here. */
export class Operators {
  readonly #platform: Platform;
  readonly #schedule: Schedule;
  /** As they mean the cluster to be in the beginning and in the end. */
  readonly #definition: ClusterDefinition;
  readonly #groups: readonly string[];

  constructor(platform: Platform, schedule: Schedule, definition: ClusterDefinition) {
    this.#platform = platform;
    this.#schedule = schedule;
    this.#definition = definition;
    this.#groups = Object.keys(definition.groups);
  }

  ask(event: TimelessEvent): void {
    this.#platform.current?.handle(event);
  }

  /** Whoever sees an error says it again. */
  define(): void {
    if (this.#platform.durable.cluster !== null) return;
    this.ask({ type: "define", definition: this.#definition, force: true, actor });
    this.#schedule.after(50, () => this.define());
  }

  /** All that anybody has done is taken back. */
  restoreOrder(nodes: readonly string[]): void {
    this.ask({ type: "maintenance", on: false, actor });
    if (this.#defined !== this.#definition) {
      this.ask({ type: "define", definition: this.#definition, force: true, actor });
    }
    for (const node of nodes) this.ask({ type: "resume", node, failback: "policy", actor });
    for (const group of this.#groups) {
      this.ask({ type: "cancel", group, actor });
      this.ask({ type: "want", group, wanted: "Online", actor });
    }
  }

  act(node: string, random: Random): void {
    this.ask(random.chance(0.5) ? this.#command(node, random) : this.#plan(node, random));
  }

  move(random: Random): void {
    this.ask({ type: "move", group: random.pick(this.#groups), target: null, at: null, actor });
  }

  /** A move, or the end of a group, and at any time after it the word that it shall be as it was. */
  changeTheirMinds(random: Random): void {
    const group = random.pick(this.#groups);
    const definition = this.#definition.groups[group];
    const untilThen = random.chance(0.5) ? random.between(0, 100) : random.between(0, 2) * this.#ttlMs;
    if (definition === undefined || random.chance(0.7)) {
      this.ask({ type: "move", group, target: null, at: null, actor });
      this.#schedule.after(untilThen, () => this.ask({ type: "cancel", group, actor }));
    } else {
      this.#edit({ kind: "remove-group", group, recursive: true }, random);
      this.#schedule.after(untilThen, () => this.#edit({ kind: "add-group", group, definition }, random));
    }
  }

  /** One group gets another address, and the other group wants the one before, at once or a little later. */
  passOnAddress(random: Random): void {
    const { groups } = this.#defined;
    const [from, to] = pairOf(this.#groups, random);
    const given = groups[from]?.resources["IP"]?.properties["Address"];
    if (given === undefined) return;
    this.readdress(from, `127.0.1.${random.pick([102, 103])}`, random);
    this.#schedule.after(random.between(0, 1) * this.#ttlMs, () => this.readdress(to, String(given), random));
  }

  fail(group: string): void {
    this.ask({ type: "fail-resource", group, resource: "Name", actor });
  }

  readdress(group: string, address: string, random: Random): void {
    const of = { kind: "resource", group, name: "IP" } as const;
    this.#edit({ kind: "set-properties", of, properties: { Address: address } }, random);
  }

  /** The cluster as it is, with leases of another length. */
  changeTtl(times: number): void {
    const ttlMs = times * this.#ttlMs;
    const definition = { ...this.#defined, lease: { ttlMs, renewMs: Math.floor(ttlMs / 4) } };
    this.ask({ type: "define", definition, force: true, actor });
  }

  #edit(edit: Edit, random: Random): void {
    this.ask({ type: "edit", edit, force: true, actor, operation: random.text() });
  }

  /** A group is held by its peers' word from now on, or is not any more. */
  changePolicy(random: Random): void {
    const defined = this.#defined;
    const group = random.pick(this.#groups);
    const of = defined.groups[group];
    if (of === undefined) return;
    const onControlPlaneLoss = random.pick(outagePolicies);
    const groups = { ...defined.groups, [group]: { ...of, onControlPlaneLoss } };
    this.ask({ type: "define", definition: { ...defined, groups }, force: true, actor });
  }

  /** Something that is done at once. */
  #command(node: string, random: Random): TimelessEvent {
    const group = random.pick(this.#groups);
    return random.pick<TimelessEvent>([
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
  #plan(node: string, random: Random): TimelessEvent {
    const group = random.pick(this.#groups);
    const at = this.#schedule.now + this.#platform.clockOffset + random.between(0, 3) * this.#ttlMs;
    const target = random.pick([null, ...Object.keys(this.#definition.nodes)]);
    const resource = random.pick(["Disk", "IP", "Name"]);
    const by = { actor, operation: random.text() };
    return random.pick<TimelessEvent>([
      { type: "move", group, target, at, ...by },
      { type: "cancel", group, ...by },
      { type: "maintenance", on: true, ...by },
      { type: "maintenance", on: false, ...by },
      { type: "want-resource", group, resource, wanted: random.pick(["Online", "Offline"]), ...by },
      { type: "pause", node, drain: true, target, ...by },
      { type: "resume", node, failback: random.pick(["no", "immediate"]), ...by },
      { type: "edit", edit: this.#change(group, node, random), force: true, ...by },
    ]);
  }

  #change(group: string, node: string, random: Random): Edit {
    const { groups } = this.#definition;
    const set = (of: Extract<Edit, { kind: "set-properties" }>["of"], name: string, value: number): Edit => ({
      kind: "set-properties",
      of,
      properties: { [name]: value },
    });
    return random.pick<Edit>([
      set({ kind: "cluster" }, "QuarantineDuration", random.pick([0, 1])),
      set({ kind: "cluster" }, "ClusterEnforcedAntiAffinity", random.pick([0, 1])),
      set({ kind: "group", name: group }, "GroupStartDelay", random.pick([0, this.#ttlMs / 2])),
      set({ kind: "group", name: group }, "Priority", random.pick([0, 1_000, 3_000])),
      { kind: "order-after-groups", group: "Second", dependsOn: random.pick([[], ["First"]]) },
      { kind: "remove-owner", group, resource: "Disk", node },
      { kind: "allow-owners", group, resource: "Disk", owners: [] },
      // Its address is its last owner's until that one has ended, and it comes back under a higher epoch.
      { kind: "remove-group", group, recursive: true },
      ...Object.entries(groups).map(([name, definition]): Edit => ({ kind: "add-group", group: name, definition })),
    ]);
  }

  /** As it is now, after all edits; before there is one, as it will be. */
  get #defined(): ClusterDefinition {
    return this.#platform.durable.cluster?.definition ?? this.#definition;
  }

  get #ttlMs(): number {
    return this.#definition.lease.ttlMs;
  }
}

/** Two groups, one way round or the other. */
export function pairOf(groups: readonly string[], random: Random): readonly [string, string] {
  const [one = "", other = ""] = random.chance(0.5) ? groups : groups.toReversed();
  return [one, other];
}
