import { randomBytes } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { monotonicMs } from "../../src/mta/clock.ts";
import { decodeTpdu } from "../../src/mta/cotp.ts";
import { associate } from "../../src/mta/initiator.ts";
import { encodePAccept, encodePConnect } from "../../src/mta/rts.ts";
import { decodeTsdu, encodeSpdu, sessionVersion1, functionalUnits, type Spdu } from "../../src/mta/session.ts";
import { packetOf, packetsOf, TransportReceiver } from "../../src/mta/transport.ts";
import {
  afterwards,
  answering,
  bind,
  eventually,
  noCheckpoints,
  octets,
  peer,
  peerAddress,
  portOf,
  rawConnection,
  startPeer,
  type Peer,
} from "./support.ts";

const connectionRequest = octets("03000018 13 e0 0000 0011 00 c103353932 c203353931 c0010b");
const item = {
  reference: "r",
  commonReference: "261122171300Z",
  functionalUnits,
  versions: sessionVersion1,
};
const sessionConnect = encodeSpdu({
  type: "CONNECT",
  ...item,
  userData: encodePConnect({ bind: { mtaName: "EXCHVS", password: "pw1" }, ...noCheckpoints }),
});

/** Whether a good association still opens and is released. */
async function associationWorks({ responder }: Pick<Peer, "responder">): Promise<boolean> {
  const options = { partner: peer(responder.port), verdicts: answering(bind), now: monotonicMs };
  const result = await associate(options);
  if (result.outcome !== "associated") throw new Error(`${result.code}: ${result.reason}`);
  return (await result.association.release()).type === "released";
}

/** The SPDUs that came back on a connection, after the CC. */
function spdusOf(received: Uint8Array): Spdu[] {
  const units = [...new TransportReceiver().push(received)];
  return units.flatMap((unit) => (unit.type === "TSDU" ? decodeTsdu(unit.octets) : []));
}

