import { createServer, type Server, type Socket } from "node:net";
import { driveAssociation, type AssociationSocket } from "./association-socket.ts";
import { type AssociationInput, nobody, type LossCode, type Peer } from "./association.ts";
import { canonicalAddress } from "./canonical-address.ts";
import { monotonicMs } from "./clock.ts";
import { deferred } from "./deferred.ts";
import { type Inbox, keepingNothing, type Receiver } from "./inbox.ts";
import type { IncomingWork } from "./incoming.ts";
import type { AssociationCode, AssociationEvent } from "./log.ts";
import type { Partners } from "./partners.ts";
import { responderStart, responderStep } from "./responder-machine.ts";
import { utcTime } from "./utc-time.ts";

export type ResponderLimits = {
  /** Connections in all, those that still shake hands included. */
  readonly maxAssociations: number;
  /** Open associations of one partner. */
  readonly maxAssociationsPerPartner: number;
  /** Connections from addresses that no partner lists: they are heard out for the log, but take no partner's place. */
  readonly maxStrangers: number;
  /** From the TCP connection to the CONNECT, in milliseconds. */
  readonly handshakeTimeoutMs: number;
};

/**
 * 32 and 8 are ample for MTAs, which keep one or two associations to a partner; each costs a descriptor and, at worst,
 * a packet and a TSDU of 64 KiB. Ten seconds are the patience of a partner on a slow line.
 */
export const defaultResponderLimits: ResponderLimits = {
  maxAssociations: 32,
  maxAssociationsPerPartner: 8,
  maxStrangers: 8,
  handshakeTimeoutMs: 10_000,
};

export type ListenOptions = {
  readonly host: string;
  /** TCP port; 0 lets the kernel choose. */
  readonly port: number;
  /** The name under which this MTA answers. */
  readonly localMtaName: string;
  readonly partners: Partners;
  /** Where messages go that partners transfer; without it none is taken. */
  readonly inbox?: Inbox;
  readonly limits?: Partial<ResponderLimits>;
  /** False as soon as this node may not speak from the address any more; asked before everything that is done. */
  readonly mayAct?: () => boolean;
  readonly onEvent?: (event: AssociationEvent) => void;
  /** Monotonic milliseconds. */
  readonly clock?: () => number;
  /** Wall clock, for the record only. */
  readonly wallClock?: () => Date;
};

export type Responder = {
  readonly address: string;
  readonly port: number;
  /** Whether it still takes connections. */
  readonly isListening: () => boolean;
  /**
   * Takes no new association, and resolves when none is open. Only its initiator may release one, so a partner that speaks is waited
   * for, and one that has been silent for a second has nothing to finish: MTAs keep associations open for the next message, and
   * waiting for their release would be waiting for ever.
   */
  readonly drain: () => Promise<void>;
  /** The drain is called off, and what is open stays. A drain that was waiting never resolves. */
  readonly resume: () => void;
  /** Closes the listener, aborts what is open, resolves when all connections are gone (about a second at most). */
  readonly close: () => Promise<void>;
  /** The fuse has blown: listener and sockets are gone when this returns; nothing is sent any more. */
  readonly destroy: () => void;
};

/**
 * Answers associations on one address and port, alone on it. Rejects with the error of `listen` (EADDRINUSE,
 * EADDRNOTAVAIL, EACCES); after that nothing that a caller does throws.
 */
