import { describe, expect, test } from "vitest";
import { decodeTpdu, encodeTpdu, segment, type Tpdu } from "../../src/mta/cotp.ts";
import { ProtocolFault } from "../../src/mta/octets.ts";
import {
  decodePAccept,
  decodePConnect,
  decodePRefuse,
  encodePAccept,
  encodePConnect,
  encodePRefuse,
} from "../../src/mta/rts.ts";
import { decodeTsdu, encodeSpdu, sessionVersion1, functionalUnits } from "../../src/mta/session.ts";
import { encodeTpkt, TpktDecoder } from "../../src/mta/tpkt.ts";
import { maxTsduLength, packetsOf, TransportReceiver } from "../../src/mta/transport.ts";
import { hexOf, noCheckpoints, octets } from "./support.ts";

/** Octets that real stacks send and take, as recorded. */
const recorded = {
  connectionRequest: "03000018 13 e0 0000 0011 00 c103353931 c203353931 c0010b",
  pConnect: "3124 a003800100 a11d 800100 810103 a315 a013 a111 8008 7669702e74657374 a105 1603 707731",
  pAccept: "3125 a003800100 a11e 800100 810103 a216 a014 a112 8009 706565722e74657374 a105 1603 707732",
  pRefuse: "3103800102",
  finish: "0903110101",
  disconnect: "0a00",
} as const;
const connectBody = "0118 0a051403353931 0b0f170d3236313132323137313330305a 0509 130100 160101 1a0100 14020249";
const acceptBody = "0118 09051403353931 0b0f170d3236313132323137313330305a 0509 130100 160101 1a0100 14020249";

const vip = { mtaName: "vip.test", password: "pw1" };
const open = { bind: vip, ...noCheckpoints };
const item = {
  reference: "591",
  commonReference: "261122171300Z",
  functionalUnits,
  versions: sessionVersion1,
};
const tsap = Buffer.from("591");
const request: Tpdu = {
  type: "CR",
  destinationReference: 0,
  sourceReference: 0x11,
  transportClass: 0,
  callingTsap: tsap,
  calledTsap: tsap,
  tpduSize: 2048,
};

function faultOf(decode: () => unknown): ProtocolFault | null {
  try {
    decode();
    return null;
  } catch (error) {
    if (error instanceof ProtocolFault) return error;
    throw error;
  }
}

