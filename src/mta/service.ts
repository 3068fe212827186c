import { setTimeout as delay } from "node:timers/promises";
import { Fuse } from "./fuse.ts";
import { fusedVerdicts } from "./fused-verdicts.ts";
import { associate } from "./initiator.ts";
import { exitCodes, type AssociationMessage, type FromMta, type StartMessage, type ToMta } from "./ipc.ts";
import { localVerdicts } from "./local-verdicts.ts";
import type { AssociationEvent, AssociationEventType } from "./log.ts";
import { createCourier, type Courier } from "./courier.ts";
import { type Inbox, openInbox } from "./inbox.ts";
import { Outbound } from "./outbound.ts";
import { openOutbox, type Outbox } from "./outbox.ts";
import { assertQueue, inboxFolder, outboxFolder, rejectedFolder } from "./queue-folder.ts";
import { loadPartners, PartnersFileError, type Partner, type Partners } from "./partners.ts";
import { listen, type Responder } from "./responder.ts";
import { messageOf } from "./message-of.ts";
import { tellStrayFolders } from "./stray-folders.ts";
import { codeOf, hasCode } from "./error-code.ts";

export type ServiceSurroundings = {
  readonly report: (message: FromMta) => void;
  /** Ends the process with this code. Called once, as the last thing. */
  readonly exit: (code: number) => void;
  /** Monotonic clock in milliseconds, shared with the parent. */
  readonly now: () => number;
  /** The wall clock, as Unix time in milliseconds. */
  readonly wallClock: () => number;
};

/** How often, and how long, a port that the last MTA has not quite left is tried again, in milliseconds. */
const listenRetryMs = 20;
const listenPatienceMs = 2000;
/** How long an association is kept that was opened because much waited, when nothing does, in milliseconds. */
const extraIdleMs = 10_000;
/** Of so many messages it is remembered why they were put off; of more it is said each time. */
const maxRemembered = 1_000;

/**
 * The MTA of one ownership of a group: answers on the virtual IP, keeps an association open to each partner, and is gone
 * when its fuse blows. It is what runs in an MTA process, without the process.
 */
export class MtaService {
  readonly #start: StartMessage;
  readonly #surroundings: ServiceSurroundings;
  readonly #fuse: Fuse;
  readonly #outbounds: Outbound[] = [];
  /** The last thing said of each outbound partner, so that waiting for a verdict is said once. */
  readonly #lastWords = new Map<string, string>();
  #inbox: Inbox | null = null;
  readonly #outboxes: Outbox[] = [];
  /** The look for folders that nobody takes messages from. */
  readonly #looking = new AbortController();
  #responder: Responder | null = null;
  readonly #lastSaid = new Map<string, string>();
  #isEnding = false;
  /** The number of the drain that is under way; 0: none. */
  #drains = 0;

  constructor(start: StartMessage, surroundings: ServiceSurroundings) {
    this.#start = start;
    this.#surroundings = surroundings;
    this.#fuse = new Fuse(start.deadlineAt, surroundings.now, () => this.#blow());
  }

