/**
 * What happens to associations, as events; and each event as a line of the log, with a code for machines and a sentence
 * for people.
 */
export type AssociationEvent = {
  readonly type: AssociationEventType;
  readonly direction: "inbound" | "outbound";
  /** The partner's MTA name as configured; null for a caller that is no partner. */
  readonly partner: string | null;
  /** The calling MTA's name as given on the wire; null before it was. */
  readonly mtaName: string | null;
  /** The calling side's network address; empty when no verdict named one. */
  readonly callingAddress: string;
  /** The called side's network address, or its host name while there is no connection. */
  readonly calledAddress: string;
  readonly code: AssociationCode;
  readonly sentence: string;
  /** Wall clock, ISO 8601, for people. */
  readonly at: string;
};

export type AssociationEventType = "accepted" | "refused" | "released" | "aborted" | "lost" | "deferred";

/** Why a responder refuses: stable words, which nothing but this list decides. */
export const refusalCodes = [
  "unknown-calling-address",
  "unknown-mta-name",
  "wrong-password",
  "wrong-called-tsap",
  "wrong-calling-tsap",
  "malformed",
  "too-large",
  "unsupported",
  "timeout",
  "too-many-associations",
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** Why a call is put off: the mail waits and the question is asked again. */
export const deferralCodes = [
  /** The verdict was `DEFER`. */
  "verdict-defer",
  /** The association was not complete when the verdict ended. */
  "verdict-expired",
  /** The verdict's address is not on this host: EADDRNOTAVAIL. */
  "address-not-available",
  /** No connection: refused, unreachable, timed out, name not resolved. */
  "partner-unreachable",
  /** The connection ended before the partner had answered. */
  "connection-lost",
  /** The owner of the call gave it up. */
  "cancelled",
] as const;
export type DeferralCode = (typeof deferralCodes)[number];

export type AssociationCode =
  | RefusalCode
  | DeferralCode
  | "accepted"
  | "released"
  /** The partner said no to our call, with a PRefuse or a DR. */
  | "refused-by-partner"
  /** The partner answered under a name or password that is not the configured one. */
  | "wrong-responder"
  | "aborted-by-partner"
  /** The partner aborted, and does not know the message that was to be resumed. */
  | "activity-unknown"
  /** The partner cannot take a message now. Its association stays open. */
  | "put-off-by-partner"
  /** The partner aborted: what was transferred is no message to it. */
  | "message-refused"
  /** The partner aborted: it found a fault in what it was sent, which is that of a message where one was under way. */
  | "fault-found-by-partner"
  /** What a partner transferred could not be stored, or is no message. */
  | "message-not-taken"
  | "aborted-by-us"
  /** The verdict was `DENY`. */
  | "verdict-deny"
  /** This node's right to the address has ended: all sockets are destroyed. */
  | "fuse-blown"
  /** The responder stops. */
  | "stopping"
  /** A socket error. */
  | "socket-error";

/** Exchange's event ids, where one says the same: 9301 an association refused on identity, 9202 a sockets error. */
const eventIds: Partial<Record<AssociationCode, number>> = {
  "unknown-calling-address": 9301,
  "unknown-mta-name": 9301,
  "wrong-password": 9301,
  "wrong-called-tsap": 9301,
  "wrong-calling-tsap": 9301,
  "refused-by-partner": 9301,
  "address-not-available": 9202,
  "partner-unreachable": 9202,
  "socket-error": 9202,
};

export type LogRecord = AssociationEvent & {
  readonly level: "info" | "warning";
  /** Event id of the Exchange MTA, or null where it has none. */
  readonly eventId: number | null;
};

export function logRecord(event: AssociationEvent): LogRecord {
  const level = event.type === "accepted" || event.type === "released" ? "info" : "warning";
  return { level, eventId: eventIds[event.code] ?? null, ...event };
}

/** One line, without its newline: JSON for machines, or time, level, id and sentence for people. */
export function logLine(record: LogRecord, format: "json" | "text"): string {
  if (format === "json") return JSON.stringify(record);
  const id = record.eventId === null ? "" : ` ${record.eventId}`;
  return `${record.at} ${record.level}${id} ${record.code}: ${record.sentence}`;
}
