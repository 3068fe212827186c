import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import { viewCluster } from "../../src/cluster/questions/view.ts";
import { definitionWith } from "./definition.ts";
import { Fate } from "./fate.ts";
import { Datagrams } from "./datagrams.ts";
import { addPeerFaults, calm, faultsFrom, type FaultKind } from "./faults.ts";
import { Finding, type JudgeName } from "./finding.ts";
import { Judges } from "./judges.ts";
import { Network } from "./network.ts";
import { NodeModel } from "./node-model.ts";
import { Operators } from "./operators.ts";
import { Platform } from "./platform.ts";
import { randomFrom } from "./random.ts";
import { isPutBack, planRollBack } from "./roll-back.ts";
import { Schedule } from "./schedule.ts";

export type RunResult = {
  readonly seed: number;
  readonly events: number;
  /** How often a group got a new owner. */
  readonly changes: number;
  readonly finding: { readonly judge: JudgeName; readonly what: string } | null;
  /** What the cluster itself says happened. */
  readonly journal: readonly JournalEntry[];
};

/** Found to show the most planted bugs for the time that it takes. */
export const usualTtls = 6;

/**
 * One run: the real brain and the real agent machine, everything around them simulated, all of it decided by the seed.
 * First the faults, then quiet, and in the end every group has to be online again.
 * @param faultsTtls how long there are faults, in ttls
 */
export function simulate(seed: number, faultsTtls: number = usualTtls): RunResult {
  const world = new World(seed, faultsTtls);
  const finding = findingOf(() => world.run());
  const { events, changes, journal } = world;
  return { seed, events, changes, finding, journal };
}

function findingOf(run: () => void): RunResult["finding"] {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof Finding) return { judge: error.judge, what: error.message };
    if (error instanceof Error) return { judge: "invariants", what: error.stack ?? error.message };
    throw error;
  }
}

/** A run has some hundreds. */
const mostEvents = 50_000;
const nodeNames = ["NODE1", "NODE2"];

/** Groups of each third run that is not put back are held while the control plane is away and peers agree. */
export const eachWithPeers = 3;

class World {
  events = 0;
  readonly #seed: number;
  readonly #definition: ClusterDefinition;
  /** How long there are faults. */
  readonly #faultsMs: number;
  readonly #schedule = new Schedule();
  readonly #faults;
  /** Its groups are held while the control plane is away and peers agree. */
  readonly #hasPeers: boolean;
  readonly #network: Network;
  readonly #datagrams: Datagrams;
  readonly #platform: Platform;
  readonly #nodes: readonly NodeModel[];
  readonly #twin: NodeModel;
  readonly #judges: Judges;
  readonly #operators: Operators;
  readonly #fate: Fate;

