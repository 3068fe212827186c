import { describe, expect, test } from "vitest";
import { normalMode, readNormalConnect } from "../../src/mta/normal-mode.ts";
import { ProtocolFault } from "../../src/mta/octets.ts";
import { decodeMessage } from "../../src/mta/p1.ts";
import { isNormalMode } from "../../src/mta/presentation.ts";
import { decodePConnect } from "../../src/mta/rts.ts";
import { decodeTsdu } from "../../src/mta/session.ts";
import { x410Mode } from "../../src/mta/x410-mode.ts";
import { longMessage } from "./messages.ts";

const opening = { bind: { mtaName: "EXCHVS", password: "pw1" }, checkpointSize: 16, windowSize: 3 };
const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");

describe("MT1 the units of normal mode", () => {
  test("MT1 what one side says the other one reads", () => {
    const connect = normalMode.encodeConnect(opening);
    expect(isNormalMode(connect)).toBe(true);
    expect(isNormalMode(x410Mode.encodeConnect(opening))).toBe(false);
    const { mode, opening: read } = readNormalConnect(connect);
    expect(read).toEqual(opening);
    expect(normalMode.decodeAccept(mode.encodeAccept(opening))).toEqual(opening);
    expect(normalMode.decodeRefuse(mode.encodeRefuse("validationFailure"))).toBe("validationFailure");
    expect(normalMode.decodeAbort(mode.encodeAbort("unrecognizedActivity"))).toBe("unrecognizedActivity");
    expect(hex(mode.decodePiece(normalMode.encodePiece(longMessage.subarray(0, 16_384))))).toBe(
      hex(longMessage.subarray(0, 16_384)),
    );
    expect(hex(mode.unwrap(normalMode.wrap(longMessage)))).toBe(hex(longMessage));
    expect(normalMode.decodeRefuse(new Uint8Array())).toBeNull();
    expect(normalMode.decodeAbort(new Uint8Array())).toBeNull();
  });

  test("MT2 contexts under other numbers than ours, in another order, beside one that is not known", () => {
    const numbers = { "020101": "020115", "020103": "020117", "020105": "020119" };
    const ours = hex(normalMode.encodeConnect(opening));
    const theirs = Object.entries(numbers).reduce((text, [from, to]) => text.replaceAll(from, to), ours);
    const { mode, opening: read } = readNormalConnect(Buffer.from(theirs, "hex"));
    expect(read).toEqual(opening);
    const piece = hex(mode.encodePiece(Uint8Array.of(1, 2, 3)));
    expect(piece).toBe(hex(normalMode.encodePiece(Uint8Array.of(1, 2, 3))).replace("020103", "020117"));
    expect(() => normalMode.decodePiece(Buffer.from(piece, "hex"))).toThrow(ProtocolFault);
    expect(hex(mode.wrap(Uint8Array.of(5, 0)))).toContain("020119");
  });
});

describe("MT3 whatever a unit has become on the way, it is read, or is a fault with a code", () => {
  const units: Readonly<Record<string, readonly [Uint8Array, (octets: Uint8Array) => unknown]>> = {
    "a CP": [normalMode.encodeConnect(opening), readNormalConnect],
    "a CP, for its mode": [normalMode.encodeConnect(opening), isNormalMode],
    "a CPA": [normalMode.encodeAccept(opening), (octets) => normalMode.decodeAccept(octets)],
    "a CPR": [normalMode.encodeRefuse("rtsBusy"), (octets) => normalMode.decodeRefuse(octets)],
    "an ARU": [normalMode.encodeAbort("protocolError"), (octets) => normalMode.decodeAbort(octets)],
    "a piece": [normalMode.encodePiece(Buffer.alloc(40, 7)), (octets) => normalMode.decodePiece(octets)],
    "a message": [normalMode.wrap(longMessage.subarray(0, 300)), (octets) => normalMode.unwrap(octets)],
    "an envelope": [longMessage.subarray(0, 260), decodeMessage],
    "a PConnect": [x410Mode.encodeConnect(opening), decodePConnect],
    "an SPDU": [Buffer.from("0100 2d05 2903 020101 0100 3103 2a0131".replaceAll(" ", ""), "hex"), decodeTsdu],
  };

  /** Octets from a seed, the same in each run. */
  function randomFrom(seed: number): () => number {
    let state = seed;
    return () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;
  }

  function survives(read: (octets: Uint8Array) => unknown, octets: Uint8Array): void {
    try {
      read(octets);
    } catch (error) {
      if (!(error instanceof ProtocolFault)) throw new Error(`${hex(octets)}: ${String(error)}`, { cause: error });
    }
  }

  test.each(Object.entries(units))("MT3 %s", (_, [unit, read]) => {
    const random = randomFrom(unit.length);
    for (let length = 0; length <= unit.length; length += 1) survives(read, unit.subarray(0, length));
    for (let turn = 0; turn < 5_000; turn += 1) {
      const octets = Buffer.from(unit);
      for (let n = 0; n <= turn % 4; n += 1) octets[Math.floor(random() * octets.length)] = Math.floor(random() * 256);
      survives(read, octets);
    }
  });
});
