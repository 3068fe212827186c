import { expect } from "vitest";
import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import type {
  ClusterEvent,
  CloseReason,
  Effect,
  OperatorEvent,
  Outcome,
  RefusedCode,
  Step,
} from "../../src/cluster/events.ts";
import { nextGeneration } from "../../src/cluster/lease/generation.ts";
import { assertInvariants } from "../../src/cluster/invariants.ts";
import type { JournalEntry, JournalKind } from "../../src/cluster/journal.ts";
import type {
  Answer,
  Assignment,
  Claim,
  Hello,
  ObjectMessage,
  Renewal,
  Report,
  ReportedResource,
  Welcome,
} from "../../src/cluster/messages.ts";
import { holdOf, leaseOf } from "../../src/cluster/lease/ownership.ts";
import { restart } from "../../src/cluster/lease/start.ts";
import type { ClusterState, Hold, Lease, Session, SocketId } from "../../src/cluster/state.ts";
import { step } from "../../src/cluster/step.ts";
import { sourceAddress, type Verdict } from "../../src/cluster/questions/verdict.ts";
import { type ClusterView, type GroupView, viewCluster } from "../../src/cluster/questions/view.ts";
import { ttlMs } from "./definitions.ts";
import { Rows } from "./rows.ts";
import { Run } from "./run.ts";

type DistributiveOmit<Type, Key extends PropertyKey> = Type extends unknown ? Omit<Type, Key> : never;
type TimelessEvent = DistributiveOmit<ClusterEvent, "now">;
export type Command = DistributiveOmit<OperatorEvent, "actor">;

/**
 * A shell around the brain with a clock of its own, rows of its own, and agents that say what well agents say. After each
 * step it checks what is true of every step: the invariants, purity (BR1), the order of effects, and that the rows written
 * are what the brain believes to be durable (BR2).
 */
export class Cluster {
  now = 1_000_000;
  /** How far the object's clock is off from those of the agents: it may step, theirs never do. */
  stepMs = 0;
  rows = new Rows();
  state: ClusterState;
  /** Effects of the last event, in order. */
  effects: readonly Effect[] = [];
  /** Everything that was sent, by connection. */
  readonly inboxes = new Map<SocketId, ObjectMessage[]>();
  readonly closed = new Map<SocketId, CloseReason>();
  alarmAt: number | null | undefined = undefined;
  readonly runs: Run[] = [];
  /** Told of every event and effect, for a transcript. */
  readonly #watch: (line: ClusterEvent | Effect) => void;
  #sockets = 0;
  #nonces = 0;

  constructor(
    definition: ClusterDefinition | null = null,
    watch: (line: ClusterEvent | Effect) => void = () => undefined,
  ) {
    this.#watch = watch;
    this.state = this.#start(this.rows);
    if (definition !== null) expect(this.define(definition).kind).toBe("done");
  }

  // --- what happens -----------------------------------------------------------------------------------------------

  advance(ms: number): void {
    this.now += ms;
  }

  /** Applied by force: what tests of the brain define away is often online. */
  define(definition: ClusterDefinition, force = true): Outcome {
    return this.command({ type: "define", definition, force });
  }

  command(command: Command): Outcome {
    return this.#happen({ ...command, actor: "operator" });
  }

  /** The code of the refusal that the command gets, or `done`. */
  ask(command: Command): RefusedCode | "done" {
    const outcome = this.command(command);
    return outcome.kind === "done" ? "done" : outcome.refusal.code;
  }

  /** A run connects: the latest of the node, unless another one is named. A name that is new is a new run. */
  hello(node: string, said: Partial<Omit<Hello, "type" | "protocol">> = {}): Welcome {
    const welcome = this.#messagesOf(this.#hello(node, said)).find((message) => message.type === "welcome");
    if (welcome === undefined) throw new Error(`node ${node} was not welcomed: ${JSON.stringify(this.effects)}`);
    return welcome;
  }

