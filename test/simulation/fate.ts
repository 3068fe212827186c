import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import { bothDirections, type Datagrams } from "./datagrams.ts";
import { faultKinds, type FaultKind, type Faults, peerFaultKinds } from "./faults.ts";
import { bothWays, type Network, type Way } from "./network.ts";
import type { NodeModel } from "./node-model.ts";
import type { Operators } from "./operators.ts";
import type { Platform } from "./platform.ts";
import { type Random, randomFrom } from "./random.ts";
import type { Schedule } from "./schedule.ts";

/** What faults happen to. */
export type Scene = {
  readonly schedule: Schedule;
  readonly network: Network;
  readonly datagrams: Datagrams;
  readonly platform: Platform;
  readonly nodes: readonly NodeModel[];
  /** A host whose agent comes as one of the nodes, and is not it. */
  readonly twin: NodeModel;
  readonly operators: Operators;
  readonly faults: Faults;
  readonly definition: ClusterDefinition;
};

const kinds: readonly FaultKind[] = [...faultKinds, ...peerFaultKinds];

/** Which faults happen, when and to whom, until it is stopped. */
export class Fate {
  readonly #scene: Scene;
  readonly #ttlMs: number;
  /** By kind, a stream of its own. */
  readonly #randoms: ReadonlyMap<FaultKind, Random>;
  #isOver = false;

  constructor(seed: number, scene: Scene) {
    this.#scene = scene;
    this.#ttlMs = scene.definition.lease.ttlMs;
    this.#randoms = new Map(kinds.map((kind) => [kind, randomFrom(seed, kind)]));
  }

  begin(except: readonly FaultKind[]): void {
    for (const kind of kinds) if (!except.includes(kind)) this.#schedule(kind);
  }

  stop(): void {
    this.#isOver = true;
    this.#scene.platform.atCrash = null;
  }

  /** Kills one, cuts it off or freezes it, as soon as there is one. */
  silenceOwner(random: Random): void {
    if (!this.#isOver && !this.#silenceOwner(random)) this.#later(0.25, () => this.silenceOwner(random));
  }

  killOwner(random: Random): void {
    const owners = this.#owners();
    if (owners.length === 0) this.#later(0.25, () => this.killOwner(random));
    else this.#kill(random.pick(owners), random);
  }

  /** Returns whether there is one. */
  #silenceOwner(random: Random): boolean {
    const owners = this.#owners();
    if (this.#isOver || owners.length === 0) return false;
    const owner = random.pick(owners);
    this.#atOnceOrAfterSending(owner, random, () => this.#silence(owner, random));
    return true;
  }

  /** Cuts one off or freezes it, so that its run goes on afterwards. */
  suspendOwner(random: Random, ttls: number): void {
    const [owner] = this.#owners();
    if (owner === undefined) return;
    const { agent, host } = owner;
    const { network } = this.#scene;
    if (random.chance(0.5)) {
      agent?.freeze();
      this.#later(ttls, () => agent?.thaw());
    } else {
      network.cutOff(host);
      this.#later(ttls, () => network.mend(host));
    }
  }

  #silence(node: NodeModel, random: Random): void {
    const how = random.next();
    if (how < 0.4) this.#kill(node, random);
    else if (how < 0.7) this.#freeze(node, random);
    else this.#cutOff(node, random.chance(0.5) ? bothWays : [random.pick(bothWays)], random);
  }

  /** The hosts of those whose agents run. */
  #owners(): NodeModel[] {
    const names = new Set([...this.#scene.platform.durable.holds.values()].map(({ node }) => node));
    return this.#scene.nodes.filter(({ name, agent }) => names.has(name) && agent !== null);
  }

  /** An owner more often than not. */
  #anyone(random: Random): NodeModel {
    const owners = this.#owners();
    return random.pick(owners.length > 0 && random.chance(0.5) ? owners : this.#scene.nodes);
  }

  #schedule(kind: FaultKind): void {
    const mean = this.#scene.faults.every[kind];
    if (!Number.isFinite(mean)) return;
    const random = this.#randomOf(kind);
    this.#scene.schedule.after(-Math.log(1 - random.next()) * mean, () => {
      if (this.#isOver) return;
      this.#commit(kind, random);
      this.#schedule(kind);
      if (random.chance(this.#scene.faults.company))
        this.#later(random.between(0, 0.3), () => this.#silenceOwner(random));
    });
  }

  #randomOf(kind: FaultKind): Random {
    const random = this.#randoms.get(kind);
    if (random === undefined) throw new Error(`${kind} is no kind of fault`);
    return random;
  }

