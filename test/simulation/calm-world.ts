import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import { Datagrams } from "./datagrams.ts";
import { calm, type Faults, faultsFrom } from "./faults.ts";
import { Network } from "./network.ts";
import { type Judge, NodeModel } from "./node-model.ts";
import { Platform, type TimelessEvent } from "./platform.ts";
import { randomFrom } from "./random.ts";
import { Schedule } from "./schedule.ts";

const nobody: Judge = {
  spoken: () => undefined,
  released: () => undefined,
  remembered: () => undefined,
  moved: () => undefined,
};

/** The real brain and the real agent machine on a calm network, with the delays that a seed decides. */
export class CalmWorld {
  readonly schedule = new Schedule();
  readonly network: Network;
  readonly platform: Platform;
  readonly nodes: readonly NodeModel[];

  constructor(seed: number, definition: ClusterDefinition) {
    const random = randomFrom(seed);
    const { ttlMs } = definition.lease;
    const faults: Faults = faultsFrom(seed, 12 * ttlMs, ttlMs);
    calm(faults);
    this.network = new Network(this.schedule, random, faults);
    this.platform = new Platform(this.schedule, random, this.network, faults);
    const world = {
      schedule: this.schedule,
      random,
      network: this.network,
      datagrams: new Datagrams(this.schedule, random, faults),
      platform: this.platform,
      faults,
      judge: nobody,
    };
    this.nodes = Object.keys(definition.nodes).map((name) => new NodeModel(name, random.between(0.99, 1.01), 0, world));
    this.platform.start();
    this.tell({ type: "define", definition, force: true, actor: "operator" });
    for (const node of this.nodes) node.startAgent();
    this.pass(6 * ttlMs);
  }

  pass(ms: number): void {
    const end = this.schedule.now + ms;
    while (this.schedule.next(end));
    this.schedule.now = end;
  }

  tell(event: TimelessEvent): void {
    this.platform.current?.handle(event);
  }
}