describe("MT1 the octets of an association are those of real stacks", () => {
  test("MT1 CR in its TPKT", () => {
    expect(hexOf(encodeTpkt(encodeTpdu(request)))).toBe(hexOf(octets(recorded.connectionRequest)));
  });

  test("MT1 PConnect, PAccept, PRefuse", () => {
    expect(hexOf(encodePConnect(open))).toBe(hexOf(octets(recorded.pConnect)));
    expect(hexOf(encodePAccept({ ...open, bind: { mtaName: "peer.test", password: "pw2" } }))).toBe(
      hexOf(octets(recorded.pAccept)),
    );
    expect(hexOf(encodePRefuse("validationFailure"))).toBe(recorded.pRefuse);
  });

  test("MT1 CONNECT and ACCEPT", () => {
    const connect = encodeSpdu({ type: "CONNECT", ...item, userData: octets(recorded.pConnect) });
    expect(hexOf(connect)).toBe(hexOf(octets(`0d51 ${connectBody} c126 ${recorded.pConnect}`)));
    const accept = encodeSpdu({ type: "ACCEPT", ...item, userData: octets(recorded.pAccept) });
    expect(hexOf(accept)).toBe(hexOf(octets(`0e52 ${acceptBody} c127 ${recorded.pAccept}`)));
  });

  test("MT1 FINISH, DISCONNECT, and a REFUSE that carries the PRefuse", () => {
    expect(hexOf(encodeSpdu({ type: "FINISH", userData: new Uint8Array() }))).toBe(recorded.finish);
    expect(hexOf(encodeSpdu({ type: "DISCONNECT", userData: new Uint8Array() }))).toBe(recorded.disconnect);
    const refuse = encodeSpdu({ type: "REFUSE", reason: 2, userData: octets(recorded.pRefuse) });
    expect(hexOf(refuse)).toBe(hexOf(octets(`0c0b 110101 3206 02 ${recorded.pRefuse}`)));
  });

  test("MT1 an exception, an interrupt, a discard and what acknowledges them, each behind the tokens of its side", () => {
    expect(hexOf(encodeSpdu({ type: "EXCEPTION DATA", reason: 1 }))).toBe(hexOf(octets("0200 3003 320101")));
    expect(hexOf(encodeSpdu({ type: "ACTIVITY INTERRUPT", reason: 0 }))).toBe(hexOf(octets("0100 1903 320100")));
    expect(hexOf(encodeSpdu({ type: "ACTIVITY INTERRUPT ACK" }))).toBe(hexOf(octets("0200 1a00")));
    expect(hexOf(encodeSpdu({ type: "ACTIVITY DISCARD", reason: 6 }))).toBe(hexOf(octets("0100 3903 320106")));
    expect(hexOf(encodeSpdu({ type: "ACTIVITY DISCARD ACK" }))).toBe(hexOf(octets("0200 3a00")));
  });

  test("MT1 a DT starts with 02 f0 80, or 02 f0 00 when more is to come", () => {
    const tsdu = new Uint8Array(300);
    const [first, second, third] = segment(tsdu, 128).map(encodeTpdu);
    expect([first, second, third].map((tpdu) => hexOf(tpdu ?? new Uint8Array()).slice(0, 6))).toEqual([
      "02f000",
      "02f000",
      "02f080",
    ]);
    expect([first?.length, second?.length, third?.length]).toEqual([128, 128, 53]);
  });

  test("MT1 user data of 255 octets and more has the long length indicator", () => {
    const long = encodeSpdu({ type: "CONNECT", ...item, userData: new Uint8Array(512) });
    expect(hexOf(long.subarray(0, 4))).toBe(`0dff${(long.length - 4).toString(16).padStart(4, "0")}`);
    const [read] = decodeTsdu(long);
    expect(read?.type === "CONNECT" && read.userData.length).toBe(512);
  });
});

