import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { datagramOf, readDatagram } from "../../src/agent/peers/channel.ts";
import { holdId } from "../../src/cluster/messages.ts";
import type { PeerMessage } from "../../src/cluster/peer-messages.ts";
import { peerMessageSchema } from "../../src/protocol/peer.ts";
import { extending, group, SessionDriver } from "../agent/machine/session-driver.ts";
import { always } from "./always.ts";
import { noise, spoilt } from "./octets.ts";
import { edited, edits } from "./json.ts";
import { valuesOf } from "./of-schema.ts";

/** An agent's key that is the same in every run: what fails can be repeated. */
const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, 7)]);
const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
const { x: name = "" } = createPublicKey(key).export({ format: "jwk" });
const me = "m".repeat(43);

const signer = { name, sign: (text: Buffer) => sign(null, text, key) };
const document = (message: unknown): Buffer => datagramOf(signer, me, { cluster: "exchange", message });
const read = (datagram: Buffer) => readDatagram(datagram, "exchange", me, new Set([name]));

describe("FZ11 what comes from other agents", () => {
  test("FZ11 whatever is signed is a message or nothing, and a message comes out as it went in", () => {
    const messages = fc.tuple(valuesOf(peerMessageSchema), fc.option(edits, { nil: [] }));
    let heard = 0;
    always(messages, ([message, done]) => {
      const datagram = document(edited(message, done));
      const said = read(datagram);
      if (said === null) return;
      heard += 1;
      if (!document(said.message).equals(datagram)) throw new Error(`read otherwise: ${JSON.stringify(said.message)}`);
    });
    expect(heard).toBeGreaterThan(2_000);
  });

  test("FZ11 octets that were spoilt on their way are nothing", () => {
    const ask: PeerMessage = { type: "ask", n: 1, holds: [{ group: "Exchange", epoch: 3 }], durationMs: 2_000 };
    const good = document(ask);
    always(fc.oneof(noise, spoilt([good])), (octets) => {
      const datagram = Buffer.from(octets);
      if (read(datagram) !== null && !datagram.equals(good)) throw new Error("it was heard");
    });
  });

  /** What of it could be meant for this agent: its own ownership, that which it vouches for, and others. */
  const holds = fc.array(
    fc.record({ group: fc.constantFrom("Exchange", "Web", "Other"), epoch: fc.integer({ min: 1, max: 4 }) }),
    { maxLength: 3 },
  );
  const n = fc.integer({ min: 0, max: 6 });
  const said: fc.Arbitrary<PeerMessage> = fc.oneof(
    fc.record({ type: fc.constant("ask" as const), n, holds, durationMs: fc.integer({ min: 1, max: 60_000 }) }),
    fc.record({ type: fc.constant("promise" as const), n, holds, over: holds }),
    fc.record({ type: fc.constant("withdrawal" as const), n, holds }),
    fc.record({ type: fc.constant("gone" as const), n, holds }),
  );
  const scene = fc.array(
    fc.record({ from: fc.constantFrom("NODE2", "NODE3"), message: said, afterMs: fc.integer({ min: 0, max: 900 }) }),
    { minLength: 1, maxLength: 6 },
  );
  const exchange = { group: "Exchange", epoch: 3 };
  const peerOf = (node: string) => ({ node, key: `key-of-${node}`, address: `${node}:7946` });

  test("FZ11 whatever they say, without the control plane nothing is held longer than all of them can have promised", () => {
    always(
      scene,
      (lines) => {
        const agent = new SessionDriver({ peer: { key: "mine", address: "here", proof: "" } });
        agent.object.vouchesFor = [{ group: "Web", epoch: 1, ...peerOf("NODE2") }];
        agent.replies = extending(exchange);
        agent.join([{ ...group("Exchange", 3), peers: [peerOf("NODE2"), peerOf("NODE3")] }]);
        agent.replies = () => null;
        agent.close();
        const heardAt = new Map<string, number>([["granted", agent.now]]);
        for (const { from, message, afterMs } of lines) {
          agent.advance(afterMs);
          agent.event({ type: "told", from: { key: peerOf(from).key }, message });
          if (message.type === "promise" && message.holds.some((hold) => holdId(hold) === holdId(exchange)))
            heardAt.set(from, agent.now);
        }
        const bound = Math.max(
          heardAt.get("granted") ?? 0,
          Math.min(heardAt.get("NODE2") ?? 0, heardAt.get("NODE3") ?? 0),
        );
        const deadline = agent.deadlineOf(exchange) ?? 0;
        if (deadline > bound + 1_900) throw new Error(`held until ${deadline}, and the last word came at ${bound}`);
      },
      { times: 0.3 },
    );
  });
});
