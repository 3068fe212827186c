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
  required,
  smallInteger,
  text,
  textOf,
  toOctets,
} from "./ber.ts";
import { ProtocolFault } from "./octets.ts";

/**
 * What two MTAs of X.410-1984 say to each other when an association opens: P-units of the reliable transfer server
 * (X.410 clause 4), which carry the MTA-Bind of X.411 clause 3.4. All of it is BER, so all of it goes through a library.
 */
export type MtaBind = { readonly mtaName: string; readonly password: string };

/** A PConnect or a PAccept. */
export type OpenUnit = {
  /** Null: it names no MTA (a NULL bind). */
  readonly bind: MtaBind | null;
  /** How much is transferred between two checkpoints at most, in units of 1 024 octets; 0: a message is transferred without any. */
  readonly checkpointSize: number;
  /** How many checkpoints may be on their way. */
  readonly windowSize: number;
};

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
export type AbortReason = keyof typeof abortReasons;

/** X.409 is transfer syntax 0; 1 in its place means the normal mode of 1988, which these units are not. */
const x409TransferSyntax = 0;
/** X.410 clause 4.2.1: octets of a unit of `checkpointSize`. */
export const checkpointUnit = 1_024;
/** A checkpoint costs the receiver a write to its disk, and a failover at most what came since the last one. */
export const proposedTransfer = { checkpointSize: 16, windowSize: 3 } as const;

/** X.410 clause 4.2.1: what counts where a unit says nothing. */
const noCheckpoints = 0;
const defaultWindowSize = 3;
const what = "the user data of the session is no P-unit of X.410";

/** PConnect: the initiator's MTA-Bind, and how it would transfer. */
export function encodePConnect(open: OpenUnit & { readonly bind: MtaBind }): Uint8Array {
  return encodeOpen(open, 3);
}

/** PAccept: the responder's MTA-Bind, and how it would receive: each size is at most what was proposed. */
export function encodePAccept(open: OpenUnit & { readonly bind: MtaBind }): Uint8Array {
  return encodeOpen(open, 2);
}

/** PRefuse: the reason and nothing else. */
export function encodePRefuse(reason: RefuseReason): Uint8Array {
  return toOctets(new asn1js.Set({ value: [integer(0, refuseReasons[reason])] }));
}

/** AbortInformation, user data of an S-U-ABORT (X.410 clause 4.5.4): at most nine octets. */
export function encodeAbortInformation(reason: AbortReason): Uint8Array {
  return toOctets(new asn1js.Set({ value: [integer(0, abortReasons[reason])] }));
}

/** Reads the reason of AbortInformation; null when it is absent or not one of X.410's. */
export function decodeAbortInformation(octets: Uint8Array): AbortReason | null {
  return octets.length === 0 ? null : abortReasonOf(parseSet(octets));
}

export function abortReasonOf(members: readonly Element[]): AbortReason | null {
  const reason = find(members, 0);
  const value = reason === undefined ? null : smallInteger(reason, what);
  return namesOfAbortReasons.find((name) => abortReasons[name] === value) ?? null;
}

const namesOfAbortReasons: readonly AbortReason[] = [
  "localSystemProblem",
  "invalidParameter",
  "unrecognizedActivity",
  "temporaryProblem",
  "protocolError",
];

/** Reads a PConnect. Throws `malformed`, or `unsupported` for normal mode. */
export function decodePConnect(octets: Uint8Array): OpenUnit {
  return decodeOpen(octets, 3);
}

/** Reads a PAccept. As `decodePConnect`. */
export function decodePAccept(octets: Uint8Array): OpenUnit {
  return decodeOpen(octets, 2);
}

/** Reads the reason of a PRefuse; null when it is absent or not one of X.410's. */
export function decodePRefuse(octets: Uint8Array): RefuseReason | null {
  return refuseReasonOf(parseSet(octets));
}

export function refuseReasonOf(members: readonly Element[]): RefuseReason | null {
  const reason = find(members, 0);
  const value = reason === undefined ? null : smallInteger(reason, what);
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
function encodeOpen(
  { bind, checkpointSize, windowSize }: OpenUnit & { readonly bind: MtaBind },
  connectionDataTag: 2 | 3,
): Uint8Array {
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
export function encodeMtaBind(bind: MtaBind): Element {
  return constructed(1, [text(0, bind.mtaName), constructed(1, [new asn1js.IA5String({ value: bind.password })])]);
}

function decodeOpen(octets: Uint8Array, connectionDataTag: 2 | 3): OpenUnit {
  const unit = parseSet(octets);
  const syntax = find(unit, 0);
  const syntaxNumber = syntax === undefined ? undefined : find(membersOf(syntax, what), 0);
  if (syntaxNumber !== undefined && smallInteger(syntaxNumber, what) !== x409TransferSyntax) {
    throw new ProtocolFault("unsupported", "the caller speaks normal mode; this is X.410-1984 mode");
  }
  const members = membersOf(required(find(unit, 1), what), what);
  const connectionData = membersOf(required(find(members, connectionDataTag), what), what);
  if (find(connectionData, 1) !== undefined)
    throw new ProtocolFault("unsupported", "an association cannot be recovered");
  const [bind] = membersOf(required(find(connectionData, 0), what), what);
  return { bind: decodeMtaBind(required(bind, what)), ...decodeTerms(members) };
}

export function decodeTerms(members: readonly Element[]): Pick<OpenUnit, "checkpointSize" | "windowSize"> {
  return {
    checkpointSize: numberOf(find(members, 0), noCheckpoints),
    windowSize: numberOf(find(members, 1), defaultWindowSize),
  };
}

function numberOf(element: Element | undefined, otherwise: number): number {
  if (element === undefined) return otherwise;
  // What is no number here is more than anybody wants: the least of both sides is agreed upon.
  return smallInteger(element, what) ?? Number.MAX_SAFE_INTEGER;
}

/** Null: it is a NULL, and names nobody. */
export function decodeMtaBind(bind: Element): MtaBind | null {
  if (bind instanceof asn1js.Null) return null;
  if (!isTagged(bind, 1)) throw malformed(what);
  const members = membersOf(bind, what);
  const [password] = membersOf(required(find(members, 1), what), what);
  return {
    mtaName: textOf(required(find(members, 0), what), what),
    password: textOf(required(password, what), what),
  };
}

/** Far above any bind, and far below what costs time or stack. */
const limits = { maxDepth: 16, maxNodes: 64, maxContentLength: 512 } as const;

function parseSet(octets: Uint8Array): Element[] {
  const unit = parseElement(octets, limits, what);
  if (!(unit instanceof asn1js.Set)) throw malformed(what);
  return membersOf(unit, what);
}
