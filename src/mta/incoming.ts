import { ProtocolFault } from "./octets.ts";
import { maxMessageLength } from "./p1.ts";
import type { ActivityLink, ActivitySpdu } from "./session.ts";

/** A transfer under way, as its receiver sees it. */
export type Incoming = {
  /** Serial number of the last synchronization point that was set. */
  readonly serial: number;
  /** Octets since its beginning, or since it was resumed. */
  readonly length: number;
  /** Points that were set, and not yet secured, oldest first. */
  readonly unsecured: readonly number[];
  /** Its end has been told, under this serial number. */
  readonly endedAs: number | null;
};

/** What whoever stores a message is told. A point or an end is acknowledged when that has come about. */
export type IncomingWork =
  | { readonly kind: "begin"; readonly activity: Uint8Array }
  | { readonly kind: "resume"; readonly activity: Uint8Array; readonly link: ActivityLink }
  | { readonly kind: "data"; readonly data: Uint8Array }
  | { readonly kind: "secure"; readonly serial: number }
  | { readonly kind: "end"; readonly serial: number };

export type IncomingStep = { readonly incoming: Incoming; readonly work: IncomingWork };

/** How many points may wait to be secured: twice what this side agrees to. */
export const maxUnsecured = 6;

type FromSender = Exclude<ActivitySpdu, { readonly type: "MINOR SYNC ACK" | "ACTIVITY END ACK" }>;

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
    case "DATA": {
      const before = underWay(incoming, spdu);
      if (spdu.data.length === 0) throw new ProtocolFault("malformed", "data without an octet");
      const length = before.length + spdu.data.length;
      if (length > maxMessageLength) throw new ProtocolFault("too-large", `a message over ${maxMessageLength} octets`);
      return { incoming: { ...before, length }, work: { kind: "data", data: spdu.data } };
    }
    case "MINOR SYNC POINT": {
      const before = underWay(incoming, spdu);
      const { serial } = inOrder(before, spdu);
      const unsecured = [...before.unsecured, serial];
      if (unsecured.length > maxUnsecured)
        throw new ProtocolFault("too-large", "synchronization points over the window");
      return { incoming: { ...before, serial, unsecured }, work: { kind: "secure", serial } };
    }
    case "ACTIVITY END": {
      const before = underWay(incoming, spdu);
      const { serial } = inOrder(before, spdu);
      return { incoming: { ...before, serial, endedAs: serial }, work: { kind: "end", serial } };
    }
  }
}

function begun(incoming: Incoming | null, serial: number): Incoming {
  if (incoming !== null) throw new ProtocolFault("malformed", "an activity begins within another one");
  return { serial, length: 0, unsecured: [], endedAs: null };
}

function underWay(incoming: Incoming | null, { type }: FromSender): Incoming {
  if (incoming === null) throw new ProtocolFault("malformed", `${type} outside of an activity`);
  if (incoming.endedAs !== null) throw new ProtocolFault("malformed", `${type} after the end of an activity`);
  return incoming;
}

function inOrder(incoming: Incoming, spdu: Extract<FromSender, { serial: number }>): { readonly serial: number } {
  if (spdu.serial === incoming.serial + 1) return spdu;
  throw new ProtocolFault("malformed", `serial number ${spdu.serial} after ${incoming.serial}`);
}

/** It is secured; null: nothing waits for that. */
export function secured(incoming: Incoming, serial: number): Incoming | null {
  if (!incoming.unsecured.includes(serial)) return null;
  return { ...incoming, unsecured: incoming.unsecured.filter((one) => one > serial) };
}
