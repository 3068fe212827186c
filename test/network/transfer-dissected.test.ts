import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { monotonicMs } from "../../src/mta/clock.ts";
import { openInbox } from "../../src/mta/inbox.ts";
import { associate } from "../../src/mta/initiator.ts";
import type { ModeName } from "../../src/mta/mode.ts";
import { encodeMessage } from "../../src/mta/p1.ts";
import { messageWith } from "../mta/messages.ts";
import { afterwards, answering, bind, peer, peersView, startPeer } from "../mta/support.ts";
import { capture, dissect } from "./capture.ts";

const fields = [
  "ses.type",
  "frame.protocols",
  "p1.local_identifier",
  "p22.ia5text.data",
  "_ws.expert.message",
] as const;

/** SPDUs of a transfer, behind a GIVE TOKENS or a PLEASE TOKENS (ISO 8327 §8.3). */
const spdus = {
  "ACTIVITY START": "1,45",
  DATA: "1,1",
  "MINOR SYNC POINT": "1,49",
  "MINOR SYNC ACK": "2,50",
  "ACTIVITY END": "1,41",
  "ACTIVITY END ACK": "2,42",
} as const;
const lines = [1, 2_000] as const;

/** Two messages over one association, the second of them with checkpoints. */
async function transferred(mode: ModeName): Promise<{ file: string; port: number }> {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-dissected-"));
  afterwards(() => rmSync(folder, { recursive: true, force: true }));
  const { responder } = await startPeer({ partners: peersView({ mode }), inbox: openInbox(folder) });
  const { port } = responder;
  const file = await capture(port, async () => {
    const result = await associate({ partner: peer(port, { mode }), verdicts: answering(bind), now: monotonicMs });
    if (result.outcome !== "associated") throw new Error(result.reason);
    const { association } = result;
    for (const [n, count] of lines.entries()) {
      const octets = encodeMessage(messageWith(`message-${n}`, count));
      const activity = Uint8Array.of(2, 1, n + 1);
      expect(await association.transfer({ activity, octets, resume: null }, () => {})).toBeNull();
    }
    expect((await association.release()).type).toBe("released");
  });
  return { file, port };
}

/** How often each SPDU of a transfer was seen. */
function counted(packets: readonly { readonly "ses.type": string }[]): Record<string, number> {
  return Object.fromEntries(
    Object.entries(spdus).map(([name, type]) => [name, packets.filter((packet) => packet["ses.type"] === type).length]),
  );
}

const expected = {
  "ACTIVITY START": 2,
  DATA: 5,
  "MINOR SYNC POINT": 3,
  "MINOR SYNC ACK": 3,
  "ACTIVITY END": 2,
  "ACTIVITY END ACK": 2,
};

test(
  "MT22 in normal mode every layer is named, down to the text of a message, and nothing is malformed",
  { timeout: 60_000 },
  async () => {
    const { file, port } = await transferred("normal");
    const packets = await dissect(file, port, "ses", fields);
    expect(counted(packets)).toEqual(expected);
    const [connect, accept] = packets;
    for (const one of [connect, accept])
      expect(one?.["frame.protocols"]).toMatch(/tpkt:cotp:ses:pres:acse:rtse:ros:p1$/);
    const ends = packets.filter((packet) => packet["ses.type"] === spdus["ACTIVITY END"]);
    for (const [n, end] of ends.entries()) {
      // Put together by RTSE from the pieces before it: the envelope of P1, and the text of the content.
      expect(end["p1.local_identifier"]).toBe(`message-${n}`);
      expect(end["p22.ia5text.data"]).toContain(`Line 1 of message message-${n}.`);
      expect(end["p22.ia5text.data"]).toContain(`Line ${lines[n]} of message message-${n}.`);
    }
    const [finish, disconnect] = packets.slice(-2);
    for (const one of [finish, disconnect]) expect(one?.["frame.protocols"]).toMatch(/ses:pres:acse$/);
    expect(await dissect(file, port, "_ws.malformed", fields)).toEqual([]);
    expect(await dissect(file, port, "tpkt && _ws.expert.severity >= 0x00600000", fields)).toEqual([]);
  },
);

test(
  "MT22 in X.410-1984 mode the association is named whole; only data, which the dissector takes for normal mode's, is not",
  { timeout: 60_000 },
  async () => {
    const { file, port } = await transferred("x410");
    const packets = await dissect(file, port, "ses", fields);
    expect(counted(packets)).toEqual(expected);
    expect(packets[0]?.["frame.protocols"]).toMatch(/tpkt:cotp:ses:pres:p1$/);
    const malformed = await dissect(file, port, "_ws.malformed", fields);
    expect(malformed.map((packet) => packet["ses.type"])).toEqual(
      Array.from({ length: expected.DATA }, () => spdus.DATA),
    );
  },
);
