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
  required,
  smallInteger,
} from "./ber.ts";
import type { Mode, Opening } from "./mode.ts";
import { maxMessageLength } from "./p1.ts";
import {
  type ContextName,
  contexts,
  decodeAru,
  decodeCp,
  decodeCpa,
  decodeCpr,
  decodeValue,
  encodeAru,
  encodeCp,
  encodeCpa,
  encodeCpr,
  encodeValue,
  type PresentationValue,
} from "./presentation.ts";
import {
  abortReasonOf,
  abortReasons,
  decodeMtaBind,
  decodeTerms,
  encodeMtaBind,
  type OpenUnit,
  refuseReasonOf,
  refuseReasons,
} from "./rts.ts";
import { sessionVersion2 } from "./session.ts";

/** Context identifiers of a connection: who calls has chosen them. */
type Ids = Readonly<Record<ContextName, number>>;
const ownIds: Ids = { acse: contexts.acse.id, rtse: contexts.rtse.id, mtse: contexts.mtse.id };

/** Units of ACSE (ISO 8650, X.227), of the class APPLICATION. */
const acse = { AARQ: 0, AARE: 1, RLRQ: 2, RLRE: 3, ABRT: 4 } as const;
const acseTags = {
  contextName: 1,
  result: 2,
  resultSource: 3,
  serviceUser: 1,
  reason: 0,
  abortSource: 0,
  userInformation: 30,
} as const;
/** mts-transfer: RTSE in normal mode, without ROSE (X.419 section 7). */
const applicationContext = "2.6.0.1.6";
const results = { accepted: 0, rejectedPermanent: 1 } as const;
const noReasonGiven = 1;
const normalRelease = 0;
const byServiceUser = 0;

/** Units of RTSE (X.228 clause 9), of the class of the context. */
const rtse = { RTORQ: 16, RTOAC: 17, RTORJ: 18, RTAB: 22 } as const;
/** Of the BIND macro (X.218): what it asks, and how it is answered. */
const bindTags = { argument: 16, result: 17 } as const;
const connectionDataTags = { RTORQ: 3, RTOAC: 2 } as const;
const open = 0;
/** EXTERNAL (X.680 section 34). */
const external = 8;
const what = "a unit of ACSE or RTSE that is none of normal mode";

/** Normal mode, with the contexts of one connection. @param proposed how many of them its CP has */
function normalModeWith(ids: Ids, proposed: number): Mode {
  const inContext = (name: ContextName, value: Element): PresentationValue => ({ context: ids[name], value });
  const ofAcse = (unit: keyof typeof acse, members: Element[]): PresentationValue =>
    inContext("acse", constructed(acse[unit], members, "application"));
  const release = (unit: "RLRQ" | "RLRE"): Uint8Array =>
    encodeValue(ofAcse(unit, [integer(acseTags.reason, normalRelease)]));

  return {
    name: "normal",
    sessionVersion: sessionVersion2,
    encodeConnect: (opening) => {
      const context = constructed(acseTags.contextName, [new asn1js.ObjectIdentifier({ value: applicationContext })]);
      return encodeCp(ofAcse("AARQ", [context, userInformation(ids, opened("RTORQ", opening))]));
    },
    encodeAccept: (opening) =>
      encodeCpa(ofAcse("AARE", answer(results.accepted, ids, opened("RTOAC", opening))), proposed),
    encodeRefuse: (reason) => {
      const refused = constructed(rtse.RTORJ, [integer(0, refuseReasons[reason])]);
      return encodeCpr(ofAcse("AARE", answer(results.rejectedPermanent, ids, refused)));
    },
    encodeAbort: (reason) => {
      const aborted = constructed(rtse.RTAB, [integer(0, abortReasons[reason])]);
      const source = integer(acseTags.abortSource, byServiceUser);
      return encodeAru(ofAcse("ABRT", [source, userInformation(ids, aborted)]));
    },
    finish: release("RLRQ"),
    disconnect: release("RLRE"),
    // An EXTERNAL of the message's context, which RTSE cuts without looking into it (X.228 clause 7.6.2).
    wrap: (message) => Buffer.concat([externalHeader(ids.mtse, message.length), message]),
    encodePiece: (octets) => encodeValue(inContext("rtse", new asn1js.OctetString({ valueHex: octets }))),
    decodeAccept: (userData) => readOpen(informationIn(decodeCpa(userData)), "RTOAC", bindTags.result),
    decodeRefuse: (userData) => {
      const refused = userData.length === 0 ? null : informationIn(decodeCpr(userData));
      return refused === null ? null : refuseReasonOf(membersOf(refused, what));
    },
    decodeAbort: (userData) => {
      const aborted = userData.length === 0 ? null : informationIn(decodeAru(userData));
      return aborted === null ? null : abortReasonOf(membersOf(aborted, what));
    },
    decodePiece: (userData) => {
      const { context, value } = decodeValue(userData);
      if (context !== ids.rtse) throw malformed(what);
      return octetsOf(value, what);
    },
    unwrap: (octets) => messageIn(octets, ids.mtse),
  };
}