  constructor(seed: number, faultsTtls: number) {
    const random = randomFrom(seed, "world");
    const ttlMs = random.pick([400, 1_000, 2_000]);
    const drainMs = random.chance(0.2) ? Math.round(random.between(0.1, 1.5) * ttlMs) : 0;
    this.#seed = seed;
    // What is put back may know another list of peers than an owner goes by (SPEC.md, Guarantees).
    this.#hasPeers = seed % eachWithPeers === 0 && !isPutBack(randomFrom(seed, "roll-back"));
    const onControlPlaneLoss = this.#hasPeers ? "hold-while-peers-agree" : "drop";
    this.#definition = definitionWith({ ttlMs, drainMs, apart: random.chance(0.5), onControlPlaneLoss });
    this.#faultsMs = faultsTtls * ttlMs;
    this.#faults = faultsFrom(seed, this.#faultsMs, ttlMs);
    if (this.#hasPeers) addPeerFaults(this.#faults, randomFrom(seed, "peer faults"), this.#faultsMs);
    this.#datagrams = new Datagrams(this.#schedule, randomFrom(seed, "datagrams"), this.#faults);
    this.#network = new Network(this.#schedule, randomFrom(seed, "network"), this.#faults);
    this.#platform = new Platform(this.#schedule, randomFrom(seed, "platform"), this.#network, this.#faults);
    this.#operators = new Operators(this.#platform, this.#schedule, this.#definition);
    const hosts: NodeModel[] = [];
    this.#judges = new Judges(hosts, Object.keys(this.#definition.groups), () => this.#schedule.now);
    const surroundings = {
      schedule: this.#schedule,
      random: randomFrom(seed, "hosts"),
      network: this.#network,
      datagrams: this.#datagrams,
      platform: this.#platform,
      faults: this.#faults,
      judge: this.#judges,
    };
    // Two clocks differ in rate by less than margin/ttl, which is a twentieth: each is off by 2 % at most.
    const rate = (): number => (random.chance(0.5) ? random.pick([0.98, 1.02]) : random.between(0.98, 1.02));
    const model = (name: string, host = name): NodeModel =>
      new NodeModel(name, rate(), random.between(0, 1e6), surroundings, host);
    this.#nodes = nodeNames.map((name) => model(name));
    this.#twin = model("NODE1", "TWIN");
    hosts.push(...this.#nodes, this.#twin);
    this.#fate = new Fate(seed, this.#scene);
  }

  get changes(): number {
    return this.#judges.beginnings;
  }

  get journal(): readonly JournalEntry[] {
    return this.#platform.journal;
  }

  run(): void {
    const { ttlMs } = this.#definition.lease;
    this.#begin();
    this.#playUntil(this.#faultsMs);
    this.#heal();
    this.#playUntilOnline(this.#faultsMs + 14 * ttlMs + 2_000);
    if (!this.#hasMoved()) throw new Finding("moved", "no group has changed its owner");
  }

  get #scene(): ConstructorParameters<typeof Fate>[1] {
    return {
      schedule: this.#schedule,
      network: this.#network,
      datagrams: this.#datagrams,
      platform: this.#platform,
      nodes: this.#nodes,
      twin: this.#twin,
      operators: this.#operators,
      faults: this.#faults,
      definition: this.#definition,
    };
  }

  #begin(): void {
    const { ttlMs } = this.#definition.lease;
    const random = randomFrom(this.#seed, "begin");
    this.#platform.start();
    this.#operators.define();
    for (const node of this.#nodes) this.#schedule.after(random.between(0, ttlMs / 4), () => node.startAgent());
    const isPutBack = planRollBack(
      this.#scene,
      this.#fate,
      this.#judges,
      randomFrom(this.#seed, "roll-back"),
      this.#faultsMs,
    );
    // A state that is put back can wait for no lease that it does not know of (SPEC.md, Guarantees): one that is longer by then.
    const except: FaultKind[] = isPutBack ? ["other-ttl"] : [];
    this.#fate.begin(except);
    this.#schedule.at(random.between(1 / 3, 2 / 3) * this.#faultsMs, () => this.#fate.silenceOwner(random));
  }

  #hasMoved(): boolean {
    return this.changes > Object.keys(this.#definition.groups).length;
  }

  #playUntil(end: number): void {
    while (this.#schedule.next(end)) {
      this.events += 1;
      if (this.events > mostEvents) throw new Finding("ends", `${mostEvents} events and no end: somebody is spinning`);
      this.#judges.readOn(this.#platform.journal);
    }
    this.#schedule.now = end;
  }

  /** All faults end, and what operators have done is taken back. */
  #heal(): void {
    this.#fate.stop();
    calm(this.#faults);
    for (const { host } of [...this.#nodes, this.#twin]) {
      this.#network.mend(host);
      this.#datagrams.mend(host);
    }
    this.#twin.kill(false);
    if (this.#platform.current === null) this.#platform.start();
    for (const node of this.#nodes) {
      node.wake();
      node.agent?.thaw();
      node.startAgent();
    }
    this.#operators.restoreOrder(nodeNames);
    if (!this.#hasMoved()) this.#fate.killOwner(randomFrom(this.#seed, "heal"));
  }

  /** Every group has to be online before `end`, and to stay so for longer than a lease that nobody extends. */
  #playUntilOnline(end: number): void {
    const { ttlMs } = this.#definition.lease;
    let offlineAt = this.#schedule.now;
    while (this.#schedule.now < Math.min(offlineAt + 1.1 * ttlMs, end)) {
      this.#playUntil(Math.min(this.#schedule.now + ttlMs / 8, end));
      if (!this.#hasMoved() || this.#isSilent() || this.#notOnline() !== null) offlineAt = this.#schedule.now;
    }
    const finding = this.#notOnline();
    if (finding !== null) throw new Finding("online-again", finding);
  }

  /** Whether fewer speak than there are groups: then it need not be asked what the cluster takes for online. */
  #isSilent(): boolean {
    const speaking = this.#nodes.reduce((sum, node) => sum + node.speaking().length, 0);
    return speaking < Object.keys(this.#definition.groups).length;
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
}

/** A line for each thing that happened. */
export function storyOf(journal: readonly JournalEntry[]): string[] {
  return journal.map(({ at, seq, kind, sentence }) => `${seq} ${at.toFixed(0)} ${kind} ${sentence}`);
}
