import { emptyDurable } from "../../src/cluster/durable.ts";
import type { ClusterEvent } from "../../src/cluster/events.ts";
import { nextGeneration } from "../../src/cluster/lease/generation.ts";
import { restart } from "../../src/cluster/lease/start.ts";
import type { Hello, Renewal } from "../../src/cluster/messages.ts";
import type { ClusterState } from "../../src/cluster/state.ts";
import { step } from "../../src/cluster/step.ts";
import { Run } from "../../test/cluster/run.ts";
import { definitionOf, nodeName, type Size } from "./definition.ts";

/** One step as it was taken. A step is pure, so that the same one can be taken as often as it has to be to be measured. */
export type Taken = { readonly state: ClusterState; readonly event: ClusterEvent };

const renewMs = 500;
const ttlMs = 2_000;

/** The loop of a shell around the brain, with agents that say what well ones say, and nothing else in it. */
export class MeasuredBrain {
  now = 1_000_000;
  state: ClusterState;
  readonly runs: readonly Run[];
  /** Every step since somebody wanted to have them; null: nobody does, and nothing is kept of what was. */
  taken: Taken[] | null = null;

  constructor(size: Size) {
    const generation = nextGeneration(null, "nonce");
    this.state = restart(emptyDurable(generation), 0, this.now).state;
    this.happen({
      type: "define",
      definition: definitionOf(size),
      force: true,
      actor: "operator",
      now: this.now,
    });
    this.runs = Array.from({ length: size.nodes }, (_, at) => new Run(nodeName(at), `${nodeName(at)}-run`));
    for (const run of this.runs) this.happen(helloOf(run, this.now));
  }

  happen(event: ClusterEvent): void {
    this.taken?.push({ state: this.state, event });
    const { state, effects, outcome } = step(this.state, event);
    if (outcome.kind === "refused") throw new Error(`${event.type} was refused: ${outcome.refusal.detail}`);
    this.state = state;
    for (const effect of effects) {
      if (effect.type !== "send") continue;
      this.runs.find(({ socket }) => socket === effect.socket)?.hear(effect.message, this.now);
    }
  }

  /** These renew, spread over a renewal interval, and claim the silences that they have counted to the end. */
  renewAll(runs: readonly Run[] = this.runs): void {
    for (const run of runs) {
      this.now += renewMs / runs.length;
      const event = this.renewalOf(run, {
        claims: run.claims(this.now).filter(({ countedMs, silence }) => countedMs >= silence.ttlMs),
      });
      run.renewals = event.message.n;
      this.happen(event);
    }
  }

  renewalOf(run: Run, said: Partial<Renewal> = {}): Extract<ClusterEvent, { type: "renewal" }> {
    if (run.socket === null) throw new Error(`${run.node} is not connected`);
    const message = { ...run.nextRenewal(this.now), ...said };
    return { type: "renewal", socket: run.socket, message, now: this.now };
  }

  /** Until every group has an owner that says that it is online, and says nothing new any more. */
  settle(runs: readonly Run[] = this.runs): void {
    const { groups } = this.state.durable;
    for (
      let interval = 0;
      interval < (4 * ttlMs) / renewMs || this.state.durable.holds.size < groups.size;
      interval += 1
    ) {
      if (interval > 100) throw new Error(`${this.state.durable.holds.size} of ${groups.size} groups have an owner`);
      this.renewAll(runs);
    }
  }
}

function helloOf(run: Run, now: number): ClusterEvent {
  run.connect(`socket of ${run.node}`, 1);
  const message: Hello = {
    type: "hello",
    protocol: 1,
    incarnation: run.incarnation,
    connection: 1,
    seen: run.seen,
    released: [],
    holding: [],
    machine: null,
    peer: null,
    told: { associations: 0, notices: 0 },
  };
  return { type: "hello", socket: `socket of ${run.node}`, node: run.node, nonce: "", message, now };
}
