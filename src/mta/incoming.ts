import { ProtocolFault } from "./octets.ts";
import { maxMessageLength } from "./p1.ts";
import type { Withdrawal } from "./outgoing.ts";
import type { ActivityLink, ActivitySpdu } from "./session-activities.ts";

/** A transfer under way, as its receiver sees it. */
export type Incoming = Taken | Refused | Withdrawn;

/** What comes of it is stored. */
export type Taken = {
  readonly phase: "taken";
  /** Serial number of the last synchronization point that was set. */
  readonly serial: number;
  /** Octets since its beginning, or since it was resumed. */
  readonly length: number;
  /** Points that were set, and not yet secured, oldest first. */
  readonly unsecured: readonly number[];
  /** Its end has been told, under this serial number. */
  readonly endedAs: number | null;
};

/** Its sender was told that it cannot be taken now. What is on its way all the same is dropped, until the sender withdraws it. */
export type Refused = {
  readonly phase: "refused";
  /** How much was dropped. */
  readonly length: number;
};

/** Its sender has withdrawn it. That is acknowledged when what was secured of it is kept, or is dropped. */
export type Withdrawn = { readonly phase: "withdrawn"; readonly by: Withdrawal };

/** What whoever stores a message is told. A point or an end is acknowledged when that has come about. */
export type IncomingWork =
  | { readonly kind: "begin"; readonly activity: Uint8Array }
  | { readonly kind: "resume"; readonly activity: Uint8Array; readonly link: ActivityLink }
  | { readonly kind: "data"; readonly data: Uint8Array }
  | { readonly kind: "secure"; readonly serial: number }
  | { readonly kind: "end"; readonly serial: number }
  /** It is resumed later, from what is secured; or it never was. Either way nothing more comes of it. */
  | { readonly kind: Withdrawal };

/** `work`: null where there is none. */
export type IncomingStep = { readonly incoming: Incoming; readonly work: IncomingWork | null };

/** How many points may wait to be secured: twice what this side agrees to. */
export const maxUnsecured = 6;

export type FromReceiver = Extract<
  ActivitySpdu,
  {
    readonly type:
      | "MINOR SYNC ACK"
      | "ACTIVITY END ACK"
      | "EXCEPTION DATA"
      | "ACTIVITY INTERRUPT ACK"
      | "ACTIVITY DISCARD ACK";
  }
>;
type FromSender = Exclude<ActivitySpdu, FromReceiver>;

/** Throws `malformed` for what comes out of turn, and `too-large` for a message over `maxMessageLength`. */
export function takeFromSender(incoming: Incoming | null, spdu: FromSender): IncomingStep {
  switch (spdu.type) {
    case "ACTIVITY START": {
      const { activity } = spdu;
      return { incoming: begun(incoming, 0), work: { kind: "begin", activity } };
    }
    case "ACTIVITY RESUME": {
      const { activity, link } = spdu;
      return { incoming: begun(incoming, link.serial), work: { kind: "resume", activity, link } };
    }
    case "ACTIVITY INTERRUPT":
      return withdrawn(incoming, spdu, "interrupt");
    case "ACTIVITY DISCARD":
      return withdrawn(incoming, spdu, "discard");
    case "DATA":
    case "MINOR SYNC POINT":
    case "ACTIVITY END":
      return incoming?.phase === "refused" ? dropped(incoming, spdu) : takePart(incoming, spdu);
  }
}

/** What an activity is made of. */
type Part = Extract<FromSender, { readonly type: "DATA" | "MINOR SYNC POINT" | "ACTIVITY END" }>;

function takePart(incoming: Incoming | null, spdu: Part): IncomingStep {
  const before = underWay(incoming, spdu);
  switch (spdu.type) {
    case "DATA": {
      if (spdu.data.length === 0) throw new ProtocolFault("malformed", "data without an octet");
      const length = before.length + spdu.data.length;
      if (length > maxMessageLength) throw new ProtocolFault("too-large", `a message over ${maxMessageLength} octets`);
      return { incoming: { ...before, length }, work: { kind: "data", data: spdu.data } };
    }
    case "MINOR SYNC POINT": {
      const { serial } = inOrder(before, spdu);
      const unsecured = [...before.unsecured, serial];
      if (unsecured.length > maxUnsecured)
        throw new ProtocolFault("too-large", "synchronization points over the window");
      return { incoming: { ...before, serial, unsecured }, work: { kind: "secure", serial } };
    }
    case "ACTIVITY END": {
      const { serial } = inOrder(before, spdu);
      return { incoming: { ...before, serial, endedAs: serial }, work: { kind: "end", serial } };
    }
  }
}

/** A sender that heeds no exception is not listened to for ever. Each part counts, also one without data. */
function dropped({ length: before }: Refused, spdu: Part): IncomingStep {
  const length = before + 1 + (spdu.type === "DATA" ? spdu.data.length : 0);
  if (length > maxMessageLength) throw new ProtocolFault("too-large", "a message that was refused goes on and on");
  return { incoming: { phase: "refused", length }, work: null };
}

function withdrawn(incoming: Incoming | null, { type }: FromSender, by: Withdrawal): IncomingStep {
  if (incoming === null || incoming.phase === "withdrawn") {
    throw new ProtocolFault("malformed", `${type} outside of an activity`);
  }
  return { incoming: { phase: "withdrawn", by }, work: { kind: by } };
}

function begun(incoming: Incoming | null, serial: number): Taken {
  if (incoming !== null) throw new ProtocolFault("malformed", "an activity begins within another one");
  return { phase: "taken", serial, length: 0, unsecured: [], endedAs: null };
}

function underWay(incoming: Incoming | null, { type }: FromSender): Taken {
  if (incoming?.phase !== "taken") throw new ProtocolFault("malformed", `${type} outside of an activity`);
  if (incoming.endedAs !== null) throw new ProtocolFault("malformed", `${type} after the end of an activity`);
  return incoming;
}

function inOrder(incoming: Taken, spdu: Extract<FromSender, { serial: number }>): { readonly serial: number } {
  if (spdu.serial === incoming.serial + 1) return spdu;
  throw new ProtocolFault("malformed", `serial number ${spdu.serial} after ${incoming.serial}`);
}

/** It is secured; null: nothing waits for that. */
export function secured(incoming: Incoming | null, serial: number): Taken | null {
  // To a sender that has withdrawn it nothing is said of it any more (ISO 8327 §7.37).
  if (incoming?.phase !== "taken" || !incoming.unsecured.includes(serial)) return null;
  return { ...incoming, unsecured: incoming.unsecured.filter((one) => one > serial) };
}