describe("MT12 whatever a caller sends, its connection ends with a reason and the MTA goes on", () => {
  const handshake = (...spdus: Uint8Array[]): Buffer =>
    Buffer.concat([connectionRequest, ...spdus.map((spdu) => packetsOf(spdu, 2048))]);
  const finish = encodeSpdu({ type: "FINISH", userData: new Uint8Array() });

  test.each<[string, Uint8Array, string]>([
    ["64 KiB of noise", Buffer.concat([Uint8Array.of(0x16), randomBytes(65_535)]), "malformed"],
    ["noise in a TPKT", Buffer.concat([octets("0300ffff 0210"), randomBytes(65_529)]), "malformed"],
    ["a web browser", Buffer.from("GET / HTTP/1.1\r\nHost: peer.test\r\n\r\n"), "malformed"],
    ["a TPKT of length 4", octets("03000004"), "malformed"],
    ["a DT before the CR", packetsOf(finish, 2048), "malformed"],
    ["two CRs", Buffer.concat([connectionRequest, connectionRequest]), "malformed"],
    ["a CR of class 4", octets("0300000b 06 e0 0000 0011 40"), "unsupported"],
    ["a FINISH before the CONNECT", handshake(finish), "malformed"],
    ["a CONNECT without user data", handshake(octets("0d00")), "malformed"],
    [
      "noise in the user data",
      handshake(encodeSpdu({ type: "CONNECT", ...item, userData: randomBytes(512).fill(0xff, 0, 4) })),
      "malformed",
    ],
    [
      "session version 2 alone",
      handshake(
        encodeSpdu({
          type: "CONNECT",
          ...item,
          versions: 2,
          userData: encodePConnect({ bind: { mtaName: "EXCHVS", password: "pw1" }, ...noCheckpoints }),
        }),
      ),
      "unsupported",
    ],
    [
      "normal mode without a context",
      handshake(encodeSpdu({ type: "CONNECT", ...item, userData: octets("3105 a003800101") })),
      "malformed",
    ],
    ["user data over 512 octets", handshake(octets(`0dff0205 c1ff0201 ${"00".repeat(513)}`)), "too-large"],
    [
      "a TSDU without end",
      Buffer.concat([
        connectionRequest,
        ...Array.from({ length: 40 }, () => packetOf({ type: "DT", endOfTsdu: false, data: Buffer.alloc(2000) })),
      ]),
      "too-large",
    ],
    ["a second CONNECT", handshake(sessionConnect, sessionConnect), "malformed"],
    ["an interrupt outside of an activity", handshake(sessionConnect, octets("0100 1903 320100")), "malformed"],
    ["a discard outside of an activity", handshake(sessionConnect, octets("0100 3900")), "malformed"],
    ["an exception from the sender", handshake(sessionConnect, octets("0200 3003 320101")), "malformed"],
    ["an acknowledgement of an interrupt from the sender", handshake(sessionConnect, octets("0200 1a00")), "malformed"],
    ["an acknowledgement of a discard from the sender", handshake(sessionConnect, octets("0200 3a00")), "malformed"],
    ["a discard before the CONNECT", handshake(octets("0100 3900")), "malformed"],
    ["a discard longer than its TSDU", handshake(sessionConnect, octets("0100 3904 3201")), "malformed"],
    ["data outside of an activity", handshake(sessionConnect, octets("0100 0100 41")), "malformed"],
    ["an SPDU that is not known", handshake(sessionConnect, octets("0100 3500")), "unsupported"],
  ])("MT12 %s", async (_, sent, code) => {
    const served = await startPeer();
    const raw = await rawConnection(served.responder.port);
    raw.socket.write(sent);
    await raw.closed();
    await eventually("the reason is logged", () => served.events.some((event) => event.code === code));
    expect(await associationWorks(served)).toBe(true);
  });

  test("MT12 a connection that ends in the middle of a packet", async () => {
    const served = await startPeer();
    const raw = await rawConnection(served.responder.port);
    raw.socket.end(connectionRequest.subarray(0, 9));
    await raw.closed();
    await eventually("the reason is logged", () => served.events[0]?.code === "malformed");
    expect(await associationWorks(served)).toBe(true);
  });

  test("MT12 a reset in the middle of everything", async () => {
    const served = await startPeer();
    const raw = await rawConnection(served.responder.port);
    raw.socket.write(connectionRequest);
    await eventually("the CC arrives", () => raw.received().length > 0);
    raw.socket.resetAndDestroy();
    await eventually("the loss is logged", () => served.events[0]?.type === "lost");
    expect(await associationWorks(served)).toBe(true);
  });

  test("MT12 a protocol error in an association is answered with an ABORT", async () => {
    const served = await startPeer();
    const raw = await rawConnection(served.responder.port);
    raw.socket.write(handshake(sessionConnect, sessionConnect));
    await raw.closed();
    expect(spdusOf(raw.received()).map(({ type }) => type)).toEqual(["ACCEPT", "ABORT"]);
  });

  test("MT12 each single octet of what transfers and withdraws a message, spoilt, costs at most its own connection", async () => {
    const served = await startPeer({
      limits: { maxAssociations: 1000, maxAssociationsPerPartner: 1000, handshakeTimeoutMs: 300 },
    });
    const opening = handshake(sessionConnect);
    const activity = Uint8Array.of(2, 1, 1);
    const link = { callingReference: "r", commonReference: "261122171300Z", activity, serial: 1 };
    const withdrawn = [
      encodeSpdu({ type: "ACTIVITY START", activity }),
      encodeSpdu({ type: "ACTIVITY DISCARD", reason: 0 }),
      encodeSpdu({ type: "ACTIVITY START", activity }),
      encodeSpdu({ type: "ACTIVITY INTERRUPT", reason: 0 }),
      encodeSpdu({ type: "ACTIVITY RESUME", activity, link }),
      encodeSpdu({ type: "DATA", data: Uint8Array.of(1) }),
      encodeSpdu({ type: "ACTIVITY DISCARD", reason: 6 }),
    ];
    const good = Buffer.concat(withdrawn.map((spdu) => packetsOf(spdu, 2048)));
    await Promise.all(
      Array.from(good, async (octet, at) => {
        const spoilt = Buffer.from(good);
        spoilt[at] = octet ^ 0xff;
        const raw = await rawConnection(served.responder.port);
        raw.socket.end(Buffer.concat([opening, spoilt]));
        await raw.closed();
      }),
    );
    await eventually(
      "each has ended",
      () => served.events.filter(({ type }) => type !== "accepted").length >= good.length,
    );
    expect(await associationWorks(served)).toBe(true);
  });

  test("MT12 each single octet of a good handshake, spoilt, costs at most its own connection", async () => {
    const served = await startPeer({
      limits: { maxAssociations: 1000, maxAssociationsPerPartner: 1000, handshakeTimeoutMs: 300 },
    });
    const good = handshake(sessionConnect);
    const spoilt = Array.from(good, (_, at) => {
      const copy = Buffer.from(good);
      copy[at] = (copy[at] ?? 0) ^ 0xff;
      return copy;
    });
    await Promise.all(
      spoilt.map(async (bytes) => {
        const raw = await rawConnection(served.responder.port);
        raw.socket.write(bytes);
      }),
    );
    await eventually("each has had its answer", () => served.events.length >= good.length);
    expect(await associationWorks(served)).toBe(true);
  });
});

