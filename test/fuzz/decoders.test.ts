import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as asn1js from "asn1js";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { membersOf, octetsOf, parseElement, smallInteger, textOf, type Element } from "../../src/mta/ber.ts";
import { decodeTpdu, encodeTpdu } from "../../src/mta/cotp.ts";
import { normalMode, readNormalConnect } from "../../src/mta/normal-mode.ts";
import { ProtocolFault } from "../../src/mta/octets.ts";
import { decodeMessage, encodeMessage, nameOf } from "../../src/mta/p1.ts";
import { decodeAru, decodeCp, decodeCpa, decodeCpr, decodeValue, isNormalMode } from "../../src/mta/presentation.ts";
import {
  decodeAbortInformation,
  decodePAccept,
  decodePConnect,
  decodePRefuse,
  encodeAbortInformation,
  encodePAccept,
  encodePConnect,
  encodePRefuse,
} from "../../src/mta/rts.ts";
import { decodeTsdu, encodeSpdu, functionalUnits, sessionVersion1 } from "../../src/mta/session.ts";
import { T61Error, t61Octets } from "../../src/mta/t61.ts";
import { encodeTpkt } from "../../src/mta/tpkt.ts";
import { packetOf, packetsOf, TransportReceiver } from "../../src/mta/transport.ts";
import { x410Mode } from "../../src/mta/x410-mode.ts";
import { messageWith } from "../mta/messages.ts";
import { always } from "./always.ts";
import { bombs, noise, piecesOf, same, sizes, spoilt } from "./octets.ts";

const opening = { bind: { mtaName: "EXCHVS", password: "pw1" }, checkpointSize: 16, windowSize: 3 };
const activity = Uint8Array.of(2, 1, 5);
const link = { callingReference: "592", commonReference: "261126120000Z", activity, serial: 1 };
const session = { reference: "r", commonReference: "261122171300Z", functionalUnits, versions: sessionVersion1 };
const message = encodeMessage(messageWith("short"));
const units = [
  encodePConnect(opening),
  encodePAccept(opening),
  encodePRefuse("rtsBusy"),
  encodeAbortInformation("protocolError"),
  normalMode.encodeConnect(opening),
  normalMode.encodeAccept(opening),
  normalMode.encodeRefuse("validationFailure"),
  normalMode.encodeAbort("temporaryProblem"),
  normalMode.finish,
  normalMode.encodePiece(message.subarray(0, 200)),
  normalMode.wrap(message),
  message,
];
const spdus = [
  encodeSpdu({ type: "CONNECT", ...session, userData: encodePConnect(opening) }),
  encodeSpdu({ type: "ACCEPT", ...session, userData: normalMode.encodeAccept(opening) }),
  encodeSpdu({ type: "REFUSE", reason: 2, userData: encodePRefuse("rtsBusy") }),
  encodeSpdu({ type: "ABORT", transportDisconnect: 3, userData: encodeAbortInformation("protocolError") }),
  encodeSpdu({ type: "FINISH", userData: normalMode.finish }),
  encodeSpdu({ type: "ACTIVITY START", activity }),
  encodeSpdu({ type: "ACTIVITY RESUME", activity, link }),
  encodeSpdu({ type: "DATA", data: message.subarray(0, 300) }),
  encodeSpdu({ type: "MINOR SYNC POINT", serial: 1 }),
  encodeSpdu({ type: "ACTIVITY END ACK", serial: 999_999 }),
  encodeSpdu({ type: "EXCEPTION DATA", reason: 1 }),
  encodeSpdu({ type: "ACTIVITY INTERRUPT", reason: 0 }),
];
const connection = {
  destinationReference: 0,
  sourceReference: 17,
  transportClass: 0,
  callingTsap: Buffer.from("592"),
  calledTsap: Buffer.from("591"),
  tpduSize: 2_048,
};
const tpdus = [
  encodeTpdu({ type: "CR", ...connection }),
  encodeTpdu({ type: "CC", ...connection }),
  encodeTpdu({ type: "DR", destinationReference: 1, sourceReference: 2, reason: 3 }),
  encodeTpdu({ type: "ER", destinationReference: 1, rejectCause: 2 }),
  encodeTpdu({ type: "DT", endOfTsdu: true, data: Buffer.from("abc") }),
];
const streams = [
  Buffer.concat([packetOf({ type: "CR", ...connection }), ...spdus.map((spdu) => packetsOf(spdu, 128))]),
  packetsOf(message, 512),
];

/** What it made of the octets; null where it says that they are none of its. */
function decoded<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch (error) {
    if (error instanceof ProtocolFault && !/\n/.test(error.message)) return null;
    throw error;
  }
}

