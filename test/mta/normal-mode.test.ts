import { describe, expect, test } from "vitest";
import { normalMode, readNormalConnect } from "../../src/mta/normal-mode.ts";
import { ProtocolFault } from "../../src/mta/octets.ts";
import { isNormalMode } from "../../src/mta/presentation.ts";
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
