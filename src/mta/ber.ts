import * as asn1js from "asn1js";
import { ia5Octets, ia5Text, ProtocolFault } from "./octets.ts";

/**
 * Elements of BER (X.409, X.690) as the units of X.410, X.411 and X.420 are made of, through a library. A decoder here throws
 * `ProtocolFault`: what is read comes from the network.
 */
export type Element = asn1js.BaseBlock;
export type TagClass = keyof typeof classes;

/** How deep an element may be, of how many parts, and of how many octets each: far above any unit, and below what costs stack or memory. */
export type Bounds = { readonly maxDepth: number; readonly maxNodes: number; readonly maxContentLength: number };

const classes = { universal: 1, application: 2, context: 3 } as const;

export function parseElement(octets: Uint8Array, bounds: Bounds, what: string): Element {
  const { offset, result } = read(octets, bounds, what);
  if (offset !== octets.length || offset < 0) throw malformed(what);
  return result;
}

/** The library throws for some faults (a time that is none, within whatever it is), and tells of the others. */
function read(octets: Uint8Array, bounds: Bounds, what: string): ReturnType<typeof asn1js.fromBER> {
  dearOctets = 0;
  try {
    // The content of a string is nobody's here: what it may be made of would count as parts, and cost as much.
    return asn1js.fromBER(octets, { ...bounds, parseEmbedded: false });
  } catch {
    throw malformed(what);
  }
}

/**
 * Octets of one unit, in all, of the types that cost the library microseconds for each: its own bounds count an element alike, whatever it
 * is, and a message that is one identifier would take a minute. A unit has a few dozen of them.
 */
const maxDearOctets = 4_096;
let dearOctets = 0;

const dear: readonly Element[] = [
  asn1js.ObjectIdentifier.prototype,
  asn1js.RelativeObjectIdentifier.prototype,
  asn1js.BmpString.prototype,
  asn1js.UniversalString.prototype,
];
for (const type of dear) {
  const { fromBER } = type;
  type.fromBER = function (this: Element, ...read) {
    const [, , length] = read;
    dearOctets += length;
    if (dearOctets > maxDearOctets) throw malformed("identifiers without end");
    return fromBER.apply(this, read);
  };
}

export function isTagged(element: Element, tagNumber: number, tagClass: TagClass = "context"): boolean {
  return element.idBlock.tagClass === classes[tagClass] && element.idBlock.tagNumber === tagNumber;
}

export function find(
  members: readonly Element[],
  tagNumber: number,
  tagClass: TagClass = "context",
): Element | undefined {
  return members.find((element) => isTagged(element, tagNumber, tagClass));
}

export function membersOf(element: Element, what: string): Element[] {
  if (element instanceof asn1js.Constructed) return element.valueBlock.value;
  throw malformed(what);
}

/** The octets of a string, implicit or not, in one piece or in several (X.690 section 8.7.3). */
export function octetsOf(element: Element, what: string): Uint8Array {
  if (element instanceof asn1js.OctetString) return new Uint8Array(element.getValue());
  if (element instanceof asn1js.Constructed) {
    return Buffer.concat(element.valueBlock.value.map((part) => octetsOf(part, what)));
  }
  if (element instanceof asn1js.Primitive) return element.valueBlock.valueHexView;
  if (element instanceof asn1js.BaseStringBlock) return element.valueBlock.valueHexView;
  throw malformed(what);
}

/** The text of a string of printable ASCII, implicit or not. */
export function textOf(element: Element, what: string): string {
  return ia5Text(octetsOf(element, what));
}

/** A non-negative INTEGER or ENUMERATED of four octets at most, implicit or not; null when it is another one. */
export function smallInteger(element: Element, what: string): number | null {
  const content = Buffer.from(contentOf(element, what));
  if (content.length === 0 || content.length > maxIntegerLength) return null;
  const value = content.readIntBE(0, content.length);
  return value < 0 ? null : value;
}

const maxIntegerLength = 4;

function contentOf(element: Element, what: string): Uint8Array {
  if (element instanceof asn1js.Primitive) return element.valueBlock.valueHexView;
  if (element instanceof asn1js.Integer) return element.valueBlock.valueHexView;
  throw malformed(what);
}

export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw malformed(what);
  return value;
}

export function malformed(what: string): ProtocolFault {
  return new ProtocolFault("malformed", what);
}

export function constructed(tagNumber: number, value: Element[], tagClass: TagClass = "context"): Element {
  return new asn1js.Constructed({ idBlock: { tagClass: classes[tagClass], tagNumber }, value });
}

export function primitive(tagNumber: number, content: Uint8Array, tagClass: TagClass = "context"): Element {
  const block = new asn1js.Primitive({ idBlock: { tagClass: classes[tagClass], tagNumber } });
  block.valueBlock.valueHexView = content;
  return block;
}

/** INTEGER with an implicit tag: the content of a universal one under another tag. */
export function integer(tagNumber: number, value: number, tagClass: TagClass = "context"): Element {
  return primitive(tagNumber, new Uint8Array(new asn1js.Integer({ value }).valueBlock.toBER()), tagClass);
}

/** A string of printable ASCII with an implicit tag. */
export function text(tagNumber: number, value: string, tagClass: TagClass = "context"): Element {
  return primitive(tagNumber, ia5Octets(value), tagClass);
}

export function toOctets(element: Element): Uint8Array {
  return new Uint8Array(element.toBER());
}
