import * as asn1js from "asn1js";
import { ia5Octets, ia5Text, ProtocolFault } from "./octets.ts";

/**
 * What two MTAs of X.410-1984 say to each other when an association opens: P-units of the reliable transfer server
 * (X.410 clause 4), which carry the MTA-Bind of X.411 clause 3.4. All of it is BER, so all of it goes through a library.
 */
export type MtaBind = { readonly mtaName: string; readonly password: string };

/** X.410 RefuseReason. `validationFailure` is how one MTA tells another that it does not know it. */
export const refuseReasons = {
  rtsBusy: 0,
  cannotRecover: 1,
  validationFailure: 2,
  unacceptableDialogueMode: 3,
} as const;
export type RefuseReason = keyof typeof refuseReasons;

/** X.410 AbortReason. */
export const abortReasons = {
  localSystemProblem: 0,
  invalidParameter: 1,
  unrecognizedActivity: 2,
  temporaryProblem: 3,
  protocolError: 4,
} as const;

/** X.409 is transfer syntax 0; 1 in its place means the normal mode of 1988, which these units are not. */
const x409TransferSyntax = 0;
const checkpointSize = 0;
const windowSize = 3;

/** PConnect: the initiator's MTA-Bind. */
export function encodePConnect(bind: MtaBind): Uint8Array {
  return encodeOpen(bind, 3);
}

/** PAccept: the responder's MTA-Bind. */
export function encodePAccept(bind: MtaBind): Uint8Array {
  return encodeOpen(bind, 2);
}

/** PRefuse: the reason and nothing else. */
export function encodePRefuse(reason: RefuseReason): Uint8Array {
  return toOctets(new asn1js.Set({ value: [integer(0, refuseReasons[reason])] }));
}

/** AbortInformation, user data of an S-U-ABORT (X.410 clause 4.5.4): at most nine octets. */
export function encodeAbortInformation(reason: keyof typeof abortReasons): Uint8Array {
  return toOctets(new asn1js.Set({ value: [integer(0, abortReasons[reason])] }));
}

/** Reads a PConnect; null when it names no MTA (a NULL bind). Throws `malformed`, or `unsupported` for normal mode. */
export function decodePConnect(octets: Uint8Array): MtaBind | null {
  return decodeOpen(octets, 3);
}

/** Reads a PAccept. As `decodePConnect`. */
export function decodePAccept(octets: Uint8Array): MtaBind | null {
  return decodeOpen(octets, 2);
}

/** Reads the reason of a PRefuse; null when it is absent or not one of X.410's. */
export function decodePRefuse(octets: Uint8Array): RefuseReason | null {
  const reason = find(parseSet(octets), 0);
  const value = reason === undefined ? null : smallInteger(reason);
  return namesOfReasons.find((name) => refuseReasons[name] === value) ?? null;
}

const namesOfReasons: readonly RefuseReason[] = [
  "rtsBusy",
  "cannotRecover",
  "validationFailure",
  "unacceptableDialogueMode",
];

/**
 * `SET { [0] DataTransferSyntax, [1] pUserData SET { [0] checkpointSize, [1] windowSize, [n] ConnectionData } }` with
 * ConnectionData `[0] open`. X.410 numbers it 3 in a PConnect and 2 in a PAccept.
 */
function encodeOpen(bind: MtaBind, connectionDataTag: 2 | 3): Uint8Array {
  return toOctets(
    new asn1js.Set({
      value: [
        constructed(0, [integer(0, x409TransferSyntax)]),
        constructed(1, [
          integer(0, checkpointSize),
          integer(1, windowSize),
          constructed(connectionDataTag, [constructed(0, [encodeMtaBind(bind)])]),
        ]),
      ],
    }),
  );
}

/** `[1] SET { mTAName [0] IA5String, password [1] CHOICE { IA5String, OCTET STRING } }`, the password explicit. */
function encodeMtaBind(bind: MtaBind): asn1js.BaseBlock {
  return constructed(1, [
    primitive(0, ia5Octets(bind.mtaName)),
    constructed(1, [new asn1js.IA5String({ value: bind.password })]),
  ]);
}

