import * as asn1js from "asn1js";
import {
  constructed,
  type Element,
  find,
  integer,
  isTagged,
  malformed,
  membersOf,
  octetsOf,
  parseElement,
  primitive,
  required,
  smallInteger,
  text,
  textOf,
  toOctets,
} from "./ber.ts";
import { decodeDomain, decodeOrName, type Domain, encodeDomain, encodeOrName, type OrName } from "./or-name.ts";

/**
 * A message as MTAs hand it on (P1): envelope and content. X.411 of 1984 calls it a UserMPDU and that of 1988 a Message; the octets are
 * the same for all that is used here.
 */
export type Message = {
  readonly identifier: MessageIdentifier;
  readonly originator: OrName;
  readonly contentType: ContentType;
  /** What the originator calls it, at most 16 characters. */
  readonly contentIdentifier: string | null;
  readonly recipients: readonly Recipient[];
  /** Through which domains it came, the first one first. */
  readonly trace: readonly TraceStep[];
  /** An information object of X.420, untouched. */
  readonly content: Uint8Array;
};

/** `MTSIdentifier`: unique in the world, and what a message is known by when it comes twice. */
export type MessageIdentifier = { readonly domain: Domain; readonly local: string };
/** Interpersonal messages, of X.420-1984 or of X.420-1988. */
export type ContentType = 2 | 22;

export type Recipient = {
  readonly name: OrName;
  /** The place that it had when the message was submitted, from 1 on. */
  readonly number: number;
  /** Whether this copy is to be delivered to it; another copy has it otherwise. */
  readonly isResponsible: boolean;
};

export type TraceStep = {
  readonly domain: Domain;
  /** UTCTime, `YYMMDDhhmmssZ`. */
  readonly arrival: string;
};

/** Above what mail has, content and all, in octets. */
export const maxMessageLength = 16 * 1024 * 1024;
/** ub-recipients of X.411 is 32 767; each costs memory before anybody is known to be worth it. */
const maxRecipients = 1_000;
const maxTrace = 512;
/** ub-local-id-length of X.411. */
const maxLocalLength = 32;
const bounds = { maxDepth: 24, maxNodes: 64 * 1024, maxContentLength: maxMessageLength };
const what = "an MPDU that is none of X.411";

/** Tags of the class APPLICATION, as X.411 of both years gives them. */
const tags = {
  identifier: 4,
  encodedInformationTypes: 5,
  contentType: 6,
  perMessageIndicators: 8,
  trace: 9,
  contentIdentifier: 10,
} as const;
const recipientsTag = 2;
/** Arrival and, after it, what the domain did with it (X.411 figure 2: RoutingAction, relayed). */
const traceTags = { arrival: 0, action: 2 } as const;
const relayed = 0;
const recipientTags = { number: 0, indicators: 1 } as const;
/** Responsibility, the MTA's and the user's reports: `basic`, `none`. Stacks expect all eight bits. */
const responsible = 0xa0;
const notResponsible = 0x20;
/** `ia5Text`, bit 2 of BuiltInEncodedInformationTypes. */
const ia5Text = Uint8Array.of(5, 0x20);

export function encodeMessage(message: Message): Uint8Array {
  const { identifier, originator, contentType, contentIdentifier, recipients, trace, content } = message;
  const envelope = new asn1js.Set({
    value: [
      encodeIdentifier(identifier),
      encodeOrName(originator),
      constructed(tags.encodedInformationTypes, [primitive(0, ia5Text)], "application"),
      integer(tags.contentType, contentType, "application"),
      ...(contentIdentifier === null ? [] : [text(tags.contentIdentifier, contentIdentifier, "application")]),
      constructed(recipientsTag, recipients.map(encodeRecipient)),
      constructed(tags.trace, trace.map(encodeTraceStep), "application"),
    ],
  });
  return toOctets(constructed(0, [envelope, new asn1js.OctetString({ valueHex: content })]));
}

/** Throws `ProtocolFault`: `malformed`, or `too-large` where a bound of this file is passed. */
export function decodeMessage(octets: Uint8Array): Message {
  const unit = parseElement(octets, bounds, what);
  if (!isTagged(unit, 0)) throw malformed(what);
  const [envelope, content] = membersOf(unit, what);
  const members = membersOf(required(envelope, what), what);
  const contentIdentifier = find(members, tags.contentIdentifier, "application");
  const trace = find(members, tags.trace, "application");
  const recipients = membersOf(required(find(members, recipientsTag), what), what);
  const steps = trace === undefined ? [] : membersOf(trace, what);
  if (recipients.length === 0 || recipients.length > maxRecipients || steps.length > maxTrace) throw malformed(what);
  return {
    identifier: decodeIdentifier(required(find(members, tags.identifier, "application"), what)),
    originator: decodeOrName(required(find(members, 0, "application"), what)),
    contentType: contentTypeOf(required(find(members, tags.contentType, "application"), what)),
    contentIdentifier: contentIdentifier === undefined ? null : textOf(contentIdentifier, what),
    recipients: recipients.map(decodeRecipient),
    trace: steps.map(decodeTraceStep),
    content: octetsOf(required(content, what), what),
  };
}

/** A name for files and logs: what tells a message apart, in characters that any file system takes. */
export function nameOf({ domain, local }: MessageIdentifier): string {
  return [domain.country, domain.admd, domain.prmd ?? "", local].map(encodeURIComponent).join("+");
}

function encodeIdentifier({ domain, local }: MessageIdentifier): Element {
  return constructed(tags.identifier, [encodeDomain(domain), new asn1js.IA5String({ value: local })], "application");
}

function decodeIdentifier(element: Element): MessageIdentifier {
  const [domain, local] = membersOf(element, what);
  const text = textOf(required(local, what), what);
  if (text.length > maxLocalLength) throw malformed(what);
  return { domain: decodeDomain(required(domain, what)), local: text };
}

function contentTypeOf(element: Element): ContentType {
  const value = smallInteger(element, what);
  if (value === 2 || value === 22) return value;
  throw malformed(`content type ${value ?? "unknown"}: no interpersonal message`);
}

function encodeRecipient({ name, number, isResponsible }: Recipient): Element {
  return new asn1js.Set({
    value: [
      encodeOrName(name),
      integer(recipientTags.number, number),
      primitive(recipientTags.indicators, Uint8Array.of(0, isResponsible ? responsible : notResponsible)),
    ],
  });
}

function decodeRecipient(element: Element): Recipient {
  const members = membersOf(element, what);
  const indicators = octetsOf(required(find(members, recipientTags.indicators), what), what);
  return {
    name: decodeOrName(required(find(members, 0, "application"), what)),
    number: smallInteger(required(find(members, recipientTags.number), what), what) ?? 0,
    isResponsible: ((indicators[1] ?? 0) & 0x80) !== 0,
  };
}

function encodeTraceStep({ domain, arrival }: TraceStep): Element {
  const supplied = new asn1js.Set({
    value: [text(traceTags.arrival, arrival), integer(traceTags.action, relayed)],
  });
  return new asn1js.Sequence({ value: [encodeDomain(domain), supplied] });
}

function decodeTraceStep(element: Element): TraceStep {
  const [domain, supplied] = membersOf(element, what);
  const members = membersOf(required(supplied, what), what);
  return {
    domain: decodeDomain(required(domain, what)),
    arrival: textOf(required(find(members, traceTags.arrival), what), what),
  };
}
