import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "vitest";
import { monotonicMs } from "../../src/mta/clock.ts";
import { associate } from "../../src/mta/initiator.ts";
import { associateUnpatched } from "../../src/mta/unpatched.ts";
import { answering, bind, nodeAddress, peer, peerAddress, startPeer, virtualAddress } from "../mta/support.ts";
import { capture, dissect } from "./capture.ts";

/** The fields that are read from each packet that is more than TCP. */
const fields = [
  "ip.src",
  "cotp.type",
  "cotp.src-tsap",
  "cotp.dst-tsap",
  "ses.type",
  "pres.mode_value",
  "p1.authenticated.initiator-name",
  "p1.authenticated.responder-name",
  "p1.ia5_string",
  "rtse.refuseReason",
  "rtse.abortReason",
  "frame.protocols",
] as const;

/** Session SPDU identifiers, ISO 8327 §8.3. */
const spdu = {
  CONNECT: "13",
  ACCEPT: "14",
  REFUSE: "12",
  FINISH: "9",
  DISCONNECT: "10",
  ABORT: "25",
  "ABORT ACCEPT": "26",
};

beforeAll(() => {
  const { error, status } = spawnSync("tshark", ["--version"]);
  if (error !== undefined || status !== 0)
    throw new Error("tshark is missing: install the Debian package `tshark`, and run as root");
});

describe("MT22 an independent dissector reads the association whole", () => {
  test(
    "MT22 accept and release, refuse, abort: TPKT, COTP, session, RTS, MTA-Bind, and nothing malformed",
    { timeout: 60_000 },
    async () => {
      const { responder } = await startPeer();
      const { port } = responder;
      const partner = peer(port);
      const options = { partner, verdicts: answering(bind), now: monotonicMs };
      const file = await capture(port, async () => {
        const first = await associate(options);
        if (first.outcome !== "associated") throw new Error(first.reason);
        expect((await first.association.release()).type).toBe("released");
        const refused = await associateUnpatched({ partner, localMtaName: "EXCHVS", nodeAddress, now: monotonicMs });
        expect(refused.outcome).toBe("refused");
        const second = await associate(options);
        if (second.outcome !== "associated") throw new Error(second.reason);
        await second.association.abort();
      });

      const packets = await dissect(file, port, "tpkt", fields);
      const told = packets.map((packet) => [
        packet["ip.src"],
        packet["cotp.type"] === "0x0f" ? packet["ses.type"] : packet["cotp.type"],
      ]);
      const [cr, cc] = ["0x0e", "0x0d"];
      expect(told).toEqual([
        [virtualAddress, cr],
        [peerAddress, cc],
        [virtualAddress, spdu.CONNECT],
        [peerAddress, spdu.ACCEPT],
        [virtualAddress, spdu.FINISH],
        [peerAddress, spdu.DISCONNECT],
        [nodeAddress, cr],
        [peerAddress, cc],
        [nodeAddress, spdu.CONNECT],
        [peerAddress, spdu.REFUSE],
        [virtualAddress, cr],
        [peerAddress, cc],
        [virtualAddress, spdu.CONNECT],
        [peerAddress, spdu.ACCEPT],
        [virtualAddress, spdu.ABORT],
        [peerAddress, spdu["ABORT ACCEPT"]],
      ]);

      const [request, , connected, accepted] = packets;
      expect(request).toMatchObject({ "cotp.src-tsap": "592", "cotp.dst-tsap": "591" });
      expect(connected).toMatchObject({
        "pres.mode_value": "0",
        "p1.authenticated.initiator-name": "EXCHVS",
        "p1.ia5_string": "pw1",
      });
      expect(accepted).toMatchObject({
        "pres.mode_value": "0",
        "p1.authenticated.responder-name": "peer.test",
        "p1.ia5_string": "pw2",
      });
      expect(connected?.["frame.protocols"]).toMatch(/tcp:tpkt:cotp:ses:pres:p1/);
      expect(packets[9]).toMatchObject({ "rtse.refuseReason": "2" });
      expect(packets[14]?.["frame.protocols"]).toMatch(/ses:pres/);

      expect(await dissect(file, port, "_ws.malformed", fields)).toEqual([]);
      expect(await dissect(file, port, "tpkt && _ws.expert.severity >= 0x00600000", fields)).toEqual([]);
    },
  );
});