export async function listen(options: ListenOptions): Promise<Responder> {
  const associations = new Associations(options);
  const server = createServer({ allowHalfOpen: false, pauseOnConnect: false }, (socket) => associations.add(socket));
  await bind(server, options.host, options.port);
  // Errors of a listening server are those of accept (descriptors used up): the next connection tries again.
  server.on("error", () => {});
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("a TCP server has an address and a port");
  return {
    address: bound.address,
    port: bound.port,
    isListening: () => server.listening,
    drain: () => associations.drain(),
    resume: () => associations.resume(),
    close: async () => {
      const { promise: closed, resolve } = deferred<void>();
      server.close(() => resolve());
      associations.stop();
      await closed;
    },
    destroy: () => {
      server.close();
      associations.destroy();
    },
  };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

type Entry = {
  readonly driven: AssociationSocket;
  readonly isStranger: boolean;
  partner: string | null;
  receiver: Receiver;
  /** How much it has been given to do, and has not done. */
  pending: number;
  /** When the caller said something last, on the monotonic clock. */
  heardAtMs: number;
};

/** What one read of a socket brings, 64 KiB, in pieces that anybody would send. */
const maxPending = 4_096;
const tooMuch: AssociationInput = {
  type: "not-stored",
  reason: "protocolError",
  detail: "it comes in pieces that are too small",
};

/** A partner that has something to finish says more within this time, in milliseconds. */
const silenceMs = 1_000;

/** The connections of one responder and the limits upon them. */
class Associations {
  readonly #options: ListenOptions;
  readonly #limits: ResponderLimits;
  readonly #knownAddresses: ReadonlySet<string>;
  readonly #entries = new Map<Socket, Entry>();
  #lastReference = 0;
  /** Told when nothing is open; null: it does not drain. */
  #drained: (() => void) | null = null;
  #silent: NodeJS.Timeout | undefined;

  constructor(options: ListenOptions) {
    this.#options = options;
    this.#limits = { ...defaultResponderLimits, ...options.limits };
    this.#knownAddresses = new Set([...options.partners.values()].flatMap((partner) => partner.addresses));
  }

  add(socket: Socket): void {
    if (this.#drained !== null) {
      // Where no filter keeps it away: it calls again, and then reaches who has the address next.
      socket.resetAndDestroy();
      return;
    }
    const callingAddress = canonicalAddress(socket.remoteAddress ?? "");
    const isStranger = !this.#knownAddresses.has(callingAddress);
    const hasRoom = this.#hasRoom(isStranger);
    const emit = this.#emitter(callingAddress, canonicalAddress(socket.localAddress ?? this.#options.host));
    const timer = setTimeout(
      () => driven.destroy("timeout", "it was not complete in time"),
      this.#limits.handshakeTimeoutMs,
    );
    const context = {
      localMtaName: this.#options.localMtaName,
      partners: this.#options.partners,
      callingAddress,
      utcTime: utcTime(this.#now()),
      reference: this.#nextReference(),
      isFull: ({ mtaName }: { mtaName: string }) => this.#countOf(mtaName) >= this.#limits.maxAssociationsPerPartner,
    };
    const driven = driveAssociation({
      socket,
      start: responderStart,
      step: (state, input) => responderStep(state, input, context),
      objection: () => this.#objection(),
      onOpened: (opened) => {
        const { peer } = opened;
        clearTimeout(timer);
        const entry = this.#entries.get(socket);
        if (entry !== undefined) {
          entry.partner = peer.partner;
          entry.receiver = this.#options.inbox?.receiver(peer.partner ?? "", opened) ?? keepingNothing;
        }
        emit(
          "accepted",
          "accepted",
          `An association from the MTA ${peer.mtaName} at ${callingAddress} was accepted`,
          peer,
        );
      },
      onEnded: ({ type, code, sentence, peer }) => {
        clearTimeout(timer);
        const entry = this.#entries.get(socket);
        if (entry !== undefined) entry.partner = null;
        emit(type, code, sentence, peer);
      },
      onIncoming: (work) => void this.#receive(socket, work),
    });
    const entry: Entry = {
      driven,
      isStranger,
      partner: null,
      receiver: keepingNothing,
      pending: 0,
      heardAtMs: this.#clock(),
    };
    socket.on("data", () => (entry.heardAtMs = this.#clock()));
    socket.once("close", () => {
      void entry.receiver.end();
      this.#entries.delete(socket);
      this.#goOnDraining();
    });
    this.#entries.set(socket, entry);
    if (!hasRoom) driven.destroy("too-many-associations", "there are too many associations already");
  }

  /** What is sent meanwhile waits in the socket, so that a slow disk holds up the sender and not this process's memory. */
  async #receive(socket: Socket, work: IncomingWork): Promise<void> {
    const entry = this.#entries.get(socket);
    if (entry === undefined) return;
    socket.pause();
    entry.pending += 1;
    if (entry.pending > maxPending) return entry.driven.input(tooMuch);
    const told = await entry.receiver.take(work);
    entry.pending -= 1;
    if (entry.pending === 0) socket.resume();
    if (told !== null) entry.driven.input(told);
  }

  drain(): Promise<void> {
    const { promise, resolve } = deferred<void>();
    this.#drained = resolve;
    this.#goOnDraining();
    return promise;
  }

  resume(): void {
    this.#drained = null;
    clearTimeout(this.#silent);
  }

  /** Aborts what has been silent for long enough, and comes back when the next one has. */
  #goOnDraining(): void {
    clearTimeout(this.#silent);
    if (this.#drained === null) return;
    const silentSince = this.#clock() - silenceMs;
    const speaking = [...this.#entries.values()].filter(({ heardAtMs }) => heardAtMs > silentSince);
    for (const { driven, heardAtMs } of this.#entries.values()) {
      if (heardAtMs <= silentSince) driven.input({ type: "abort", code: "stopping" });
    }
    if (this.#entries.size === 0) this.#drained();
    else if (speaking.length > 0) {
      const next = Math.min(...speaking.map(({ heardAtMs }) => heardAtMs)) - silentSince;
      this.#silent = setTimeout(() => this.#goOnDraining(), Math.ceil(next));
    }
  }

  stop(): void {
    this.resume();
    for (const { driven } of this.#entries.values()) driven.input({ type: "abort", code: "stopping" });
  }

  destroy(): void {
    this.resume();
    for (const { driven } of this.#entries.values()) {
      driven.destroy("fuse-blown", "this node may no longer speak from the address");
    }
  }

  #hasRoom(isStranger: boolean): boolean {
    const strangers = [...this.#entries.values()].filter((entry) => entry.isStranger).length;
    if (isStranger && strangers >= this.#limits.maxStrangers) return false;
    return this.#entries.size < this.#limits.maxAssociations;
  }

  #countOf(partner: string): number {
    return [...this.#entries.values()].filter((entry) => entry.partner === partner).length;
  }

  #objection(): LossCode | null {
    return (this.#options.mayAct?.() ?? true) ? null : "fuse-blown";
  }

  #emitter(callingAddress: string, calledAddress: string) {
    return (type: AssociationEvent["type"], code: AssociationCode, sentence: string, peer: Peer = nobody): void => {
      const at = this.#now().toISOString();
      this.#options.onEvent?.({
        type,
        direction: "inbound",
        ...peer,
        callingAddress,
        calledAddress,
        code,
        sentence,
        at,
      });
    };
  }

  #clock(): number {
    return this.#options.clock?.() ?? monotonicMs();
  }

  #now(): Date {
    return this.#options.wallClock?.() ?? new Date();
  }

  #nextReference(): number {
    this.#lastReference = (this.#lastReference % 0xffff) + 1;
    return this.#lastReference;
  }
}
