import { withAddresses } from "../../src/agent/session-holds.ts";
import type { Generation } from "../../src/cluster/lease/generation.ts";
import type {
  Answer,
  Assignment,
  Claim,
  Holding,
  HoldRef,
  ObjectMessage,
  PeerPlace,
  Renewal,
  Report,
  ReportedHold,
  ReportedResource,
  Seen,
  Silence,
} from "../../src/cluster/messages.ts";
import type { SocketId } from "../../src/cluster/state.ts";

type Count = { readonly silence: Silence; readonly since: number; readonly answer: number };

/** What one run of an agent knows: only what it was told, and never more than a real one. */
export class Run {
  readonly node: string;
  readonly incarnation: string;
  connection = 0;
  /** Null while it has no connection. */
  socket: SocketId | null = null;
  renewals = 0;
  lastAnswer = 0;
  generation: Generation | null = null;
  assignment: Assignment | null = null;
  /** What its last grant covered. */
  granted: readonly HoldRef[] = [];
  /** Null: other agents do not reach it. */
  peer: PeerPlace | null = null;
  readonly epochs = new Map<string, number>();
  /** The latest deadline that it was ever granted. */
  #held = { until: Number.NEGATIVE_INFINITY, ttlMs: 0 };
  #firstAnswerAt: number | null = null;
  #holding: ReadonlyMap<string, Holding> = new Map();
  #counts: readonly Count[] = [];

  constructor(node: string, incarnation: string) {
    this.node = node;
    this.incarnation = incarnation;
  }

  connect(socket: SocketId, connection: number): void {
    this.socket = socket;
    this.connection = connection;
    this.lastAnswer = 0;
  }

  hear(message: ObjectMessage, now: number): void {
    if (this.generation?.nonce !== message.generation.nonce) this.#firstAnswerAt = null;
    this.generation = message.generation;
    if (message.type === "answer") this.#hearAnswer(message, now);
    const assignment = message.assignment;
    if (assignment === null) return;
    this.assignment = assignment;
    this.#holding = withAddresses(this.#holding, assignment);
    for (const { group, epoch } of assignment.groups) this.epochs.set(group, epoch);
  }

  get holding(): Holding[] {
    return [...this.#holding.values()];
  }

  get seen(): Seen {
    return {
      generation: this.generation,
      revision: this.assignment?.revision ?? null,
      epochs: Object.fromEntries(this.epochs),
    };
  }

  /** The next renewal of an agent that is well. */
  nextRenewal(now: number): Renewal {
    return {
      type: "renewal",
      n: this.renewals + 1,
      lastAnswer: this.lastAnswer,
      ttlHeldMs: now < this.#held.until ? this.#held.ttlMs : 0,
      generation: this.generation?.number ?? 0,
      revision: this.assignment?.revision ?? null,
      generationAgeMs: this.#firstAnswerAt === null ? null : now - this.#firstAnswerAt,
      intact: this.granted,
      released: [],
      claims: [],
      agreeing: [],
      leaving: false,
      report: this.report(),
    };
  }

  /** Everything that is assigned is as it is wanted. `states` says otherwise of single resources, by name. */
  report(states: Readonly<Record<string, Partial<ReportedResource>>> = {}): Report {
    const holds = (this.assignment?.groups ?? []).map(({ group, epoch, resources }): ReportedHold => ({
      group,
      epoch,
      resources: Object.fromEntries(
        Object.entries(resources).map(([name, { wanted, attempt }]) => [
          name,
          { state: wanted, attempt, ...(Object.hasOwn(states, name) ? states[name] : {}) },
        ]),
      ),
    }));
    return { revision: this.assignment?.revision ?? null, holds, associations: [], notices: [] };
  }

  /** What it has counted of each silence that its last answer named: honest, for whoever is answered without a hole. */
  claims(now: number): Claim[] {
    return this.#counts.map(({ silence, since, answer }) => ({ silence, countedMs: now - since, since: answer }));
  }

  #hearAnswer({ n, outcome, silences }: Answer, now: number): void {
    this.lastAnswer = n;
    this.#firstAnswerAt ??= now;
    if (outcome.kind === "grant") this.#hearGrant(outcome, now);
    this.#counts = silences.map((silence) => {
      const before = this.#counts.find((count) => JSON.stringify(count.silence) === JSON.stringify(silence));
      return before ?? { silence, since: now, answer: n };
    });
  }

  #hearGrant({ holds, ttlMs }: Extract<Answer["outcome"], { kind: "grant" }>, now: number): void {
    this.granted = holds;
    const until = now + ttlMs;
    if (holds.length > 0 && until >= this.#held.until) this.#held = { until, ttlMs };
  }
}
