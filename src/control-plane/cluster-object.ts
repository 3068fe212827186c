import { DurableObject } from "cloudflare:workers";
import type { ClusterDefinition } from "../cluster/definition/definition.ts";
import type { OperatorEvent, Refusal } from "../cluster/events.ts";
import { arrivalKinds, explainGroup, type GroupExplanation } from "../cluster/explain/explain.ts";
import { type Failover, failoverKinds, failoversIn } from "../cluster/questions/failovers.ts";
import type { Operation } from "../cluster/commands/operation.ts";
import type { Generation } from "../cluster/lease/generation.ts";
import type { ClusterState } from "../cluster/state.ts";
import { sourceAddress, type Verdict } from "../cluster/questions/verdict.ts";
import { type ClusterView, viewCluster } from "../cluster/questions/view.ts";
import type { Events } from "../protocol/journal.ts";
import type { TokenList, TokenRequest } from "../protocol/tokens.ts";
import type { VirtualServer } from "../protocol/virtual-servers.ts";
import { protocolLimits } from "../protocol/limits.ts";
import { nameKey } from "../protocol/names.ts";
import { unwritable } from "../protocol/storage-fault.ts";
import type {
  WebhookCreated,
  WebhookEnable,
  WebhookRequest,
  WebhookRotated,
  WebhookTested,
  WebhookView,
} from "../protocol/webhooks.ts";
import type { ClusterEnum } from "../cluster/questions/enumerate.ts";
import type { Enumeration } from "../protocol/enumeration.ts";
import type { NotifyPort, NotifyPortRequest, Notifications, Registration } from "../protocol/notify.ts";
import type { RegistryRead, RegistryReplies, RegistryWritten } from "../protocol/registry.ts";
import { Alarm } from "./alarm.ts";
import type { Conditions } from "./conditions.ts";
import type { Admission, Credential, Entrant } from "./credential.ts";
import { pageOfObjects } from "./enumeration.ts";
import type { Env } from "./env.ts";
import { Idempotency } from "./idempotency.ts";
import type { ClusterFigures } from "./metrics/cluster-metrics.ts";
import { Tally } from "./metrics/tally.ts";
import { isUpToDate, migrate } from "./migrations.ts";
import { type Changed, LiveBrain } from "./live-brain.ts";
import { directory } from "./objects.ts";
import { interestsOf, isThere } from "./notify/interests.ts";
import { NotifyPorts } from "./notify/notify-ports.ts";
import { answerTo, type Judged, type Question } from "./question.ts";
import { noteOf } from "./registry/note.ts";
import { Registry, type RegistryResult } from "./registry/registry.ts";
import type { RegistryWrite } from "./registry/write.ts";
import { notDefined, refuse, storageUnwritable, unauthorized } from "./respond.ts";
import { SessionDesk } from "./session-desk.ts";
import { answerClose, SessionSockets } from "./sockets.ts";
import { Store } from "./store.ts";
import { TokenDesk } from "./token-desk.ts";
import { TokenStore } from "./token-store.ts";
import { beginWrite, endTrouble, notWritable, troubleOf, wasUnwritable } from "./unwritable.ts";
import { Waiters, type Woken } from "./waiters.ts";
import { Watchers } from "./watchers.ts";
import { Deliveries } from "./webhooks/deliveries.ts";
import type { WebhookNote } from "./webhooks/notes.ts";
import { WebhookDesk } from "./webhooks/webhook-desk.ts";
import { WebhookStore } from "./webhooks/webhook-store.ts";

/** When an alarm comes again whose turn has ended in a fault. */
const tryAgainMs = 30_000;

/** A refusal is a value; what throws is a fault. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

/** A cluster as it was defined, and as it is. */
export type Snapshot = { readonly definition: ClusterDefinition; readonly view: ClusterView };

/** Why nobody can register for notifications. */
type NotOpened = "not-defined" | "no-object";

