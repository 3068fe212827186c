import { connect, isIPv6 } from "node:net";
import type { DenyReason } from "../cluster/questions/verdict.ts";
import { driveAssociation, objectionText, type Progress } from "./association-socket.ts";
import type { Ending, LossCode, NotTransferred, Opened, PutOff } from "./association.ts";
import { canonicalAddress } from "./canonical-address.ts";
import { deferred } from "./deferred.ts";
import { initiatorStart, initiatorStep, type InitiatorContext } from "./initiator-machine.ts";
import type { AssociationCode, AssociationEvent } from "./log.ts";
import type { Checkpoint, Transfer } from "./outgoing.ts";
import type { Partner } from "./partners.ts";
import type { SourceAddress } from "./source-address.ts";
import { utcTime } from "./utc-time.ts";

/** The same bound as the responder's: what takes longer has failed. */
export const handshakeTimeoutMs = 10_000;

/** What is needed to open one association. There is no way to leave the source address out. */
export type Call = {
  readonly source: SourceAddress;
  readonly partner: Partner;
  /** The name to speak under. */
  readonly localMtaName: string;
  /** When the association must be complete, on the clock `now`; infinite for the emulation that asked nobody. */
  readonly completeByMs: number;
} & CallSurroundings;

export type CallSurroundings = {
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Aborted: the call is given up, and an open association is destroyed. */
  readonly signal?: AbortSignal;
  /** False as soon as this node may not speak from the address any more; asked before everything that is done. */
  readonly mayAct?: () => boolean;
  readonly onEvent?: (event: AssociationEvent) => void;
  /** Wall clock, for the record only. */
  readonly wallClock?: () => Date;
};

/** What became of the wish to call. A refusal and a deferral are values, not exceptions. */
export type AssociateResult =
  | { readonly outcome: "associated"; readonly association: Association }
  /** The partner said no, or is not who it should be. */
  | { readonly outcome: "refused"; readonly code: AssociationCode; readonly reason: string }
  /** Not now. Nothing was decided; ask again after `retryAfterMs`. */
  | {
      readonly outcome: "deferred";
      readonly code: AssociationCode;
      readonly reason: string;
      readonly retryAfterMs: number;
    }
  | { readonly outcome: "denied"; readonly code: "verdict-deny"; readonly reason: DenyReason };

/** An open association, in the hands of its owner. */
export type Association = {
  readonly partner: Partner;
  /** The address and port that the socket is bound to. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  /** RELEASE: the orderly end (FINISH, DISCONNECT). Bounded by a second. */
  readonly release: () => Promise<Ending>;
  /** ABORT: the partner is told, nothing is waited for. */
  readonly abort: () => Promise<Ending>;
  /** The fuse has blown: a TCP reset at once, nothing is sent any more. */
  readonly destroy: () => void;
  /** Resolves once, with whatever ended it. It never rejects. */
  readonly closed: Promise<Ending>;
  /** How messages are transferred over it, and by what it is known when it has ended. */
  readonly opened: Opened;
  /**
   * Transfers one message; the next one is begun when this one is over. Resolves with null when the partner has it whole, and otherwise with
   * why not: the partner cannot take it now, or the association has ended. It never rejects.
   *
   * @param onSecured told each time that the partner has secured more of it
   */
  readonly transfer: (
    transfer: Transfer,
    onSecured: (checkpoint: Checkpoint) => void,
  ) => Promise<NotTransferred | null>;
};

/** Milliseconds for a partner to answer a FINISH: a stop must not hang on a partner that is gone. */
const releaseTimeoutMs = 1000;
/** Milliseconds without anything confirmed of a message after which its association is given up (X.228 clause 7.6, transfer time). */
const stalledAfterMs = 60_000;
/** When to try again what failed on the network, in milliseconds, at the earliest. */
export const retryAfterMs = 250;

/**
 * Opens one association: TCP from exactly `source`, any port; COTP, session and MTA-Bind on it. This is the only place
 * of the MTA that opens a TCP socket. If the address is not on this host the call is deferred: there is no second try
 * from another one.
 */
