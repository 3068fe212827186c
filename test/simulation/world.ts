import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import { viewCluster } from "../../src/cluster/questions/view.ts";
import { definitionWith } from "./definition.ts";
import { calm, type FaultKind, faultKinds, type Faults, faultsFrom } from "./faults.ts";
import { type Checker, Finding } from "./finding.ts";
import { Judges } from "./judges.ts";
import { Network, type Way } from "./network.ts";
import { NodeModel } from "./node-model.ts";
import { randomCommand, randomPlan, readdressed, withTtl } from "./operator.ts";
import { Platform, type TimelessEvent } from "./platform.ts";
import { type Random, randomFrom } from "./random.ts";
import { Schedule } from "./schedule.ts";

export type RunResult = {
  readonly seed: number;
  readonly events: number;
  /** How often a group got a new owner. */
  readonly changes: number;
  readonly finding: { readonly checker: Checker; readonly what: string } | null;
  /** What the cluster itself says happened, a line each. */
  readonly story: readonly string[];
};

export type RunOptions = {
  /** How long its groups let open connections finish; none unless it is said, so that a seed's run stays what it was. */
  readonly drainMs?: number;
  /** How long there are faults, in ttls. */
  readonly faultsTtls?: number;
};

/**
 * One run: the real brain and the real agent machine, everything around them simulated, all of it decided by the seed.
 * First the faults, then quiet, and in the end every group has to be online again.
 */