/** As this side proposes it. */
export const normalMode: Mode = normalModeWith(ownIds, Object.keys(ownIds).length);

/** What a caller proposes: the mode with his contexts, and what he says. */
export function readNormalConnect(userData: Uint8Array): { readonly mode: Mode; readonly opening: OpenUnit } {
  const { idOf, proposed, user } = decodeCp(userData);
  const [acseId, rtseId, mtseId] = [idOf("acse"), idOf("rtse"), idOf("mtse")];
  if (acseId === null || rtseId === null || mtseId === null) throw malformed(what);
  return {
    mode: normalModeWith({ acse: acseId, rtse: rtseId, mtse: mtseId }, proposed),
    opening: readOpen(informationIn(user), "RTORQ", bindTags.argument),
  };
}

function opened(unit: "RTORQ" | "RTOAC", { bind, checkpointSize, windowSize }: Opening): Element {
  const bound = constructed(unit === "RTORQ" ? bindTags.argument : bindTags.result, [encodeMtaBind(bind)]);
  return constructed(rtse[unit], [
    integer(0, checkpointSize),
    integer(1, windowSize),
    constructed(connectionDataTags[unit], [constructed(open, [bound])]),
  ]);
}

function readOpen(unit: Element, name: "RTORQ" | "RTOAC", bindTag: number): OpenUnit {
  if (!isTagged(unit, rtse[name])) throw malformed(what);
  const members = membersOf(unit, what);
  const connectionData = membersOf(required(find(members, connectionDataTags[name]), what), what);
  const [bound] = membersOf(required(find(connectionData, open), what), what);
  if (!isTagged(required(bound, what), bindTag)) throw malformed(what);
  const [bind] = membersOf(required(bound, what), what);
  return { bind: decodeMtaBind(required(bind, what)), ...decodeTerms(members) };
}

function answer(result: number, ids: Ids, said: Element): Element[] {
  return [
    constructed(acseTags.contextName, [new asn1js.ObjectIdentifier({ value: applicationContext })]),
    constructed(acseTags.result, [new asn1js.Integer({ value: result })]),
    constructed(acseTags.resultSource, [
      constructed(acseTags.serviceUser, [
        new asn1js.Integer({ value: result === results.accepted ? 0 : noReasonGiven }),
      ]),
    ]),
    userInformation(ids, said),
  ];
}

function userInformation(ids: Ids, said: Element): Element {
  const value = [new asn1js.Integer({ value: ids.rtse }), constructed(0, [said])];
  return constructed(acseTags.userInformation, [constructed(external, value, "universal")]);
}

/** What RTSE says in a unit of ACSE. */
function informationIn({ value: unit }: PresentationValue): Element {
  const information = required(find(membersOf(unit, what), acseTags.userInformation), what);
  const [said] = membersOf(information, what);
  const [value] = membersOf(required(find(membersOf(required(said, what), what), 0), what), what);
  return required(value, what);
}

/** `EXTERNAL { indirect-reference INTEGER, [0] … }` up to its value, with lengths as long as they need to be. */
function externalHeader(context: number, length: number): Uint8Array {
  const reference = Buffer.from(new asn1js.Integer({ value: context }).toBER());
  const inner = tagged(0xa0, length);
  const body = reference.length + inner.length + length;
  return Buffer.concat([tagged(0x28, body), reference, inner]);
}

/** An identifier octet and a definite length (X.690 section 8.1.3). */
function tagged(identifier: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(identifier, length);
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return Uint8Array.of(identifier, 0x80 | digits.length, ...digits);
}

const messageLimits = { maxDepth: 32, maxNodes: 64 * 1_024, maxContentLength: maxMessageLength };

function messageIn(octets: Uint8Array, context: number): Uint8Array {
  const unit = parseElement(octets, messageLimits, what);
  if (!isTagged(unit, external, "universal")) throw malformed(what);
  const members = membersOf(unit, what);
  const reference = members.find((member) => member instanceof asn1js.Integer);
  if (reference !== undefined && smallInteger(reference, what) !== context) throw malformed(what);
  const [message] = membersOf(required(find(members, 0), what), what);
  // As it came, whatever encoding it has.
  return required(message, what).valueBeforeDecodeView;
}