  /** The reason for which a hello is turned away. */
  turnedAway(node: string, said: Partial<Omit<Hello, "type" | "protocol">> = {}): CloseReason | null {
    return this.closed.get(this.#hello(node, said)) ?? null;
  }

  /** A renewal, and its answer. What `said` leaves out is what a well agent would say. `who` is a node or a run. */
  renew(who: string, said: Partial<Renewal> = {}): Answer {
    const answer = this.renewal(who, said);
    if (answer === null) throw new Error(`${who} was not answered`);
    return answer;
  }

  /** A renewal that may not be answered. With `deaf`, the agent does not hear what is said to it. */
  renewal(who: string, said: Partial<Renewal> = {}, { deaf = false } = {}): Answer | null {
    const run = this.run(who);
    if (run.socket === null) throw new Error(`${who} is not connected`);
    const message = { ...run.nextRenewal(this.now), ...said };
    run.renewals = Math.max(run.renewals, message.n);
    this.#happen({ type: "renewal", socket: run.socket, message }, deaf ? run : null);
    return this.#messagesOf(run.socket).find((sent) => sent.type === "answer") ?? null;
  }

  /** The run loses its connection. */
  close(who: string): void {
    const run = this.run(who);
    if (run.socket === null) throw new Error(`${who} is not connected`);
    const { socket } = run;
    run.socket = null;
    this.#happen({ type: "closed", socket });
  }

  /** The alarm that was asked for goes off. */
  alarm(): void {
    if (this.alarmAt == null) throw new Error("no alarm is set");
    this.now = Math.max(this.now, this.alarmAt - this.stepMs);
    this.#happen({ type: "alarm" });
  }

  /** Any event, as a shell may bring it. */
  event(event: TimelessEvent): Outcome {
    return this.#happen(event);
  }

  /** The object starts again from the rows that were written, or from a backup of them. All connections are gone. */
  restart(rows: Rows = this.rows): void {
    for (const run of this.runs) run.socket = null;
    this.state = this.#start(rows);
  }

  // --- what often happens -----------------------------------------------------------------------------------------

  /** The nodes join, one of them counts the hold after the start, and the groups find their owners. */
  up(...nodes: readonly string[]): void {
    for (const node of nodes) this.hello(node);
    for (const node of nodes) this.renew(node);
    this.countStart(...nodes);
    for (const node of nodes) this.renew(node);
  }

  /** The time of the hold after a start passes while these renew. */
  countStart(...who: readonly string[]): void {
    const { start } = this.state.memory;
    if (start.kind === "holding") this.pass(start.holdMs, ...who);
  }

  /** Time passes, in which these renew every quarter of a ttl; the others are silent. */
  pass(ms: number, ...who: readonly string[]): void {
    const end = this.now + ms;
    while (this.now < end) {
      this.advance(Math.min(ttlMs / 4, end - this.now));
      for (const one of who) this.renew(one);
    }
  }

  /** The run counts the silences of all others to their end, renewing as it does, and claims them. */
  witness(who: string, said: Partial<Renewal> = {}): Answer {
    this.renew(who);
    for (let counted = 0; counted < this.longestSilenceMs(who); counted += ttlMs / 4) this.pass(ttlMs / 4, who);
    return this.renew(who, { claims: this.claims(who), ...said });
  }

  /** The run releases what it is told to take offline. */
  release(who: string): Answer {
    const groups = this.run(who).assignment?.groups ?? [];
    return this.renew(who, { released: groups.filter(({ wanted }) => wanted === "Offline") });
  }

  // --- what is ----------------------------------------------------------------------------------------------------

  /** By incarnation, or the latest run of a node. */
  run(who: string): Run {
    const run =
      this.runs.find(({ incarnation }) => incarnation === who) ?? this.runs.findLast(({ node }) => node === who);
    if (run === undefined) throw new Error(`there is no run ${who}`);
    return run;
  }

  /** What the run has counted by now. */
  claims(who: string): Claim[] {
    return this.run(who).claims(this.now);
  }

  /** What the run would report if its resources were in these states. */
  report(who: string, states: Readonly<Record<string, Partial<ReportedResource>>>): Report {
    return this.run(who).report(states);
  }

  longestSilenceMs(who: string): number {
    return Math.max(0, ...this.claims(who).map(({ silence }) => silence.ttlMs));
  }

  session(who: string): Session {
    const session = this.state.memory.sessions.get(this.run(who).incarnation);
    if (session === undefined) throw new Error(`the brain knows no run ${who}`);
    return session;
  }

  knows(who: string): boolean {
    return this.state.memory.sessions.has(this.run(who).incarnation);
  }

  hold(group: string): Hold {
    const hold = holdOf(this.state, group);
    if (hold === undefined) throw new Error(`nobody owns group ${group}`);
    return hold;
  }

  lease(group: string): Lease {
    return leaseOf(this.state, this.hold(group));
  }

  /** `NODE1#4`, `NODE1#4 draining`, or `nobody`. */
  owner(group: string): string {
    const hold = holdOf(this.state, group);
    if (hold === undefined) return "nobody";
    return `${hold.node}#${hold.epoch}${hold.phase.kind === "draining" ? " draining" : ""}`;
  }

  assigned(who: string): Assignment {
    const { assignment } = this.run(who);
    if (assignment === null) throw new Error(`${who} was told no assignment`);
    return assignment;
  }

  verdict(group: string, node: string): Verdict {
    return sourceAddress(this.state, { group, node, now: this.objectNow });
  }

  view(): ClusterView {
    const view = viewCluster(this.state, this.objectNow);
    if (view === null) throw new Error("no definition has been applied");
    return view;
  }

  groupView(group: string): GroupView {
    const view = this.view().groups[group];
    if (view === undefined) throw new Error(`there is no group ${group}`);
    return view;
  }

  get objectNow(): number {
    return this.now + this.stepMs;
  }

  get journal(): readonly JournalEntry[] {
    return this.rows.journal;
  }

  /** The newest entry of a kind. */
  entry(kind: JournalKind): JournalEntry {
    const entry = this.journal.findLast((one) => one.kind === kind);
    if (entry === undefined) throw new Error(`no ${kind} in the journal`);
    return entry;
  }

  count(kind: JournalKind): number {
    return this.journal.filter((entry) => entry.kind === kind).length;
  }

  /** Rows that the last event wrote, as `table key`, without the journal. */
  get written(): string[] {
    return this.effects
      .flatMap((effect) => (effect.type === "persist" ? effect.changes : []))
      .flatMap((change) => {
        if (change.table === "journal") return [];
        return [`${change.table}${"key" in change ? ` ${change.key}` : ""}`];
      });
  }

  // --- the loop of a shell ----------------------------------------------------------------------------------------

  #start(rows: Rows): ClusterState {
    this.rows = rows;
    rows.writeGeneration(nextGeneration(rows.generation, this.#nonce()));
    this.alarmAt = undefined;
    const started = restart(rows.load(), rows.journal.length, this.objectNow);
    this.#carryOut(started, null);
    return started.state;
  }

  #happen(event: TimelessEvent, deaf: Run | null = null): Outcome {
    const timed: ClusterEvent = { ...event, now: this.objectNow };
    this.#watch(timed);
    // An alarm that has gone off, early or late, is no longer set.
    if (event.type === "alarm") this.alarmAt = null;
    const twin = structuredClone({ state: this.state, event: timed });
    const before = this.state;
    const result = step(before, timed);
    expect({ state: before, event: timed }, "BR1: step changed an argument").toEqual(twin);
    expect(step(twin.state, twin.event), "BR1: the same arguments gave another result").toEqual(result);
    if (result.outcome.kind === "refused") {
      expect(result.state, "a refusal changed the state").toBe(before);
      expect(result.effects, "a refusal had effects").toEqual([]);
    }
    this.state = result.state;
    this.#carryOut(result, deaf);
    return result.outcome;
  }

  #carryOut({ state, effects }: Step<ClusterState>, deaf: Run | null): void {
    this.effects = effects;
    const order = ["persist", "send", "alarm", "publish"];
    const ranks = effects.map(({ type }) => order.indexOf(type === "close" ? "send" : type));
    expect(ranks, "BR2: effects out of order").toEqual(ranks.toSorted((a, b) => a - b));
    expect(effects.filter(({ type }) => type === "persist").length, "BR2: more than one write").toBeLessThanOrEqual(1);
    for (const effect of effects) {
      this.#watch(effect);
      switch (effect.type) {
        case "persist":
          this.rows.apply(effect.changes);
          break;
        case "send":
          this.#deliver(effect.socket, effect.message, deaf);
          break;
        case "close":
          this.#hangUp(effect.socket, effect.reason, state);
          break;
        case "publish":
          expect(effect.entries, "what is published is not what was written").toEqual(
            this.journal.slice(-effect.entries.length),
          );
          break;
        case "alarm":
          expect(effect.at, "BR2: the alarm is set to what it is").not.toBe(this.alarmAt);
          this.alarmAt = effect.at;
          break;
      }
    }
    expect(state.durable, "BR2: something durable was changed and not written").toEqual(this.rows.load());
    assertInvariants(state);
  }