describe("MT2 what a stack may write in another way is read alike", () => {
  test("MT2 a CR with its parameters in another order, an unknown one, and none at all", () => {
    const shuffled = decodeTpdu(octets("17 e0 0000 0011 00 c0010b c203353931 87020102 c103353931"));
    expect(shuffled).toEqual(request);
    const bare = decodeTpdu(octets("06 e0 0000 0011 00"));
    expect(bare).toMatchObject({ callingTsap: null, calledTsap: null, tpduSize: null });
  });

  test("MT2 a CONNECT without references, items or functional units, and with its parameters turned round", () => {
    const [bare] = decodeTsdu(octets(`0d28 c126 ${recorded.pConnect}`));
    expect(bare).toMatchObject({ type: "CONNECT", reference: "", versions: 1, functionalUnits: 0x0349 });
    const [turned] = decodeTsdu(octets(`0d37 c126 ${recorded.pConnect} 14020249 0509 1a0100 160103 130100`));
    expect(turned).toMatchObject({ type: "CONNECT", versions: 3, functionalUnits: 0x0249 });
  });

  test("MT2 a PLEASE TOKENS or GIVE TOKENS before another SPDU", () => {
    expect(decodeTsdu(octets(`0100 ${recorded.finish}`)).map(({ type }) => type)).toEqual(["GIVE TOKENS", "FINISH"]);
    expect(decodeTsdu(octets("0203110101 0a00")).map(({ type }) => type)).toEqual(["PLEASE TOKENS", "DISCONNECT"]);
  });

  test.each([
    ["an ABORT, alone", "1903 110103", "ABORT"],
    ["an ABORT ACCEPT, alone", "1a00", "ABORT ACCEPT"],
    ["an interrupt behind tokens that are named", "0103100100 1900", "ACTIVITY INTERRUPT"],
    ["its acknowledgement behind the tokens of the other side", "0100 1a00", "ACTIVITY INTERRUPT ACK"],
    ["a discard without tokens or reason", "3900", "ACTIVITY DISCARD"],
    ["an exception with user data", "0203 100100 3008 320105 c103616263", "EXCEPTION DATA"],
  ])("MT2 one identifier, two SPDUs: %s", (_, hex, type) => {
    expect(decodeTsdu(octets(hex)).at(-1)?.type).toBe(type);
  });

  test("MT2 an exception, an interrupt or a discard without a reason has none that is known", () => {
    for (const hex of ["0200 3000", "0100 1900", "0100 3902 3200"]) {
      expect(decodeTsdu(octets(hex)).at(-1)).toMatchObject({ reason: 0 });
    }
  });

  test("MT2 an activity of this very session is resumed without its references", () => {
    const link = { callingReference: "", commonReference: "", activity: octets("020101"), serial: 2 };
    const resume = encodeSpdu({ type: "ACTIVITY RESUME", activity: octets("020102"), link });
    expect(hexOf(resume)).toBe(hexOf(octets("0100 1d0f 2108 2903020101 2a0132 2903020102")));
    expect(decodeTsdu(resume).at(-1)).toEqual({ type: "ACTIVITY RESUME", activity: octets("020102"), link });
  });

  test("MT2 BER with indefinite and long lengths, another order of the set, and a password as OCTET STRING", () => {
    const bind = "a180 8008 7669702e74657374 a105 0403 707731 0000";
    const indefinite = octets(`3180 a180 a380 a080 ${bind} 0000 0000 810103 0000 a003800100 0000`);
    expect(decodePConnect(indefinite).bind).toEqual(vip);
    const long = octets(`318125 ${recorded.pConnect.slice(4).replace("a11d", "a1811d")}`);
    expect(decodePConnect(long).bind).toEqual(vip);
  });

  test("MT2 a bind that is NULL names nobody", () => {
    expect(decodePConnect(octets("3110 a003800100 a109 800100 a304 a002 0500")).bind).toBeNull();
  });

  test("MT2 a TSDU in segments, and packets in any cut of the stream", () => {
    const spdu = encodeSpdu({ type: "CONNECT", ...item, userData: octets(recorded.pConnect) });
    const stream = Buffer.concat([octets(recorded.connectionRequest), packetsOf(spdu, 20), packetsOf(spdu, 2048)]);
    for (const size of [1, 2, 3, 5, 7, 64, stream.length]) {
      const receiver = new TransportReceiver();
      const units = [];
      for (let at = 0; at < stream.length; at += size) units.push(...receiver.push(stream.subarray(at, at + size)));
      expect(units.map(({ type }) => type)).toEqual(["CR", "TSDU", "TSDU"]);
      expect(units.flatMap((unit) => (unit.type === "TSDU" ? [hexOf(unit.octets)] : []))).toEqual([
        hexOf(spdu),
        hexOf(spdu),
      ]);
      expect(receiver.idle).toBe(true);
    }
  });

  test("MT2 what was encoded is read back", () => {
    expect(decodePAccept(encodePAccept(open))).toEqual(open);
    expect(decodePRefuse(encodePRefuse("rtsBusy"))).toBe("rtsBusy");
    expect(decodePRefuse(octets("3100"))).toBeNull();
    const tpdus: Tpdu[] = [
      {
        type: "CC",
        destinationReference: 1,
        sourceReference: 2,
        transportClass: 0,
        callingTsap: null,
        calledTsap: null,
        tpduSize: 128,
      },
      { type: "DR", destinationReference: 1, sourceReference: 2, reason: 3 },
      { type: "ER", destinationReference: 1, rejectCause: 2 },
    ];
    for (const tpdu of tpdus) expect(decodeTpdu(encodeTpdu(tpdu))).toEqual(tpdu);
  });
});