export function call(options: Call): Promise<AssociateResult> {
  const { source, partner, now, mayAct = () => true, wallClock = () => new Date() } = options;
  const timeoutAtMs = Math.min(options.completeByMs, now() + handshakeTimeoutMs);
  const context: InitiatorContext = {
    localMtaName: options.localMtaName,
    partner,
    utcTime: utcTime(wallClock()),
    reference: nextReference(),
  };
  const { promise: result, resolve: settle } = deferred<AssociateResult>();
  const { promise: closed, resolve: close } = deferred<Ending>();
  let isOpen = false;
  /** Told how the message under way gets on. */
  let underWay: ((progress: Progress) => void) | null = null;
  let calledAddress = partner.host;

  const objection = (): LossCode | null => {
    if (!mayAct()) return "fuse-blown";
    return !isOpen && now() >= timeoutAtMs ? overdue() : null;
  };
  const overdue = (): LossCode => (timeoutAtMs === options.completeByMs ? "verdict-expired" : "partner-unreachable");

  const tooLate = objection();
  if (tooLate !== null || options.signal?.aborted === true) {
    // Not even a SYN may leave now.
    const code = tooLate ?? "cancelled";
    const reason = `The call to ${partner.mtaName} at ${partner.host} is deferred: ${objectionText(code)}`;
    emit("deferred", code, reason);
    return Promise.resolve({ outcome: "deferred", code, reason, retryAfterMs });
  }

  const socket = connect({
    host: partner.host,
    port: partner.port,
    localAddress: source.address,
    localPort: 0,
    family: isIPv6(source.address) ? 6 : 4,
    autoSelectFamily: false,
  });

  const driven = driveAssociation({
    socket,
    start: initiatorStart,
    step: (state, input) => initiatorStep(state, input, context),
    objection,
    onOpened: (opened) => {
      isOpen = true;
      stopWatching();
      emit("accepted", "accepted", `The MTA ${partner.mtaName} accepted the association from ${source.address}`);
      settle({ outcome: "associated", association: associationOf(opened) });
    },
    onProgress: (progress) => underWay?.(progress),
    onEnded: (ending) => {
      stopWatching();
      options.signal?.removeEventListener("abort", cancel);
      emit(ending.type, ending.code, ending.sentence);
      if (!isOpen) settle(resultOf(ending));
      close(ending);
    },
  });

  const associationOf = (opened: Opened): Association => ({
    partner,
    opened,
    get localAddress() {
      return canonicalAddress(socket.localAddress ?? source.address);
    },
    get localPort() {
      return socket.localPort ?? 0;
    },
    get remoteAddress() {
      return canonicalAddress(socket.remoteAddress ?? "");
    },
    release: () => {
      driven.input({ type: "release" });
      const timer = setTimeout(
        () => driven.destroy("timeout", "the partner did not answer the FINISH"),
        releaseTimeoutMs,
      );
      void closed.then(() => clearTimeout(timer));
      return closed;
    },
    abort: () => {
      driven.input({ type: "abort", code: "aborted-by-us" });
      return closed;
    },
    destroy: () => driven.destroy("fuse-blown", "this node may no longer speak from the address"),
    closed,
    transfer: async (transfer, onSecured) => {
      const { promise: transferred, resolve } = deferred<PutOff | null>();
      underWay = (progress) => {
        timer.refresh();
        if (progress.type === "secured") onSecured(progress.checkpoint);
        else resolve(progress.type === "put-off" ? progress.why : null);
      };
      driven.input({ type: "transfer", transfer });
      const timer = setTimeout(
        () => driven.destroy("timeout", "the partner confirms nothing any more"),
        stalledAfterMs,
      );
      const why = await Promise.race([transferred, closed]);
      clearTimeout(timer);
      return why;
    },
  });

  function emit(type: AssociationEvent["type"], code: AssociationCode, sentence: string): void {
    options.onEvent?.({
      type,
      direction: "outbound",
      partner: partner.mtaName,
      mtaName: options.localMtaName,
      callingAddress: source.address,
      calledAddress,
      code,
      sentence,
      at: wallClock().toISOString(),
    });
  }

  const cancel = (): void => driven.destroy("cancelled", "the owner gave it up");
  const stopWatching = watchDeadline(timeoutAtMs, now, () => {
    driven.destroy(overdue(), "it was not complete in time");
  });
  options.signal?.addEventListener("abort", cancel);

  socket.once("connect", () => {
    // The kernel was asked for this address and no other; an association from elsewhere is the very fault.
    if (canonicalAddress(socket.localAddress ?? "") !== canonicalAddress(source.address)) {
      return driven.destroy("address-not-available", `the socket is bound to ${socket.localAddress}`);
    }
    calledAddress = canonicalAddress(socket.remoteAddress ?? partner.host);
    driven.input({ type: "connected" });
  });
  return result;
}

/** Calls `expired` once `now()` has reached the deadline: a timer that fires early is set again. Returns its undoing. */
function watchDeadline(deadlineMs: number, now: () => number, expired: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    const left = deadlineMs - now();
    if (left <= 0) expired();
    else timer = setTimeout(arm, Math.ceil(left));
  };
  timer = setTimeout(arm, Math.max(0, Math.ceil(deadlineMs - now())));
  return () => clearTimeout(timer);
}

function resultOf(ending: Ending): AssociateResult {
  const { code, sentence: reason } = ending;
  return ending.type === "refused"
    ? { outcome: "refused", code, reason }
    : { outcome: "deferred", code, reason, retryAfterMs };
}

let lastReference = 0;
/** Transport references tell connections apart on one network connection: any that is not 0 will do. */
function nextReference(): number {
  lastReference = (lastReference % 0xffff) + 1;
  return lastReference;
}
