import type { ClusterEvent, Effect, OperatorEvent, Outcome, Refusal } from "../cluster/events.ts";
import { type Generation, nextGeneration } from "../cluster/lease/generation.ts";
import type { JournalEntry } from "../cluster/journal.ts";
import { restart } from "../cluster/lease/start.ts";
import type { ClusterState } from "../cluster/state.ts";
import { step } from "../cluster/step.ts";
import { encode } from "../protocol/session.ts";
import type { Alarm } from "./alarm.ts";
import { type ChangeAnswer, changeAnswer, kept } from "./change-answer.ts";
import { type Conditions, isExpected } from "./conditions.ts";
import type { Idempotency } from "./idempotency.ts";
import { noteOf } from "./registry/note.ts";
import type { Registry } from "./registry/registry.ts";
import type { Applied } from "./registry/write.ts";
import type { SessionSockets } from "./sockets.ts";
import type { Store } from "./store.ts";
import { randomHex } from "./tokens.ts";
import { notWritable } from "./unwritable.ts";

export type Changed =
  | { readonly ok: true; readonly value: ChangeAnswer }
  | { readonly ok: false; readonly refusal: Refusal }
  | { readonly ok: false; readonly code: "revision-differs" | "idempotency-key-reused" | "forbidden" };

/** What effects are carried out with. */
export type Surroundings = {
  readonly ctx: DurableObjectState;
  readonly store: Store;
  readonly registry: Registry;
  readonly idempotency: Idempotency;
  readonly sessions: SessionSockets;
  readonly alarm: Alarm;
  /** These entries are in the journal now, in the turn that wrote them. */
  readonly published: (entries: readonly JournalEntry[], now: number) => void;
  /** Operations have begun or come to their end; not all of them leave an entry. */
  readonly operationsChanged: () => void;
  /**
   * A cluster that was destroyed is about to be defined anew: nothing that was kept beside the brain is the new one's. The brain may
   * be told of connections that end with it.
   */
  readonly definedAnew: () => void;
  /** There is another definition now. */
  readonly definitionChanged: () => void;
  /** All effects of an event have been carried out. */
  readonly settled: (now: number) => void;
};

/**
 * The brain as it runs in an object: its present state, to which one event comes after the other, and its effects, carried out
 * in their order. It decides nothing.
 *
 * A write and the message that tells of it happen in one turn, so the output gate holds the message until the write is
 * durable: an instance that was cut off and lives on beside its successor can grant nothing.
 */
export class LiveBrain {
  readonly #in: Surroundings;
  #started: ClusterState | null = null;
  #isForReading = false;
  /** What went from the registry with its objects, until the journal has been told. */
  #registryGone: Applied | null = null;

  constructor(surroundings: Surroundings) {
    this.#in = surroundings;
  }

  /** LEASE rule 10: the generation is written and confirmed first, and only then is anything believed. */
  async confirmGeneration(): Promise<Generation> {
    const { ctx, store } = this.#in;
    const generation = nextGeneration(store.generation(), crypto.randomUUID());
    store.writeGeneration(generation);
    await ctx.storage.sync();
    return generation;
  }

  /** From the rows that an earlier instance has left. */
  start(generation: Generation, now: number): void {
    const { store } = this.#in;
    const { state, effects } = restart(store.load(generation), store.journal.last, now);
    this.#started = state;
    this.#carryOut(effects, now);
  }

  /**
   * Nothing can be written, so no generation either: what is there may be looked at, as it was found, and nothing may happen. Of what
   * is merely found nobody is told to bind.
   */
  startToRead(now: number): void {
    const { store } = this.#in;
    const generation = store.generation() ?? { number: 0, nonce: "" };
    this.#started = restart(store.load(generation), store.journal.last, now).state;
    this.#isForReading = true;
  }