export function simulate(seed: number, { drainMs = 0, faultsTtls = 12 }: RunOptions = {}): RunResult {
  const world = new World(seed, drainMs, faultsTtls);
  let finding: RunResult["finding"] = null;
  try {
    world.run();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    finding =
      error instanceof Finding
        ? { checker: error.checker, what: error.message }
        : { checker: "invariants", what: error.stack ?? error.message };
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
  readonly #later: Random;
  readonly #faults: Faults;
  /** How long there are any. */
  readonly #faultsMs: number;
  readonly #network: Network;
  readonly #platform: Platform;
  readonly #nodes: NodeModel[];
  /** A host whose agent comes as NODE1, and is not it. */
  readonly #twin: NodeModel;
  readonly #judges: Judges;
  readonly #definition: ClusterDefinition;
  #quiet = false;

  constructor(seed: number, drainMs: number, faultsTtls: number) {
    this.#random = randomFrom(seed);
    this.#rollBacks = randomFrom(seed + 1_000_003);
    this.#later = randomFrom(seed + 2_000_003);
    const ttlMs = this.#random.pick([400, 1_000, 2_000]);
    this.#definition = definitionWith(ttlMs, drainMs);
    this.#faultsMs = faultsTtls * ttlMs;
    this.#faults = faultsFrom(this.#random, this.#later, this.#faultsMs);
    this.#network = new Network(this.#schedule, this.#random, this.#faults);
    this.#platform = new Platform(this.#schedule, this.#random, this.#network, this.#faults);
    const hosts: NodeModel[] = [];
    this.#judges = new Judges(hosts, Object.keys(this.#definition.groups), () => this.#schedule.now);
    const world = {
      schedule: this.#schedule,
      random: this.#random,
      network: this.#network,
      platform: this.#platform,
      faults: this.#faults,
      judge: this.#judges,
    };
    // Two clocks differ in rate by less than margin/ttl, which is a twentieth: each is off by 2 % at most.
    const model = (name: string, random: Random, host = name): NodeModel =>
      new NodeModel(name, random.between(0.98, 1.02), random.between(0, 1e6), world, host);
    this.#nodes = nodeNames.map((name) => model(name, this.#random));
    this.#twin = model("NODE1", this.#later, "TWIN");
    hosts.push(...this.#nodes, this.#twin);
  }

  run(): void {
    const { ttlMs } = this.#definition.lease;
    this.#platform.start(false);
    this.#define();
    for (const node of this.#nodes) this.#schedule.after(this.#random.between(0, ttlMs / 2), () => node.startAgent());
    const isPutBack = this.#scheduleRollBack();
    // A state that is put back can wait for no lease that it does not know of (SPEC.md, Guarantees): one that is longer by then.
    const kinds = faultKinds.filter((kind) => !(isPutBack && kind === "other-ttl"));
    for (const kind of kinds) this.#scheduleFault(kind);
    const faultsEnd = this.#faultsMs;
    // Whatever the seed decides otherwise, the owner is killed once: a run that moved no group proves nothing.
    this.#schedule.at(this.#random.between(1 / 3, 2 / 3) * faultsEnd, () => this.#killOwner());
    this.#playUntil(faultsEnd);
    this.#heal();
    this.#playUntilOnline(faultsEnd + 14 * ttlMs + 2_000);
    if (this.changes() <= Object.keys(this.#definition.groups).length) {
      throw new Finding("moved", "no group has changed its owner");
    }
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
      if (this.events > mostEvents) throw new Finding("ends", `${mostEvents} events and no end: somebody is spinning`);
      this.#judges.readOn(this.#platform.journal);
    }
    this.#schedule.now = end;
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
    if (finding !== null) throw new Finding("online-again", finding);
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
    const random = this.#randomOf(kind);
    this.#schedule.after(-Math.log(1 - random.next()) * mean, () => {
      if (this.#quiet) return;
      this.#commit(kind, random);
      this.#scheduleFault(kind);
    });
  }

  #randomOf(kind: FaultKind): Random {
    return kind === "one-way" || kind === "twin" || kind === "other-ttl" ? this.#later : this.#random;
  }

  /**
   * Some of the runs are put back to an earlier state, once. What is forgotten by that is often who has got an address, and somebody
   * else wants it soon. All of it is of numbers of its own, so that the other runs stay as they are. True: this run is one of them.
   */
  #scheduleRollBack(): boolean {
    const random = this.#rollBacks;
    const { ttlMs } = this.#definition.lease;
    if (!random.chance(0.4)) return false;
    const groups = Object.keys(this.#definition.groups);
    const [one = "", other = ""] = random.chance(0.5) ? groups : groups.toReversed();
    const forgotten = "127.0.1.104";
    this.#schedule.at(random.between(1 / 12, 9 / 12) * this.#faultsMs, () => {
      const backup = this.#platform.durable;
      if (random.chance(0.7)) this.#operate(readdressed(one, forgotten, random));
      this.#schedule.after(random.between(0, 2) * ttlMs, () => {
        if (this.#quiet) return;
        this.#platform.restore(backup);
        this.#judges.forget();
        this.#schedule.after(50, () => this.#define());
        if (random.chance(0.7)) {
          this.#schedule.after(random.between(0, 2) * ttlMs, () =>
            this.#operate(readdressed(other, forgotten, random)),
          );
        }
      });
    });
    return true;
  }

  #commit(kind: FaultKind, random: Random): void {
    const { ttlMs } = this.#definition.lease;
    const node = random.pick(this.#nodes);
    const a = (low: number, high: number): number => random.between(low, high) * ttlMs;
    switch (kind) {
      case "object-restart":
        return this.#platform.die(a(0, random.chance(0.2) ? 3 : 0.3));
      case "second-instance":
        return this.#platform.current === null ? undefined : this.#platform.start(true);
      case "object-clock-step":
        this.#platform.clockOffset += random.between(-60_000, 60_000);
        return;
      case "agent-kill":
        return this.#kill(node);
      case "agent-freeze":
        node.agent?.freeze();
        return this.#thawLater(node, a(0, 2.5));
      case "cut-off":
        return this.#cutOff(node, ["to-agent", "to-object"], a(0.1, 3));
      case "one-way":
        return this.#cutOff(node, [random.pick<Way>(["to-agent", "to-object"])], a(0.1, 3));
      case "twin":
        this.#twin.startAgent();
        return this.#schedule.after(a(0.1, 4), () => this.#twin.kill(random.chance(0.4)));
      case "other-ttl":
        return this.#operate(withTtl(this.#defined(), random.pick([0.5, 1, 2]) * ttlMs));
      case "operator":
        return this.#operateAtRandom(node.name);
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

  #cutOff({ host }: NodeModel, ways: readonly Way[], forMs: number): void {
    this.#network.cutOff(host, ways);
    this.#schedule.after(forMs, () => this.#network.mend(host, ways));
  }

  /** The host of one, as soon as there is any. */
  #killOwner(): void {
    const owner = [...this.#platform.durable.holds.values()][0]?.node;
    const node = this.#nodes.find(({ name, agent }) => name === owner && agent !== null);
    if (node !== undefined) this.#kill(node);
    else this.#schedule.after(this.#definition.lease.ttlMs / 4, () => this.#killOwner());
  }

  #operateAtRandom(node: string): void {
    const random = this.#random;
    if (random.chance(0.1)) return this.#passOnAddress();
    const now = this.#schedule.now + this.#platform.clockOffset;
    this.#operate(
      random.chance(0.5)
        ? randomCommand(random, this.#definition, node)
        : randomPlan(random, this.#definition, node, now),
    );
  }

  /** One group gets another address, and the other group wants the one before, at once or a little later. */
  #passOnAddress(): void {
    const { groups } = this.#defined();
    const [from = "", to = ""] = this.#random.chance(0.5) ? Object.keys(groups) : Object.keys(groups).toReversed();
    const given = groups[from]?.resources["IP"]?.properties["Address"];
    if (given === undefined) return;
    this.#operate(readdressed(from, `127.0.1.${this.#random.pick([102, 103])}`, this.#random));
    this.#schedule.after(this.#random.between(0, this.#definition.lease.ttlMs), () =>
      this.#operate(readdressed(to, String(given), this.#random)),
    );
  }

  /** As it is now, after all edits; before there is one, as it will be. */
  #defined(): ClusterDefinition {
    return this.#platform.durable.cluster?.definition ?? this.#definition;
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
    for (const { host } of this.#nodes) this.#network.mend(host);
    this.#twin.kill(false);
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
