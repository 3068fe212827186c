import { on, once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { monotonicMs } from "../../src/mta/clock.ts";
import { openInbox } from "../../src/mta/inbox.ts";
import { associate } from "../../src/mta/initiator.ts";
import { encodeMessage } from "../../src/mta/p1.ts";
import { encodePAccept, encodePConnect } from "../../src/mta/rts.ts";
import { decodeTsdu, encodeSpdu, functionalUnits, sessionVersion1, type Spdu } from "../../src/mta/session.ts";
import { messageWith } from "./messages.ts";
import {
  afterwards,
  answering,
  bind,
  noCheckpoints,
  peer,
  peerAddress,
  peersView,
  portOf,
  startPeer,
  virtualAddress,
} from "./support.ts";

/** Somebody else's transport over TCP (RFC 1006, ISO 8073 class 0): each TSDU is an event `message`. It has TSAPs of two octets. */
type Transport = Duplex & { readonly connect: (opened: () => void) => void };
const { ISOOnTCPClient } = createRequire(import.meta.url)("iso-on-tcp") as {
  ISOOnTCPClient: new (stream: Socket, options: { srcTSAP: number; dstTSAP: number; tpduSize: number }) => Transport;
};

const theirs = "91";
const ours = "92";
const asNumber = (tsap: string): number => Buffer.from(tsap).readUInt16BE();
const item = { reference: "r", commonReference: "261126120000Z", functionalUnits, versions: sessionVersion1 };

/** What comes up, an SPDU at a time. */
function spdusOf(transport: Transport): () => Promise<Spdu> {
  const messages = on(transport, "message");
  const waiting: Spdu[] = [];
  return async () => {
    while (waiting.length === 0) {
      const { value } = (await messages.next()) as { value: [{ payload: Buffer }] };
      waiting.push(...decodeTsdu(value[0].payload).filter(({ type }) => !/TOKENS/.test(type)));
    }
    const [first] = waiting.splice(0, 1);
    if (first === undefined) throw new Error("nothing came");
    return first;
  };
}

test("MT2 an independent implementation of RFC 1006 and COTP connects to the responder, and hands it a message", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-interop-"));
  afterwards(() => rmSync(folder, { recursive: true, force: true }));
  const partners = peersView({ callingTsap: theirs, calledTsap: ours });
  const { responder } = await startPeer({ partners, inbox: openInbox(folder) });
  const socket = connect({ host: peerAddress, port: responder.port, localAddress: virtualAddress });
  const transport = new ISOOnTCPClient(socket, { srcTSAP: asNumber(ours), dstTSAP: asNumber(theirs), tpduSize: 1_024 });
  afterwards(() => socket.destroy());
  await once(socket, "connect");
  await new Promise<void>((resolve) => transport.connect(resolve));
  const next = spdusOf(transport);
  const say = (spdu: Parameters<typeof encodeSpdu>[0]): boolean => transport.write(Buffer.from(encodeSpdu(spdu)));

  const userData = encodePConnect({ bind: { mtaName: "EXCHVS", password: "pw1" }, ...noCheckpoints });
  say({ type: "CONNECT", ...item, userData });
  expect((await next()).type).toBe("ACCEPT");
  say({ type: "ACTIVITY START", activity: Uint8Array.of(2, 1, 1) });
  say({ type: "DATA", data: encodeMessage(messageWith("interop")) });
  say({ type: "ACTIVITY END", serial: 1 });
  expect(await next()).toEqual({ type: "ACTIVITY END ACK", serial: 1 });
  say({ type: "FINISH", userData: new Uint8Array() });
  expect((await next()).type).toBe("DISCONNECT");
  expect(readdirSync(folder).filter((name) => name.includes("+interop+"))).toHaveLength(1);
});

test("MT2 an independent implementation of RFC 1006 and COTP is connected to, and takes a message", async () => {
  const message = encodeMessage(messageWith("interop"));
  const taken: Uint8Array[] = [];
  const server = createServer((socket) => {
    afterwards(() => socket.destroy());
    const transport = new ISOOnTCPClient(socket, {
      srcTSAP: asNumber(ours),
      dstTSAP: asNumber(theirs),
      tpduSize: 1_024,
    });
    void serve(transport);
  });
  async function serve(transport: Transport): Promise<void> {
    const next = spdusOf(transport);
    const say = (spdu: Parameters<typeof encodeSpdu>[0]): boolean => transport.write(Buffer.from(encodeSpdu(spdu)));
    for (let spdu = await next(); ; spdu = await next()) {
      if (spdu.type === "CONNECT") {
        const userData = encodePAccept({ bind: { mtaName: "peer.test", password: "pw2" }, ...noCheckpoints });
        say({ type: "ACCEPT", ...item, userData });
      } else if (spdu.type === "DATA") taken.push(spdu.data);
      else if (spdu.type === "ACTIVITY END") say({ type: "ACTIVITY END ACK", serial: spdu.serial });
      else if (spdu.type === "FINISH") return void say({ type: "DISCONNECT", userData: new Uint8Array() });
    }
  }
  server.listen(0, peerAddress);
  await once(server, "listening");
  afterwards(() => server.close());

  const partner = peer(portOf(server), { callingTsap: ours, calledTsap: theirs });
  const result = await associate({ partner, verdicts: answering(bind), now: monotonicMs });
  if (result.outcome !== "associated") throw new Error(result.reason);
  const { association } = result;
  const activity = Uint8Array.of(2, 1, 1);
  expect(await association.transfer({ activity, octets: message, resume: null }, () => {})).toBeNull();
  expect((await association.release()).code).toBe("released");
  expect(Buffer.concat(taken).equals(message)).toBe(true);
});