describe("MT3 every length has a limit, and every wrong one a fault with a code", () => {
  test.each([
    ["another first octet", "16030100"],
    ["another first octet, alone", "47"],
    ["a length shorter than its header", "03000003"],
    ["a length too short for a TPDU", "03000006 0000"],
    ["a TPDU header longer than its packet", "03000008 20f08000"],
    ["an unknown TPDU", "03000007 02 10 00"],
    ["a parameter longer than its header", "0300000e 09 e0 0000 0011 00 c1 09 35"],
    ["a TPDU size that no class has", "0300000e 09 e0 0000 0011 00 c0 01 3f"],
    ["a DT without data", "03000007 02 f0 00"],
    ["an empty TPDU header", "03000007 00 00 00"],
  ])("MT3 %s is malformed", (_, hex) => {
    expect(faultOf(() => [...new TransportReceiver().push(octets(hex))])?.code).toBe("malformed");
  });

  test.each([
    ["an SPDU longer than its TSDU", "0d20 0000"],
    ["a parameter longer than its SPDU", "0d03 c10501"],
    ["a parameter longer than its group", "0d06 0104 0a051403"],
    ["functional units of one octet", "0d03 140102"],
    ["an SPDU without a length", "0d"],
    ["nothing", ""],
  ])("MT3 %s is malformed", (_, hex) => {
    expect(faultOf(() => decodeTsdu(octets(hex)))?.code).toBe("malformed");
  });

  test.each([
    ["no BER", "ffffffffff"],
    ["BER that ends early", "3124a003"],
    ["octets after the set", `${recorded.pConnect}00`],
    ["another type", "3003800100"],
    ["a set without a bind", "3105a003800100"],
    ["a deep nest", "3180".repeat(100)],
    ["a name that cannot be printed", recorded.pConnect.replace("7669702e", "7669700a")],
  ])("MT3 a PConnect that is %s is malformed", (_, hex) => {
    expect(faultOf(() => decodePConnect(octets(hex)))?.code).toBe("malformed");
  });

  test("MT3 normal mode is told apart from nonsense", () => {
    const normal = recorded.pConnect.replace("a003800100", "a003800101");
    expect(faultOf(() => decodePConnect(octets(normal)))?.code).toBe("unsupported");
  });

  test("MT3 a TSDU over 64 KiB, user data over 512 octets, a TSAP over 32 are too large", () => {
    const receiver = new TransportReceiver();
    const segments = packetsOf(new Uint8Array(maxTsduLength + 1), 2048);
    expect(faultOf(() => [...receiver.push(segments)])?.code).toBe("too-large");
    expect([...new TransportReceiver().push(packetsOf(new Uint8Array(maxTsduLength), 2048))]).toHaveLength(1);
    expect(faultOf(() => decodeTsdu(octets(`0dff0205 c1ff0201 ${"00".repeat(513)}`)))?.code).toBe("too-large");
    expect(faultOf(() => decodeTpdu(octets(`29 e0 0000 0011 00 c121 ${"35".repeat(33)}`)))?.code).toBe("too-large");
    expect(faultOf(() => encodeTpkt(new Uint8Array(65_532)))?.code).toBe("too-large");
  });

  test("MT3 a packet that comes octet by octet is joined a bounded number of times", () => {
    const decoder = new TpktDecoder();
    const packet = encodeTpkt(new Uint8Array(60_000).fill(7));
    const startedAt = performance.now();
    const found = [...packet].flatMap((octet) => [...decoder.push(Uint8Array.of(octet))]);
    expect(found.map(({ length }) => length)).toEqual([60_000]);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});