/** All that is asked of an element anywhere. */
function looked(element: Element): void {
  decoded(() => octetsOf(element, "test"));
  decoded(() => textOf(element, "test"));
  decoded(() => smallInteger(element, "test"));
  for (const member of decoded(() => membersOf(element, "test")) ?? []) looked(member);
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function memoryInUse(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** An element, and its length in four octets. */
function element(tag: number, content: Uint8Array): Uint8Array {
  const header = Buffer.of(tag, 0x84, 0, 0, 0, 0);
  header.writeUInt32BE(content.length, 2);
  return Buffer.concat([header, content]);
}

const elementBounds = { maxDepth: 24, maxNodes: 64 * 1_024, maxContentLength: 2 ** 24 };

const ofBer: Readonly<Record<string, (octets: Uint8Array) => unknown>> = {
  element: (octets) => looked(parseElement(octets, elementBounds, "test")),
  PConnect: decodePConnect,
  PAccept: decodePAccept,
  PRefuse: decodePRefuse,
  AbortInformation: decodeAbortInformation,
  CP: decodeCp,
  CPA: decodeCpa,
  CPR: decodeCpr,
  ARU: decodeAru,
  PDV: decodeValue,
  "mode of a CONNECT": isNormalMode,
  "CONNECT of normal mode": readNormalConnect,
  "ACCEPT of normal mode": normalMode.decodeAccept,
  "REFUSE of normal mode": normalMode.decodeRefuse,
  "ABORT of normal mode": normalMode.decodeAbort,
  "piece of normal mode": normalMode.decodePiece,
  "message of normal mode": normalMode.unwrap,
  "REFUSE of X.410": x410Mode.decodeRefuse,
  message: (octets) => {
    const read = decodeMessage(octets);
    nameOf(read.identifier);
    // What it has read it can write, and reads alike again.
    same(decodeMessage(encodeMessage(read)), read);
  },
};

/** Each with the good units that it reads. */
const decodersOfBer = Object.entries(ofBer).map(([name, decode]) => ({
  name,
  decode,
  good: units.filter((unit) => decoded(() => [decode(unit)]) !== null),
}));

const fromTheNetwork = (messages: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { weight: 6, arbitrary: spoilt(messages) },
    { weight: 3, arbitrary: bombs },
    { weight: 1, arbitrary: noise },
  );

describe("what comes from an MTA", () => {
  test.each([
    ["an object identifier", 0x06],
    ["a relative one", 0x0d],
    ["a text of two octets each", 0x1e],
    ["a text of four octets each", 0x1c],
  ])("FZ4 %s as long as a message is read by nobody, nor are many short ones", (_, tag) => {
    const long = element(tag, Buffer.alloc(1_000_000, 1));
    const short = element(0x30, Buffer.concat(Array<Uint8Array>(10_000).fill(element(tag, Buffer.alloc(20, 1)))));
    const isRead = (octets: Uint8Array): boolean => decoded(() => parseElement(octets, elementBounds, "test")) !== null;
    expect([long, short, element(tag, Buffer.alloc(20, 1))].map(isRead)).toEqual([false, false, true]);
  });

  test("FZ4 what a content is made of does not count: it is read by nobody here", () => {
    const content = element(0x30, Buffer.concat(Array<Uint8Array>(70_000).fill(Uint8Array.of(5, 0))));
    const pieces = element(0x24, Buffer.concat([element(0x04, content), element(0x04, content)]));
    const read = decoded(() => octetsOf(parseElement(pieces, elementBounds, "test"), "test"));
    expect(read?.length).toBe(2 * content.length);
  });

  test.each([
    [
      "octet by octet",
      encodeTpkt(encodeTpdu({ type: "DT", endOfTsdu: true, data: Buffer.alloc(60_000) })).subarray(0, -1),
      1,
    ],
    ["in DTs of an octet each", packetsOf(Buffer.alloc(60_000), 4).subarray(0, -8), 8],
  ])("FZ5 what comes %s costs the memory of its octets, and not that of its pieces", (_, stream, length) => {
    const receiver = new TransportReceiver();
    const before = memoryInUse();
    for (let at = 0; at < stream.length; at += length) {
      // As from a socket: memory of its own for each.
      const piece = Buffer.allocUnsafeSlow(length);
      piece.set(stream.subarray(at, at + length));
      for (const unit of receiver.push(piece)) throw new Error(`a ${unit.type} too early`);
    }
    expect(memoryInUse() - before).toBeLessThan(1_000_000);
    expect(receiver.idle).toBe(false);
  });

  test("FZ3 whatever octets come, a decoder of BER reads them or says that they are none", () => {
    const cases = fc
      .constantFrom(...decodersOfBer)
      .chain(({ decode, good }) => fromTheNetwork(good).map((octets) => ({ decode, octets })));
    // There are nineteen of them.
    always(cases, ({ decode, octets }) => void decoded(() => decode(octets)), { times: 2 });
  });

  test("FZ3 whatever octets come, they are SPDUs or none", () => {
    always(fromTheNetwork(spdus), (octets) => void decoded(() => decodeTsdu(octets)));
  });

  test("FZ3 whatever octets come, they are a TPDU or none, and one that is read is written alike", () => {
    always(fromTheNetwork(tpdus), (octets) => {
      const tpdu = decoded(() => decodeTpdu(octets));
      if (tpdu !== null) same(decodeTpdu(encodeTpdu(tpdu)), tpdu);
    });
  });

  test("FZ3 a stream is read alike in pieces of any size, up to the same fault", () => {
    always(fc.tuple(fromTheNetwork(streams), sizes), ([stream, lengths]) => {
      same(readIn(stream, lengths), readIn(stream, [stream.length]));
    });
  });

  test("FZ3 any text is a subject in T.61, or is said to be none", () => {
    always(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
      try {
        const octets = t61Octets(text);
        if (octets.length < [...text.normalize("NFC")].length) throw new Error("a letter is missing");
      } catch (error) {
        if (!(error instanceof T61Error)) throw error;
      }
    });
  });

  test("FZ3 the units that are spoilt here are good ones", () => {
    expect(decodersOfBer.filter(({ good }) => good.length === 0)).toEqual([]);
    expect(spdus.map((spdu) => decoded(() => decodeTsdu(spdu))?.length ?? 0).every((count) => count > 0)).toBe(true);
    expect(asn1js.fromBER(message).offset).toBe(message.length);
  });
});

function readIn(stream: Uint8Array, lengths: readonly number[]): unknown[] {
  const receiver = new TransportReceiver();
  const read: unknown[] = [];
  try {
    for (const piece of piecesOf(stream, lengths)) for (const unit of receiver.push(piece)) read.push(unit);
    return [...read, receiver.idle];
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
    return [...read, error.code];
  }
}