  /** Goes online, or reports `failed`. It never rejects. */
  async run(): Promise<void> {
    if (!this.#mayAct()) return;
    try {
      const { partnersFile, queueFolder } = this.#start;
      const partners = await loadPartners(partnersFile);
      if (queueFolder !== null) {
        assertQueue(queueFolder);
        const stored = (name: string, partner: string): void => this.#report(name, "stored", `from ${partner}`);
        const hindered = (detail: string, partner: string): void =>
          this.#report("", "put-off", `from ${partner}: ${detail}`);
        this.#inbox = openInbox(inboxFolder(queueFolder), stored, hindered);
      }
      const responder = await this.#listen(partners);
      if (!this.#mayAct()) return responder?.destroy();
      if (responder === null) return this.#fail("EADDRINUSE", `${this.#start.address}:${this.#start.port} is in use`);
      this.#responder = responder;
      this.#surroundings.report({ type: "online", address: responder.address, port: responder.port });
      for (const partner of partners.values()) if (partner.connect) this.#outbounds.push(...this.#keep(partner));
      if (queueFolder !== null) this.#tellStrays(queueFolder, partners);
    } catch (error) {
      this.#fail(faultOf(error), messageOf(error));
    }
  }

  #tellStrays(queue: string, partners: Partners): void {
    const tell = (folder: string, detail: string): void =>
      this.#surroundings.report({ type: "message", name: folder, outcome: "no-partner", detail });
    void tellStrayFolders({ queue, partners, tell, signal: this.#looking.signal });
  }

  /** Takes what the parent says after `start`. */
  take(message: ToMta): void {
    if (!this.#fuse.holds()) return;
    switch (message.type) {
      case "deadline":
        if (message.epoch !== this.#start.epoch) return;
        this.#fuse.replace(message.deadlineAt);
        for (const outbound of this.#outbounds) outbound.wake();
        return;
      case "ping":
        this.#surroundings.report({
          type: "pong",
          n: message.n,
          listening: this.#responder?.isListening() ?? false,
        });
        return;
      case "drain":
        void this.#drain(message.n);
        return;
      case "resume":
        this.#drains = 0;
        this.#responder?.resume();
        for (const outbound of this.#outbounds) outbound.resume();
        return;
      case "stop":
        void this.stop();
        return;
      case "start":
        // One process, one ownership: another one is another process.
        return;
    }
  }

  /** The clean end: associations released, listener closed, `stopped`, exit 0. The fuse may still come first. */
  async stop(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#looking.abort();
    await Promise.all([...this.#outbounds.map((outbound) => outbound.stop()), this.#responder?.close()]);
    for (const outbox of this.#outboxes) outbox.close();
    if (!this.#fuse.holds()) return;
    this.#fuse.remove();
    this.#surroundings.report({ type: "stopped" });
    this.#surroundings.exit(exitCodes.stopped);
  }

  /** Everything at once, and without a word on the wire: for the blown fuse and the lost parent. */
  destroy(code: number): void {
    this.#isEnding = true;
    this.#looking.abort();
    this.#fuse.remove();
    this.#responder?.destroy();
    for (const outbound of this.#outbounds) outbound.destroy();
    for (const outbox of this.#outboxes) outbox.close();
    this.#surroundings.exit(code);
  }

  async #drain(n: number): Promise<void> {
    this.#drains = n;
    await Promise.all([...this.#outbounds.map((outbound) => outbound.drain()), this.#responder?.drain()]);
    if (this.#drains === n && this.#mayAct()) this.#surroundings.report({ type: "drained", n });
  }

  #blow(): void {
    this.destroy(exitCodes.fuseBlown);
  }

  #fail(code: string, message: string): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#fuse.remove();
    this.#surroundings.report({ type: "failed", code, message });
    this.#surroundings.exit(exitCodes.failed);
  }

  #mayAct(): boolean {
    return this.#fuse.holds() && !this.#isEnding;
  }

  /** The responder; null if the port stayed in use, or the fuse blew meanwhile. Rejects with any other error of listen. */
  async #listen(partners: Partners): Promise<Responder | null> {
    const { mtaName, address, port } = this.#start;
    const giveUpAt = this.#surroundings.now() + listenPatienceMs;
    while (this.#mayAct()) {
      try {
        return await listen({
          host: address,
          port,
          localMtaName: mtaName,
          partners,
          ...(this.#inbox === null ? {} : { inbox: this.#inbox }),
          mayAct: () => this.#fuse.holds(),
          clock: this.#surroundings.now,
          onEvent: (event) => this.#tell(event),
        });
      } catch (error) {
        if (!hasCode(error, "EADDRINUSE")) throw error;
        if (this.#surroundings.now() >= giveUpAt) return null;
        await delay(listenRetryMs);
      }
    }
    return null;
  }

  /** One association to the partner, and those that are opened beside it when much waits. */
  #keep(partner: Partner): Outbound[] {
    const { mtaName, agentSocket, group, epoch, address } = this.#start;
    const { now } = this.#surroundings;
    const source = localVerdicts({ socketPath: agentSocket, group, now });
    const verdicts = fusedVerdicts(source, this.#fuse, { epoch, address });
    const associateAs = (signal: AbortSignal) =>
      associate({
        partner,
        verdicts,
        localMtaName: mtaName,
        now,
        signal,
        mayAct: () => this.#fuse.holds(),
        onEvent: (event) => this.#tell(event),
      });
    const couriers = this.#couriersFor(partner);
    return couriers.map((courier) => new Outbound({ now, courier, associate: associateAs }));
  }

  /** Null in the place of one: there is no queue, and the association is kept for its own sake. */
  #couriersFor(partner: Partner): readonly (Courier | null)[] {
    const { mtaName, idleSeconds, threshold, maxAssociations, giveUpHours } = partner;
    const { queueFolder } = this.#start;
    if (queueFolder === null) return [null];
    const { now, wallClock } = this.#surroundings;
    const rejected = rejectedFolder(queueFolder, mtaName);
    const outbox = openOutbox({ folder: outboxFolder(queueFolder, mtaName), rejected, now });
    this.#outboxes.push(outbox);
    const idleMs = idleSeconds === undefined ? null : idleSeconds * 1_000;
    return Array.from({ length: maxAssociations }, (_, n) =>
      createCourier({
        outbox,
        // What was opened beside the first is released when it has nothing to do.
        idleMs: n === 0 ? idleMs : (idleMs ?? extraIdleMs),
        from: n * threshold,
        giveUpHours,
        now,
        wallClock,
        tell: (name, outcome, detail) => this.#report(name, outcome, detail),
      }),
    );
  }

  /** One that is put off again and again, for one reason, is said once. */
  #report(name: string, outcome: Extract<FromMta, { type: "message" }>["outcome"], detail: string): void {
    const words = `${outcome} ${detail}`;
    if (this.#lastSaid.get(name) === words) return;
    if (outcome === "put-off" && this.#lastSaid.size < maxRemembered) this.#lastSaid.set(name, words);
    else this.#lastSaid.delete(name);
    this.#surroundings.report({ type: "message", name, outcome, detail });
  }

  #tell(event: AssociationEvent): void {
    if (event.direction === "outbound") {
      const words = `${event.type} ${event.code} ${event.sentence}`;
      const isRepeated = event.type === "deferred" && this.#lastWords.get(event.partner ?? "") === words;
      this.#lastWords.set(event.partner ?? "", words);
      if (isRepeated) return;
    }
    this.#surroundings.report(associationMessage(event));
  }
}

const states: Record<AssociationEventType, AssociationMessage["state"]> = {
  accepted: "open",
  refused: "refused",
  deferred: "deferred",
  released: "closed",
  aborted: "closed",
  lost: "closed",
};

function associationMessage(event: AssociationEvent): AssociationMessage {
  const { direction, code, sentence, callingAddress, calledAddress, at } = event;
  const [localAddress, remoteAddress] =
    direction === "outbound" ? [callingAddress, calledAddress] : [calledAddress, callingAddress];
  return {
    type: "association",
    partner: event.partner ?? event.mtaName,
    direction,
    state: states[event.type],
    ...(event.type === "accepted" ? {} : { code, reason: sentence }),
    ...(localAddress === "" ? {} : { localAddress }),
    ...(remoteAddress === "" ? {} : { remoteAddress }),
    at,
  };
}

function faultOf(error: unknown): string {
  if (error instanceof PartnersFileError) return `partners-file-${error.code}`;
  return codeOf(error) ?? "unexpected";
}