  #deliver(socket: SocketId, message: ObjectMessage, deaf: Run | null): void {
    const inbox = this.inboxes.get(socket);
    if (inbox === undefined) throw new Error(`nobody has ever been connected at ${socket}`);
    if (this.closed.has(socket)) throw new Error(`something was sent to ${socket} after it was closed`);
    inbox.push(message);
    const run = this.runs.find((one) => one.socket === socket);
    if (run !== deaf) run?.hear(message, this.now);
  }

  /** The brain hears no more of a connection that it has closed, so it must not count on it. */
  #hangUp(socket: SocketId, reason: CloseReason, { memory }: ClusterState): void {
    this.closed.set(socket, reason);
    for (const run of this.runs) if (run.socket === socket) run.socket = null;
    for (const { connection, incarnation } of memory.sessions.values()) {
      const counted = connection.kind === "open" && connection.socket === socket;
      expect(counted, `run ${incarnation} still counts as connected at ${socket}, which was closed`).toBe(false);
    }
  }

  #hello(node: string, said: Partial<Omit<Hello, "type" | "protocol">>): SocketId {
    const latest = this.runs.findLast((run) => run.node === node);
    const incarnation = said.incarnation ?? latest?.incarnation ?? `${node}-run-1`;
    let run = this.runs.find((one) => one.incarnation === incarnation && one.node === node);
    if (run === undefined) {
      run = new Run(node, incarnation);
      run.peer = said.peer ?? latest?.peer ?? null;
      if (latest !== undefined) run.generation = latest.generation;
      for (const [group, epoch] of latest?.epochs ?? []) run.epochs.set(group, epoch);
      this.runs.push(run);
    }
    const connection = said.connection ?? run.connection + 1;
    const message: Hello = {
      type: "hello",
      protocol: 1,
      incarnation,
      connection,
      seen: run.seen,
      released: [],
      holding: run.holding,
      machine: null,
      peer: run.peer && { ...run.peer, proof: "" },
      told: { associations: 0, notices: 0 },
      ...said,
    };
    this.#sockets += 1;
    const socket = `socket-${this.#sockets}`;
    this.inboxes.set(socket, []);
    const before = { socket: run.socket, connection: run.connection, lastAnswer: run.lastAnswer };
    run.connect(socket, connection);
    this.#happen({ type: "hello", socket, node, nonce: this.#nonce(), message });
    if (this.closed.has(socket)) Object.assign(run, before);
    return socket;
  }

  #nonce(): string {
    this.#nonces += 1;
    return `nonce-${this.#nonces}`;
  }

  /** What the last event sent on a connection. */
  #messagesOf(socket: SocketId): ObjectMessage[] {
    return this.effects.flatMap((effect) =>
      effect.type === "send" && effect.socket === socket ? [effect.message] : [],
    );
  }
}