describe("MT2 a caller may leave out what is optional", () => {
  test("MT2 a CR without calling TSAP and TPDU size, answered in TPDUs of 128 octets at most", async () => {
    const { responder, events } = await startPeer();
    const raw = await rawConnection(responder.port);
    raw.socket.write(octets("03000010 0b e0 0000 0011 00 c203353931"));
    raw.socket.write(packetsOf(sessionConnect, 16));
    await eventually("it is accepted", () => events[0]?.type === "accepted");
    await eventually("the ACCEPT arrives", () => spdusOf(raw.received())[0]?.type === "ACCEPT");
    const confirm = decodeTpdu(raw.received().subarray(4, 4 + 1 + (raw.received()[4] ?? 0)));
    expect(confirm).toMatchObject({ type: "CC", destinationReference: 0x11, callingTsap: null, tpduSize: null });
  });
});

describe("MT13 connections, associations and patience are bounded", () => {
  test("MT13 who says nothing is closed after the handshake timeout", async () => {
    const served = await startPeer({ limits: { handshakeTimeoutMs: 100 } });
    const raw = await rawConnection(served.responder.port);
    raw.socket.write(octets("0300"));
    await raw.closed();
    expect(served.events.map(({ type, code }) => [type, code])).toEqual([["refused", "timeout"]]);
    expect(await associationWorks(served)).toBe(true);
  });

  test("MT13 the handshake timeout is over once the association is open", async () => {
    const { responder, events } = await startPeer({ limits: { handshakeTimeoutMs: 100 } });
    const result = await associate({ partner: peer(responder.port), verdicts: answering(bind), now: monotonicMs });
    if (result.outcome !== "associated") throw new Error(result.reason);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(events.map(({ type }) => type)).toEqual(["accepted"]);
    expect((await result.association.release()).type).toBe("released");
  });

  test("MT13 a partner has its share: one more is told rtsBusy", async () => {
    const { responder, events } = await startPeer({ limits: { maxAssociationsPerPartner: 2 } });
    const results = [];
    for (let count = 0; count < 3; count += 1) {
      results.push(await associate({ partner: peer(responder.port), verdicts: answering(bind), now: monotonicMs }));
    }
    expect(results.map(({ outcome }) => outcome)).toEqual(["associated", "associated", "refused"]);
    expect(results[2]).toMatchObject({ reason: expect.stringContaining("rtsBusy") });
    await eventually("the refusal is logged", () => events[2]?.code === "too-many-associations");
    for (const result of results) if (result.outcome === "associated") result.association.destroy();
  });

  test("MT13 strangers fill their own places only", async () => {
    const served = await startPeer({ limits: { maxStrangers: 2 } });
    const strangers = await Promise.all([1, 2, 3].map(() => rawConnection(served.responder.port, "127.0.1.66")));
    await eventually("one is too many", () => served.events.length === 1);
    expect(served.events[0]).toMatchObject({ code: "too-many-associations", callingAddress: "127.0.1.66" });
    expect(await associationWorks(served)).toBe(true);
    for (const { socket } of strangers) socket.destroy();
  });

  test("MT13 connections in all", async () => {
    const served = await startPeer({ limits: { maxAssociations: 2 } });
    const callers = await Promise.all([1, 2, 3].map(() => rawConnection(served.responder.port)));
    await eventually("one is too many", () => served.events[0]?.code === "too-many-associations");
    for (const { socket } of callers) socket.destroy();
    await eventually("their places are free", () => served.events.length === 3);
    expect(await associationWorks(served)).toBe(true);
  });
});