  /** No event comes in before the start is over. */
  get state(): ClusterState {
    if (this.#started === null) throw new Error("an event came in before the object had started");
    return this.#started;
  }

  happen(event: ClusterEvent): Outcome {
    if (this.#isForReading) throw notWritable();
    const { state, effects, outcome } = step(this.state, event);
    this.#started = state;
    this.#carryOut(effects, event.now);
    return outcome;
  }

  /**
   * A change that somebody asks for: under its conditions, once for its key, or only tried. What it answers and what it wrote
   * commit together.
   */
  change(command: OperatorEvent, { expectedRevision, idempotency, dryRun }: Conditions, now: number): Changed {
    if (this.#isForReading && !dryRun) throw notWritable();
    const keys = this.#in.idempotency;
    const answered = this.answered(command.actor, { idempotency, dryRun }, now);
    if (answered !== null) return answered;
    const { cluster } = this.state.durable;
    const revision = cluster === null || cluster.destroyed ? null : cluster.revision;
    if (!isExpected(expectedRevision, revision)) return { ok: false, code: "revision-differs" };
    // A cluster that was destroyed may still have holds, and its tokens with them; creating it anew is another matter.
    if (command.type === "define" && revision === null && command.actor !== "admin") {
      return { ok: false, code: "forbidden" };
    }
    const event = { ...command, now, operation: randomHex(8) };
    const isAnew = command.type === "define" && cluster?.destroyed === true;
    if (isAnew && !dryRun && step(this.state, event).outcome.kind !== "refused") this.#in.definedAnew();
    const before = this.state;
    const { state, effects, outcome } = step(before, event);
    if (outcome.kind === "refused") return { ok: false, refusal: outcome.refusal };
    const answer = changeAnswer(before, { state, effects, outcome }, event, dryRun);
    if (dryRun) return { ok: true, value: answer };
    // First, and what throws here has done nothing: who is told of a fault sends it again, and then it must not be done twice.
    if (idempotency !== null) keys.keep(command.actor, idempotency, kept(answer), now);
    this.#started = state;
    this.#carryOut(effects, now);
    this.#tellOfRegistry(command.actor, now);
    return { ok: true, value: answer };
  }

  /** After the entries of the change that it comes from. */
  #tellOfRegistry(actor: string, now: number): void {
    const gone = this.#registryGone;
    this.#registryGone = null;
    if (gone !== null) this.happen({ now, type: "note", actor, note: noteOf([], gone) });
  }

  /** What was answered to this request before; null: nothing, or it names no key. */
  answered(actor: string, { idempotency, dryRun }: Omit<Conditions, "expectedRevision">, now: number): Changed | null {
    if (idempotency === null || dryRun) return null;
    const answer = this.#in.idempotency.find(actor, idempotency, now);
    if (answer === "reused") return { ok: false, code: "idempotency-key-reused" };
    return answer === null ? null : { ok: true, value: answer as ChangeAnswer };
  }

  #carryOut(effects: readonly Effect[], now: number): void {
    const { sessions, alarm, published, settled } = this.#in;
    for (const effect of effects) {
      switch (effect.type) {
        case "persist":
          this.#persist(effect);
          break;
        case "send":
          sessions.send(effect.socket, encode(effect.message));
          break;
        case "close":
          sessions.close(effect.socket, effect.reason);
          break;
        case "publish":
          published(effect.entries, now);
          break;
        case "alarm":
          alarm.want("brain", effect.at);
          break;
      }
    }
    settled(now);
  }

  /** What is in memory is ahead of the rows now, so nothing after it may happen: a new instance begins from the rows. */
  #persist({ changes }: Effect & { type: "persist" }): void {
    const { ctx, store, registry, operationsChanged, definitionChanged } = this.#in;
    try {
      store.apply(changes);
      for (const change of changes) {
        if (change.table !== "cluster") continue;
        this.#registryGone = registry.follow(change.row.definition) ?? this.#registryGone;
        definitionChanged();
      }
      if (changes.some(({ table }) => table === "operations")) operationsChanged();
    } catch (error) {
      ctx.abort(`a write was not taken: ${String(error)}`);
      throw error;
    }
  }
}