function decodeOpen(octets: Uint8Array, connectionDataTag: 2 | 3): MtaBind | null {
  const unit = parseSet(octets);
  const syntax = find(unit, 0);
  const syntaxNumber = syntax === undefined ? undefined : find(membersOf(syntax), 0);
  if (syntaxNumber !== undefined && smallInteger(syntaxNumber) !== x409TransferSyntax) {
    throw new ProtocolFault("unsupported", "the caller speaks normal mode; this is X.410-1984 mode");
  }
  const connectionData = membersOf(required(find(membersOf(required(find(unit, 1))), connectionDataTag)));
  if (find(connectionData, 1) !== undefined)
    throw new ProtocolFault("unsupported", "an association cannot be recovered");
  const [bind] = membersOf(required(find(connectionData, 0)));
  return decodeMtaBind(required(bind));
}

function decodeMtaBind(bind: asn1js.BaseBlock): MtaBind | null {
  if (bind instanceof asn1js.Null) return null;
  if (bind.idBlock.tagClass !== contextClass || bind.idBlock.tagNumber !== 1) throw malformed();
  const members = membersOf(bind);
  const [password] = membersOf(required(find(members, 1)));
  return { mtaName: textOf(required(find(members, 0))), password: textOf(required(password)) };
}

const contextClass = 3;
/** Far above any bind, and far below what costs time or stack. */
const limits = { maxDepth: 16, maxNodes: 64, maxContentLength: 512 } as const;

function parseSet(octets: Uint8Array): asn1js.BaseBlock[] {
  const { offset, result } = asn1js.fromBER(octets, limits);
  if (offset !== octets.length || !(result instanceof asn1js.Set)) throw malformed();
  return result.valueBlock.value;
}

function find(members: readonly asn1js.BaseBlock[], tagNumber: number): asn1js.BaseBlock | undefined {
  return members.find(({ idBlock }) => idBlock.tagClass === contextClass && idBlock.tagNumber === tagNumber);
}

function membersOf(block: asn1js.BaseBlock): asn1js.BaseBlock[] {
  if (block instanceof asn1js.Constructed) return block.valueBlock.value;
  throw malformed();
}

/** The octets of a string, implicit or not, as text; IA5String and OCTET STRING alike. */
function textOf(block: asn1js.BaseBlock): string {
  if (block instanceof asn1js.Primitive) return ia5Text(block.valueBlock.valueHexView);
  if (block instanceof asn1js.IA5String) return ia5Text(block.valueBlock.valueHexView);
  if (block instanceof asn1js.OctetString) return ia5Text(new Uint8Array(block.getValue()));
  const [inner] = membersOf(block);
  return textOf(required(inner));
}

function smallInteger(block: asn1js.BaseBlock): number | null {
  if (!(block instanceof asn1js.Primitive)) throw malformed();
  const content = block.valueBlock.valueHexView;
  return content.length === 1 ? (content[0] ?? null) : null;
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw malformed();
  return value;
}

function malformed(): ProtocolFault {
  return new ProtocolFault("malformed", "the user data of the session is no P-unit of X.410");
}

function constructed(tagNumber: number, value: asn1js.BaseBlock[]): asn1js.Constructed {
  return new asn1js.Constructed({ idBlock: { tagClass: contextClass, tagNumber }, value });
}

function primitive(tagNumber: number, content: Uint8Array): asn1js.Primitive {
  const block = new asn1js.Primitive({ idBlock: { tagClass: contextClass, tagNumber } });
  block.valueBlock.valueHexView = content;
  return block;
}

/** INTEGER with an implicit tag: the content of a universal one under a tag of the context. */
function integer(tagNumber: number, value: number): asn1js.Primitive {
  return primitive(tagNumber, new Uint8Array(new asn1js.Integer({ value }).valueBlock.toBER()));
}

function toOctets(block: asn1js.BaseBlock): Uint8Array {
  return new Uint8Array(block.toBER());
}