  #commit(kind: FaultKind, random: Random): void {
    const { twin, platform, operators, faults } = this.#scene;
    const node = this.#anyone(random);
    switch (kind) {
      case "object-restart":
        return platform.die(random.between(0, random.chance(0.2) ? 3 : 0.3) * this.#ttlMs);
      case "second-instance":
        return platform.succeed(random.between(0.02, 2) * this.#ttlMs, random);
      case "writes-fail":
        return this.#failWrites(random);
      case "object-clock-step":
        platform.clockOffset += random.between(-60_000, 60_000);
        return;
      case "agent-kill":
        return this.#atOnceOrAfterSending(node, random, () =>
          random.chance(0.2) ? this.#killAgainAndAgain(node, random, 5) : this.#kill(node, random),
        );
      case "agent-freeze":
        return this.#atOnceOrAfterSending(node, random, () => this.#freeze(node, random));
      case "agent-stop":
        node.agent?.stop();
        return this.#startAgain(node, node.agent, random);
      case "host-suspend":
        return this.#atOnceOrAfterSending(node, random, () => this.#suspend(node, random));
      case "cut-off":
        return this.#cutOff(node, bothWays, random);
      case "one-way":
        return this.#cutOff(node, [random.pick(bothWays)], random);
      case "in-turn":
        return this.#silenceInTurn(random);
      case "twin":
        twin.startAgent();
        return this.#later(random.between(0.1, 4), () => twin.kill(random.chance(faults.killedSilently)));
      case "operator":
        return operators.act(node.name, random);
      case "move":
        return operators.move(random);
      case "change-of-mind":
        return operators.changeTheirMinds(random);
      case "address-passed-on":
        return operators.passOnAddress(random);
      case "other-ttl":
        operators.changeTtl(random.pick([1.5, 2, 3]));
        return this.#later(random.between(0.3, 1.5), () => this.#shortenTtl(random));
      case "outage":
        return this.#whenOneSpeaks(random, () => this.#takeControlPlaneAway(random));
      case "peer-cut":
        return this.#whenOneSpeaks(random, (owner) => {
          if (random.chance(0.3)) return this.#cutFromPeers(owner, random);
          if (random.chance(0.4)) return this.#leaveToPeers(owner, random);
          this.#lapse(owner, random);
          this.#later(0.15, () => this.#whenOneSpeaks(random, () => this.#leaveToPeers(owner, random), [owner]));
        });
      case "other-policy":
        return this.#whenOneSpeaks(random, (owner) => this.#changePolicy(owner, random));
    }
  }

  /** For a while it dies at many of its writes; in half of the cases a host has the same power, and goes with it. */
  #failWrites(random: Random): void {
    const { faults, platform } = this.#scene;
    const before = faults.dieAtWrite;
    faults.dieAtWrite = random.pick([0.05, 0.2]);
    const host = this.#anyone(random);
    platform.atCrash = random.chance(0.5) ? () => this.#kill(host, random) : null;
    this.#later(random.between(0.1, 1.5), () => {
      if (this.#isOver) return;
      faults.dieAtWrite = before;
      platform.atCrash = null;
    });
  }

  /** Of leases that are shorter from now on an owner may not hear, or it falls silent soon. */
  #shortenTtl(random: Random): void {
    if (this.#isOver) return;
    this.#scene.operators.changeTtl(random.pick([0.75, 1]));
    const how = random.next();
    if (how < 0.3) for (const owner of this.#owners()) this.#cutOff(owner, ["to-agent"], random);
    else if (how < 0.7) this.#later(random.between(0, 1), () => this.#silenceOwner(random));
    else if (how < 0.85) for (const owner of this.#owners().slice(0, 1)) this.#hearTooLate(owner, random);
  }

  /** When it reads that its lease is a shorter one, that is over; and what it cannot take away stays for as long as the longer one lasts. */
  #hearTooLate({ agent, host }: NodeModel, random: Random): void {
    const { faults, network } = this.#scene;
    agent?.afterSending(() => {
      agent.freeze();
      this.#later(random.between(0.8, 1.2), () => {
        if (!this.#isOver) faults.driverSticks = 0.98;
        agent.thaw();
        this.#later(random.between(0, 0.1), () => network.cutOff(host));
        this.#later(3, () => network.mend(host));
      });
    });
  }

  /** One owner after the other is away for longer than its lease. */
  #silenceInTurn(random: Random): void {
    for (const begin of [0, random.between(1.5, 2.5)]) {
      this.#later(begin, () => {
        if (this.#isOver) return;
        for (const { host } of this.#owners().slice(0, 1)) {
          this.#scene.network.cutOff(host);
          this.#later(random.between(1.2, 2), () => this.#scene.network.mend(host));
        }
      });
    }
  }

  /** Between the sending of something and the answer a machine is at its most delicate. */
  #atOnceOrAfterSending(node: NodeModel, random: Random, what: () => void): void {
    if (random.chance(0.5) || node.agent === null) return what();
    node.agent.afterSending(() => {
      if (!this.#isOver) what();
    });
  }

  #kill(node: NodeModel, random: Random): void {
    const { agent } = node;
    node.kill(random.chance(this.#scene.faults.killedSilently));
    this.#startAgain(node, agent, random);
  }

  /** It is started again soon, and dies again soon. */
  #killAgainAndAgain(node: NodeModel, random: Random, times: number): void {
    if (times === 0 || this.#isOver) return this.#startAgain(node, null, random);
    node.kill(random.chance(this.#scene.faults.killedSilently));
    this.#later(random.between(0.02, 0.1), () => node.startAgent());
    this.#later(random.between(0.15, 0.4), () => this.#killAgainAndAgain(node, random, times - 1));
  }

  /** As soon as the one before has gone, which may take it a while. */
  #startAgain(node: NodeModel, before: NodeModel["agent"], random: Random): void {
    this.#later(random.between(0.05, 3), () => {
      node.startAgent();
      if (node.agent === before && before !== null) this.#startAgain(node, before, random);
    });
  }

  #freeze({ agent }: NodeModel, random: Random): void {
    agent?.freeze();
    this.#later(aWhile(random), () => agent?.thaw());
  }

  #suspend(node: NodeModel, random: Random): void {
    node.suspend();
    this.#later(aWhile(random), () => node.wake());
  }

  #cutOff({ host }: NodeModel, ways: readonly Way[], random: Random): void {
    const { network } = this.#scene;
    network.cutOff(host, ways);
    this.#later(aWhile(random), () => network.mend(host, ways));
  }

  /**
   * Nobody reaches it, in one way or in both, from nearly the same time on. Who reaches it again before an owner does counts that one's
   * silence, and may have given it its word.
   */
  #takeControlPlaneAway(random: Random): void {
    const ways = random.chance(0.7) ? bothWays : [random.pick(bothWays)];
    const forTtls = random.between(0.5, 3);
    const isStaggered = random.chance(0.6);
    for (const { host } of [...this.#scene.nodes, this.#scene.twin]) {
      const more = isStaggered ? random.between(0, 2.5) : 0;
      this.#later(random.between(0, 0.3), () => {
        if (this.#isOver) return;
        this.#scene.network.cutOff(host, ways);
        this.#later(forTtls + more, () => this.#scene.network.mend(host, ways));
      });
    }
  }

  /** Whose word does not come matters more than who does not hear it. */
  #cutFromPeers({ host }: NodeModel, random: Random): void {
    const { datagrams } = this.#scene;
    datagrams.cutOff(host, random.pick([bothDirections, ["to"], ["to"], ["from"]]));
    this.#later(aWhile(random), () => datagrams.mend(host));
  }

  /** It tells its peers that it has nothing any more, and has it again soon. */
  #lapse(owner: NodeModel, random: Random): void {
    owner.suspend();
    this.#later(random.between(0.02, 0.05), () => owner.wake());
  }

  /** Only peers still hear an owner, while they count its silence; before they are done they may not hear it either. */
  #leaveToPeers(owner: NodeModel, random: Random): void {
    const { network } = this.#scene;
    network.cutOff(owner.host);
    this.#later(random.between(1.2, 2.5), () => network.mend(owner.host));
    if (random.chance(0.2)) return;
    this.#later(random.between(0.1, 1.1), () => {
      if (this.#isOver) return;
      if (random.chance(0.5)) this.#cutFromPeers(owner, random);
      else this.#silence(owner, random);
    });
  }

  /** An owner may not hear of it, and go by a list that is another one by now; one that is on no list counts its silence. */
  #changePolicy(owner: NodeModel, random: Random): void {
    const { network, nodes, operators, twin } = this.#scene;
    if (random.chance(0.3)) return operators.changePolicy(random);
    twin.startAgent();
    this.#later(random.between(1.5, 4), () => twin.kill(true));
    for (const { host } of random.chance(0.5) ? nodes : [owner]) {
      network.cutOff(host);
      this.#later(random.between(1.2, 3), () => network.mend(host));
    }
    this.#later(random.between(0, 1), () => {
      if (!this.#isOver) operators.changePolicy(random);
    });
  }

  /** Where nobody holds anything by a grant, nothing can be held by a word. */
  #whenOneSpeaks(random: Random, what: (owner: NodeModel) => void, of = this.#scene.nodes): void {
    if (this.#isOver) return;
    const speakers = of.filter((node) => node.agent !== null && node.speaking().length > 0);
    if (speakers.length > 0) what(random.pick(speakers));
    else this.#later(0.1, () => this.#whenOneSpeaks(random, what, of));
  }

  #later(ttls: number, run: () => void): void {
    this.#scene.schedule.after(ttls * this.#ttlMs, run);
  }
}

/** In ttls. Half of all silences last about as long as a lease. */
function aWhile(random: Random): number {
  return random.chance(0.5) ? random.between(0.7, 1.3) : random.between(0.05, 3);
}