/** The state of the brain, and the object's clock with it. */
export type Present = { readonly state: ClusterState; readonly now: number };

/**
 * The object of one cluster: a shell around the brain. What comes in is made an event (by the desks, by the alarm, by the RPCs
 * below), and what somebody may ask is answered from the present state. It decides nothing.
 */
export class ClusterObject extends DurableObject<Env> {
  /** Epoch milliseconds. It decides nothing that is safety. Tests put their own here. */
  clock: () => number = () => Date.now();
  readonly store: Store;
  readonly watchers: Watchers;
  readonly waiters = new Waiters(protocolLimits.waiters);
  readonly webhooks: WebhookStore;
  readonly #tokens: TokenDesk;
  readonly #sessions: SessionSockets;
  readonly #sessionDesk: SessionDesk;
  readonly #alarm: Alarm;
  readonly #deliveries: Deliveries;
  readonly #webhookDesk: WebhookDesk;
  readonly #idempotency: Idempotency;
  readonly #registry: Registry;
  readonly #notifyPorts: NotifyPorts;
  readonly #tally = new Tally();
  readonly #brain: LiveBrain;
  #leaving = false;
  /** Nothing can be written at the moment. */
  readonly #isForReading: boolean;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const trouble = troubleOf(ctx.id.toString(), this.clock());
    this.#isForReading = trouble !== null && !trouble.due;
    if (this.#isForReading) {
      // Without its tables there is nothing to read.
      if (!isUpToDate(ctx.storage.sql)) throw notWritable();
    } else {
      // When a write is not taken, nothing of its instance runs any more: what the next one has to know is noted before.
      beginWrite(ctx.id.toString(), this.clock());
      this.#migrate();
    }
    const clock = () => this.clock();
    this.store = new Store(ctx.storage);
    this.watchers = new Watchers(ctx, this.store.journal);
    this.webhooks = new WebhookStore(ctx.storage.sql);
    this.#tokens = new TokenDesk({
      store: new TokenStore(ctx.storage.sql),
      state: () => this.#state,
      clock,
      closeOf: (id) => this.#closeOf(id),
      note: (actor, note) => this.#note(actor, note),
    });
    this.#sessions = new SessionSockets(ctx);
    this.#alarm = new Alarm(ctx.storage);
    this.#registry = new Registry(ctx.storage);
    this.#notifyPorts = new NotifyPorts(ctx.storage.sql, this.store.journal);
    const clusterName = (): string => this.#state.durable.cluster?.definition.cluster ?? ctx.id.name ?? "";
    const forWebhooks = {
      ctx,
      store: this.webhooks,
      journal: this.store.journal,
      alarm: this.#alarm,
      clock,
      clusterName,
      isOver: () => this.#isOver,
    };
    const deliveries = new Deliveries({ ...forWebhooks, note: (note) => this.#note("cluster", note) });
    this.#deliveries = deliveries;
    this.#webhookDesk = new WebhookDesk({
      ...forWebhooks,
      deliveries,
      note: (actor, note) => this.#note(actor, note),
    });
    this.#idempotency = new Idempotency(ctx.storage);
    this.#brain = new LiveBrain({
      ctx,
      store: this.store,
      registry: this.#registry,
      idempotency: this.#idempotency,
      sessions: this.#sessions,
      alarm: this.#alarm,
      published: (entries, now) => {
        this.#tally.add(entries);
        this.watchers.publish(entries, now);
        this.waiters.wake();
        deliveries.published(entries, now);
      },
      operationsChanged: () => this.waiters.wake(),
      definedAnew: () => {
        this.webhooks.clear();
        this.#forgetWhatIsBeside();
        this.#tokens.endThoseOfDestroyed();
      },
      definitionChanged: () => this.#tokens.definitionChanged(),
      settled: (now) => {
        this.watchers.keepStreamsAlive(now);
        this.#leaveWhenOver();
        this.#tokens.endStrangers();
      },
    });
    this.#sessionDesk = new SessionDesk(this.#sessions, clusterName, clock, (event) => this.#brain.happen(event));
    // What browsers and proxies need to keep a quiet watch open; it does not wake the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    void ctx.blockConcurrencyWhile(() => this.#start(trouble?.since ?? null));
  }

  // --- what happens -------------------------------------------------------------------------------------------------

  /** @param unwritableSince since when no write has been taken */
  async #start(unwritableSince: number | null): Promise<void> {
    if (this.#isForReading) return this.#startToRead();
    const generation = await this.#confirmGeneration();
    await this.#alarm.load();
    this.#sessions.closeLeftOver();
    this.watchers.resume();
    const now = this.clock();
    this.#brain.start(generation, now);
    this.#deliveries.start(now);
    if (unwritableSince !== null) this.#note("cluster", wasUnwritable(unwritableSince, now));
  }

  #migrate(): void {
    try {
      migrate(this.ctx.storage, this.clock());
    } catch (error) {
      endTrouble(this.ctx.id.toString());
      throw error;
    }
  }

  async #confirmGeneration(): Promise<Generation> {
    let generation: Generation;
    try {
      generation = await this.#brain.confirmGeneration();
    } catch (error) {
      // The tables were there when the constructor ended: their write was not taken, and the platform has yet to end this instance.
      if (!isUpToDate(this.ctx.storage.sql)) throw notWritable();
      endTrouble(this.ctx.id.toString());
      throw error;
    }
    endTrouble(this.ctx.id.toString());
    return generation;
  }

  /** The last instance ended with a write that was not taken: this one answers questions, and tries no write before it is due. */
  #startToRead(): void {
    this.#sessions.closeLeftOver();
    this.watchers.resume();
    this.#brain.startToRead(this.clock());
  }

  /** To be asked before anything is written. Ends an instance that is for reading when a write is due: the next one tries it. */
  #mayWrite(): boolean {
    if (!this.#isForReading) return true;
    if (troubleOf(this.ctx.id.toString(), this.clock())?.due !== false)
      this.ctx.abort(`${unwritable}: it is tried again`);
    return false;
  }

  #forWriting(): void {
    if (!this.#mayWrite()) throw notWritable();
  }

  get #state(): ClusterState {
    return this.#brain.state;
  }

  /** It was destroyed, and nobody holds anything of it any more. */
  get #isOver(): boolean {
    const { cluster, holds } = this.#state.durable;
    return cluster?.destroyed === true && holds.size === 0;
  }

  /** A cluster that was destroyed is known until its last ownership has ended: until then its agents must be let in. */
  #leaveWhenOver(): void {
    const { cluster } = this.#state.durable;
    if (cluster === null || !this.#isOver || this.#leaving) return;
    this.#leaving = true;
    this.ctx.waitUntil(this.#leave(cluster.definition.cluster));
  }

  async #leave(name: string): Promise<void> {
    try {
      // Before its name is free: who creates it anew must not be given an answer that was kept for the one before.
      this.#forgetWhatIsBeside();
      await directory(this.env).unregister(name);
      // Somebody may have created it anew meanwhile.
      if (this.#state.durable.cluster?.destroyed !== true) await directory(this.env).register(name);
      else this.#tokens.revokeAll();
      // Webhooks have the rest of the journal to come, and end with it.
      this.#deliveries.proceed();
    } catch (error) {
      // Nothing else may ever happen to this object again.
      this.#tryAgainLater(error);
    } finally {
      this.#leaving = false;
    }
  }

  /** What is kept for the cluster and is not the brain's. Webhooks and tokens end in their own ways. */
  #forgetWhatIsBeside(): void {
    this.#registry.clear();
    this.#notifyPorts.clear();
    this.#idempotency.clear();
  }

  override alarm(): void {
    if (!this.#mayWrite()) return;
    const now = this.clock();
    this.#alarm.wentOff(now);
    try {
      this.#brain.happen({ now, type: "alarm" });
      this.#deliveries.proceed();
      this.#alarm.setAnew();
    } catch (error) {
      // The platform would try again a few times within a minute, and then never.
      this.#tryAgainLater(error);
    }
  }

  #tryAgainLater(error: unknown): void {
    console.error(error);
    this.#alarm.want("brain", this.clock() + tryAgainMs);
  }

  /** What the shell has done of its own, and the journal shall tell. */
  #note(actor: string, note: WebhookNote): void {
    this.#brain.happen({ now: this.clock(), type: "note", actor, note });
  }

  /** The upgrades. Token and query have been judged, and nobody else can come here; but that was a moment ago. */
  override fetch(request: Request): Response {
    const { pathname, searchParams } = new URL(request.url);
    const token = searchParams.get("token");
    if (!this.#tokens.goesOn(token)) return unauthorized();
    if (pathname === "/session") {
      if (!this.#mayWrite()) return storageUnwritable();
      const offered = request.headers.get("Sec-WebSocket-Protocol");
      return token === null ? unauthorized() : this.#sessionDesk.open(searchParams.get("node") ?? "", token, offered);
    }
    const after = searchParams.get("after");
    return this.#openWatch(request.headers, after === null ? null : Number(after), token);
  }

  #openWatch(headers: Headers, after: number | null, token: string | null): Response {
    if (this.#definition === null) return notDefined();
    if (this.watchers.isFullFor(token))
      return refuse(
        "too-many-watchers",
        "try again when somebody has left; one token takes half of the places at most",
      );
    return headers.get("Upgrade") === "websocket"
      ? this.watchers.openSocket(after, token, headers.has("Sec-WebSocket-Protocol"))
      : this.watchers.openStream(after, token, this.clock());
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void | Promise<void> {
    return this.#sessionDesk.frame(socket, frame);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    answerClose(socket, code);
    this.#sessionDesk.lost(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#sessionDesk.lost(socket);
  }

  // --- questions and commands (RPC) ---------------------------------------------------------------------------------

  /** Who somebody is, before they are heard. */
  admit(credential: Credential): Admission {
    return this.#tokens.admit(credential);
  }

  /** Judges who asks, and answers those who may ask, in one event: nothing happens between. */
  ask(entrant: Entrant, question: Question): Judged {
    const admission = entrant.kind === "known" ? entrant : this.#tokens.admit(entrant.credential);
    if (admission.kind !== "known") return admission;
    return { kind: "answered", principal: admission.principal, answer: answerTo(this, question) };
  }

  addToken(id: string, digest: ArrayBuffer, request: TokenRequest, actor: string): ReturnType<TokenDesk["add"]> {
    this.#forWriting();
    return this.#tokens.add(id, digest, request, actor);
  }

  listTokens(): TokenList["tokens"] {
    return [...this.#tokens.list()];
  }

  /** False when there is no such token. */
  revokeToken(id: string, actor: string): boolean {
    this.#forWriting();
    return this.#tokens.revoke(id, actor);
  }

  /** What a token has opened is over now, and not some day. */
  #closeOf(token: string): void {
    this.watchers.closeOf(token);
    this.waiters.closeOf(token);
    this.#notifyPorts.closeOf(token);
    this.#sessionDesk.closeOf(token);
  }

  change(command: OperatorEvent, conditions: Conditions): Changed {
    if (!conditions.dryRun) this.#forWriting();
    return this.#brain.change(command, conditions, this.clock());
  }

  answered(actor: string, conditions: Conditions): Changed | null {
    return this.#brain.answered(actor, conditions, this.clock());
  }

  /**
   * Null: there is no such operation. A cluster that was destroyed answers this too, for its own end can be followed up. `last`:
   * number of the newest journal entry.
   */
  operation(id: string): { operation: Operation | null; last: number } {
    return { operation: this.#state.durable.operations.get(id) ?? null, last: this.store.journal.last };
  }

  /** Resolves when it is not pending (any more), or something has been published; see `published`. */
  operationEnded(id: string, token: string | null, forMs: number): Promise<Woken> {
    const isPending = this.#state.durable.operations.get(id)?.status.state === "Pending";
    return this.#publication(!isPending, token, forMs);
  }

  /** Newest first. */
  operations(): Operation[] | null {
    if (this.#definition === null) return null;
    return [...this.#state.durable.operations.values()].sort((a, b) => b.startedAt - a.startedAt);
  }

  /** What is asked of a cluster that has a definition. Null, here and below: it has none yet, or was destroyed. */
  snapshot(): Snapshot | null {
    const { cluster } = this.#state.durable;
    const view = viewCluster(this.#state, this.clock());
    return cluster === null || view === null ? null : { definition: cluster.definition, view };
  }

  view(): ClusterView | null {
    return this.#state.durable.cluster === null ? null : viewCluster(this.#state, this.clock());
  }

  /** What there is to measure. Nothing is read from the storage for it. */
  figures(): ClusterFigures | null {
    const view = this.view();
    if (view === null) return null;
    const { operations } = this.#state.durable;
    return {
      view,
      sessions: this.#sessions.count,
      watchers: this.watchers.count,
      waiters: this.waiters.count,
      operationsPending: [...operations.values()].filter(({ status }) => status.state === "Pending").length,
      journalEntries: this.store.journal.count,
      webhooks: this.webhooks.countByState(),
      rowsWritten: this.store.rowsWritten,
      tally: this.#tally.counts,
    };
  }

  sourceAddress(group: string, node: string): Verdict {
    return sourceAddress(this.#state, { group, node, now: this.clock() });
  }

  virtualServer(networkName: string): VirtualServer | null {
    for (const [group, view] of Object.entries(this.view()?.groups ?? {})) {
      if (view.networkName === null || nameKey(view.networkName) !== nameKey(networkName)) continue;
      const { address, owner, epoch, state, ageMs } = view;
      return { networkName: view.networkName, group, address, owner, epoch, state, ageMs };
    }
    return null;
  }

  /** Null: there is no such group. */
  explain(group: string): GroupExplanation | "not-defined" | null {
    if (this.#definition === null) return "not-defined";
    // Its last ownership, the drain that led to it, and the drain that it is in now.
    const entries = this.store.journal.newestOf(group, arrivalKinds, 4);
    return explainGroup(this.#state, group, this.clock(), entries);
  }

  /** All that the brain knows, as plain data, for somebody who plays through what would be. */
  present(): Present | null {
    return this.#definition === null ? null : { state: this.#state, now: this.clock() };
  }

  /** Changes of owner, newest first. */
  failovers(group: string | null, limit: number): Failover[] | null {
    if (this.#definition === null) return null;
    return failoversIn(this.store.journal.ofKinds(failoverKinds), { group, limit });
  }

  events(after: number, limit: number): Events | null {
    if (this.#definition === null) return null;
    const { journal } = this.store;
    return { events: journal.after(after, limit), oldest: journal.oldest, last: journal.last };
  }

  enumerate(types: readonly ClusterEnum[], cursor: string | null, limit: number): Enumeration | null {
    const definition = this.#definition;
    return definition === null ? null : pageOfObjects(definition, types, cursor, limit);
  }

  // --- the registry -------------------------------------------------------------------------------------------------

  readRegistry(reads: readonly RegistryRead[]): RegistryReplies | null {
    const definition = this.#definition;
    return definition === null ? null : this.#registry.read(definition, reads);
  }

  writeRegistry(actor: string, write: RegistryWrite): RegistryResult<RegistryWritten> | null {
    this.#forWriting();
    const definition = this.#definition;
    if (definition === null) return null;
    const now = this.clock();
    const result = this.#registry.write(definition, actor, write, now);
    if (!result.ok) return result;
    const { keys, values, revision } = result.value;
    const changed = keys + values;
    if (changed > 0) this.#brain.happen({ now, type: "note", actor, note: noteOf(write.batch.commands, result.value) });
    return { ok: true, value: { changed, revision } };
  }

  // --- notifications ------------------------------------------------------------------------------------------------

  openNotifyPort(
    id: string,
    request: NotifyPortRequest,
    token: string | null,
  ): NotifyPort | NotOpened | "revoked" | "full" {
    this.#forWriting();
    if (!this.#tokens.goesOn(token)) return "revoked";
    if (this.#definition === null) return "not-defined";
    if (!request.registrations.every((registration) => this.#isThere(registration))) return "no-object";
    return this.#notifyPorts.open(id, interestsOf(request), token, this.clock()) ?? "full";
  }

  registerNotify(port: string, registration: Registration): NotifyPort | NotOpened | "no-port" | "full" {
    this.#forWriting();
    if (this.#definition === null) return "not-defined";
    if (!this.#isThere(registration)) return "no-object";
    return this.#notifyPorts.register(port, registration, this.clock());
  }

  nextNotifications(port: string, after: number | null): Notifications | null {
    this.#forWriting();
    return this.#notifyPorts.next(port, after, this.clock());
  }

  closeNotifyPort(port: string): boolean {
    this.#forWriting();
    return this.#notifyPorts.close(port);
  }

  /** Resolves when there are journal entries after this one, or nobody may wait for them. It may also never resolve. */
  published(after: number, token: string | null, forMs: number): Promise<Woken> {
    return this.#publication(this.store.journal.last > after, token, forMs);
  }

  async #publication(isThere: boolean, token: string | null, forMs: number): Promise<Woken> {
    if (!this.#tokens.goesOn(token)) return "revoked";
    return isThere ? "published" : this.waiters.wait(token, this.clock(), forMs);
  }

  /** Null also when it has been destroyed: what its owners still hold is no matter of readers. */
  get #definition(): ClusterDefinition | null {
    const { cluster } = this.#state.durable;
    return cluster === null || cluster.destroyed ? null : cluster.definition;
  }

  #isThere(registration: Registration): boolean {
    return this.#definition !== null && isThere(registration, this.#definition, this.#registry);
  }

  // --- webhooks (RPC) -----------------------------------------------------------------------------------------------

  createWebhook(request: WebhookRequest, actor: string): WebhookCreated | "not-defined" | "full" {
    this.#forWriting();
    return this.#openWebhookDesk?.create(request, actor) ?? "not-defined";
  }

  listWebhooks(): WebhookView[] | null {
    return this.#openWebhookDesk?.list() ?? null;
  }

  webhook(id: string): WebhookView | null {
    return this.#openWebhookDesk?.find(id) ?? null;
  }

  deleteWebhook(id: string, actor: string): boolean {
    this.#forWriting();
    return this.#openWebhookDesk?.remove(id, actor) ?? false;
  }

  enableWebhook(id: string, from: WebhookEnable["from"], actor: string): WebhookView | null {
    this.#forWriting();
    return this.#openWebhookDesk?.enable(id, from, actor) ?? null;
  }

  rotateWebhookSecret(id: string, actor: string): WebhookRotated | null {
    this.#forWriting();
    return this.#openWebhookDesk?.rotate(id, actor) ?? null;
  }

  async testWebhook(id: string): Promise<WebhookTested | "under-test" | null> {
    this.#forWriting();
    return (await this.#openWebhookDesk?.test(id)) ?? null;
  }

  /** Null: there is no cluster any more that could be told of. */
  get #openWebhookDesk(): WebhookDesk | null {
    return this.#definition === null ? null : this.#webhookDesk;
  }
}
