import * as asn1js from "asn1js";
import {
  constructed,
  type Element,
  find,
  integer,
  isTagged,
  malformed,
  membersOf,
  parseElement,
  primitive,
  required,
  smallInteger,
  toOctets,
} from "./ber.ts";

/**
 * Presentation protocol (ISO 8823, X.226) in normal mode, as RTSE needs it: one connection with three contexts, whose values are all of BER.
 */
export const contexts = {
  /** ACSE, `2.2.1.0.1`. */
  acse: { id: 1, abstractSyntax: "2.2.1.0.1" },
  /** RTSE, `2.6.0.2.12`. */
  rtse: { id: 3, abstractSyntax: "2.6.0.2.12" },
  /** MTSE, the transfer of messages, `2.6.0.2.7`. */
  mtse: { id: 5, abstractSyntax: "2.6.0.2.7" },
} as const;
export type ContextName = keyof typeof contexts;

/** A value, and the context that it is of. */
export type PresentationValue = { readonly context: number; readonly value: Element };

const basicEncodingRules = "2.1.1";
const normal = 1;
const tags = {
  modeSelector: 0,
  normalModeParameters: 2,
  contextDefinitions: 4,
  contextResults: 5,
  responderResult: 0,
  responderTransferSyntax: 1,
} as const;
const fullyEncoded = 1;
const accepted = 0;
const what = "the user data of the session is no unit of presentation in normal mode";

/** CP: connect presentation, with the three contexts. */
export function encodeCp(user: PresentationValue): Uint8Array {
  const definitions = Object.values(contexts).map(
    ({ id, abstractSyntax }) =>
      new asn1js.Sequence({
        value: [
          new asn1js.Integer({ value: id }),
          new asn1js.ObjectIdentifier({ value: abstractSyntax }),
          new asn1js.Sequence({ value: [new asn1js.ObjectIdentifier({ value: basicEncodingRules })] }),
        ],
      }),
  );
  return unit([constructed(tags.contextDefinitions, definitions), encodeUserData(user)]);
}

/** CPA: all of as many contexts as were proposed are accepted, in their order. */
export function encodeCpa(user: PresentationValue, proposed: number): Uint8Array {
  const result = (): Element =>
    new asn1js.Sequence({
      value: [
        integer(tags.responderResult, accepted),
        primitive(tags.responderTransferSyntax, contentOfOid(basicEncodingRules)),
      ],
    });
  const results = Array.from({ length: proposed }, result);
  return unit([constructed(tags.contextResults, results), encodeUserData(user)]);
}

/** CPR, the connection is refused by who is above. */
export function encodeCpr(user: PresentationValue): Uint8Array {
  return toOctets(new asn1js.Sequence({ value: [encodeUserData(user)] }));
}

/** ARU: an abort by who is above. */
export function encodeAru(user: PresentationValue): Uint8Array {
  return toOctets(constructed(0, [encodeUserData(user)]));
}

/** User data of a release, or of a transfer. */
export function encodeValue(user: PresentationValue): Uint8Array {
  return toOctets(encodeUserData(user));
}

function unit(parameters: Element[]): Uint8Array {
  return toOctets(
    new asn1js.Set({
      value: [constructed(tags.modeSelector, [integer(0, normal)]), constructed(tags.normalModeParameters, parameters)],
    }),
  );
}

/** `Fully-encoded-data ::= [APPLICATION 1] SEQUENCE OF PDV-list`, of one value. */
function encodeUserData({ context, value }: PresentationValue): Element {
  const list = new asn1js.Sequence({ value: [new asn1js.Integer({ value: context }), constructed(0, [value])] });
  return constructed(fullyEncoded, [list], "application");
}

/** What a CP proposes: the contexts by what they are for, how many there are in all, and its first value. */
export type ConnectPresentation = {
  readonly idOf: (name: ContextName) => number | null;
  readonly proposed: number;
  readonly user: PresentationValue;
};

export function decodeCp(octets: Uint8Array): ConnectPresentation {
  const parameters = parametersOf(octets);
  const definitions = membersOf(required(find(parameters, tags.contextDefinitions), what), what).map((definition) => {
    const [id, syntax] = membersOf(definition, what);
    if (!(syntax instanceof asn1js.ObjectIdentifier)) throw malformed(what);
    return { id: smallInteger(required(id, what), what), syntax: syntax.getValue() };
  });
  return {
    idOf: (name) => definitions.find(({ syntax }) => syntax === contexts[name].abstractSyntax)?.id ?? null,
    proposed: definitions.length,
    user: userDataIn(parameters),
  };
}

export function decodeCpa(octets: Uint8Array): PresentationValue {
  return userDataIn(parametersOf(octets));
}

export function decodeCpr(octets: Uint8Array): PresentationValue {
  return userDataIn(membersOf(parse(octets), what));
}

export function decodeAru(octets: Uint8Array): PresentationValue {
  return userDataIn(membersOf(parse(octets), what));
}

export function decodeValue(octets: Uint8Array): PresentationValue {
  return userDataIn([parse(octets)]);
}

/** Whether a CONNECT is of normal mode: X.410 mode says 0 in the same place, or nothing. */
export function isNormalMode(octets: Uint8Array): boolean {
  const selector = find(membersOf(parse(octets), what), tags.modeSelector);
  const value = selector === undefined ? undefined : find(membersOf(selector, what), 0);
  return value !== undefined && smallInteger(value, what) === normal;
}

function parametersOf(octets: Uint8Array): Element[] {
  return membersOf(required(find(membersOf(parse(octets), what), tags.normalModeParameters), what), what);
}

function userDataIn(members: readonly Element[]): PresentationValue {
  const data = required(find(members, fullyEncoded, "application"), what);
  const [list] = membersOf(data, what);
  const parts = membersOf(required(list, what), what);
  const id = parts.find((part) => part instanceof asn1js.Integer);
  const single = required(
    parts.find((part) => isTagged(part, 0)),
    what,
  );
  const [value] = membersOf(single, what);
  return { context: smallInteger(required(id, what), what) ?? 0, value: required(value, what) };
}

/** Above a checkpoint of the largest size that is agreed to, and what is around it. */
const limits = { maxDepth: 24, maxNodes: 256, maxContentLength: 64 * 1_024 } as const;

function parse(octets: Uint8Array): Element {
  return parseElement(octets, limits, what);
}

function contentOfOid(text: string): Uint8Array {
  return new Uint8Array(new asn1js.ObjectIdentifier({ value: text }).valueBlock.toBER());
}