describe("MT12 whatever a partner answers, the call ends with a reason", () => {
  /** A partner that answers the CR with `first` and the CONNECT with `second`, and nothing after it. */
  async function startFake(first: Uint8Array, second?: Uint8Array) {
    const server = createServer((socket: Socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        socket.write(first);
        if (second !== undefined) socket.once("data", () => socket.write(second));
      });
      afterwards(() => socket.destroy());
    }).listen(0, peerAddress);
    await once(server, "listening");
    afterwards(() => server.close());
    return associate({ partner: peer(portOf(server)), verdicts: answering(bind), now: monotonicMs });
  }
  const confirm = octets("0300000b 06 d0 0011 0001 00");
  const accept = encodeSpdu({
    type: "ACCEPT",
    ...item,
    userData: encodePAccept({ bind: { mtaName: "peer.test", password: "pw2" }, ...noCheckpoints }),
  });

  test.each<[string, Uint8Array, Uint8Array | undefined, string]>([
    ["noise", randomBytes(2000).fill(0xaa, 0, 1), undefined, "malformed"],
    ["a DR", octets("0300000b 06 80 0001 0000 03"), undefined, "refused-by-partner"],
    ["an ER", octets("0300000b 06 70 0001 00 c100"), undefined, "refused-by-partner"],
    ["a CC of class 2", octets("0300000b 06 d0 0011 0001 20"), undefined, "unsupported"],
    ["a CR of its own", connectionRequest, undefined, "malformed"],
    ["a DT before the CC", packetsOf(accept, 2048), undefined, "malformed"],
    ["a REFUSE of the session itself", confirm, packetsOf(octets("0c03 320184"), 2048), "refused-by-partner"],
    ["a PRefuse", confirm, packetsOf(octets("0c08 320602 3103800102"), 2048), "refused-by-partner"],
    ["an ABORT", confirm, packetsOf(octets("1903 110103"), 2048), "refused-by-partner"],
    ["a DISCONNECT", confirm, packetsOf(octets("0a00"), 2048), "malformed"],
    ["a PAccept that is none", confirm, packetsOf(octets("0e05 c103 313131"), 2048), "malformed"],
  ])("MT12 %s", async (_, first, second, code) => {
    expect(await startFake(first, second)).toMatchObject({ outcome: "refused", code });
  });

  test("MT14 a partner that answers no FINISH is not waited for longer than a second", async () => {
    const result = await startFake(confirm, packetsOf(accept, 2048));
    if (result.outcome !== "associated") throw new Error(`${result.code}: ${result.reason}`);
    const startedAt = monotonicMs();
    expect(await result.association.release()).toMatchObject({ type: "lost", code: "timeout" });
    expect(monotonicMs() - startedAt).toBeLessThan(1500);
  });
});
