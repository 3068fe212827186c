import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { monotonicMs } from "../../src/mta/clock.ts";
import { associate } from "../../src/mta/initiator.ts";
import { associateUnpatched } from "../../src/mta/unpatched.ts";
import {
  afterwards,
  answering,
  bind,
  eventually,
  nodeAddress,
  peer,
  peerAddress,
  startPeer,
  virtualAddress,
} from "../mta/support.ts";

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
] as const;
type Packet = Record<(typeof fields)[number] | "protocols", string>;

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

/** Captures what crosses the loopback on `port` while `scene` runs. */
async function capture(port: number, scene: () => Promise<void>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mta-capture-"));
  afterwards(() => rm(folder, { recursive: true }));
  const file = join(folder, "association.pcapng");
  // -P prints each packet as it is written; the markers below are packets, so nothing is left to a guess of time.
  const tshark = spawn("tshark", ["-l", "-P", "-n", "-i", "lo", "-f", `tcp port ${port}`, "-w", file]);
  const exited = once(tshark, "exit");
  afterwards(() => tshark.kill("SIGKILL"));
  let printed = "";
  let complaints = "";
  tshark.stdout.on("data", (chunk) => (printed += chunk));
  tshark.stderr.on("data", (chunk) => (complaints += chunk));
  await marked(port, "127.0.1.201", () => printed).catch((error: Error) => {
    throw new Error(`${error.message}; tshark says: ${complaints}`);
  });
  await scene();
  await marked(port, "127.0.1.202", () => printed);
  tshark.kill("SIGINT");
  await exited;
  return file;
}

/** Connects from `address` until the capture shows it: from then on, or up to then, everything is in it. */
async function marked(port: number, address: string, printed: () => string): Promise<void> {
  const knock = (): void => {
    const socket = connect({ host: peerAddress, port, localAddress: address });
    socket.on("error", () => {});
    socket.on("connect", () => socket.destroy());
  };
  const knocking = setInterval(knock, 100);
  try {
    await eventually(`a packet from ${address} in the capture`, () => printed().includes(address), 15_000);
  } finally {
    clearInterval(knocking);
  }
}

async function dissect(file: string, port: number, filter: string): Promise<Packet[]> {
  const args = ["-n", "-r", file, "-d", `tcp.port==${port},tpkt`, "-Y", filter, "-T", "fields", "-E", "separator=|"];
  const wanted = [...fields, "frame.protocols"].flatMap((field) => ["-e", field]);
  const { stdout } = await promisify(execFile)("tshark", [...args, ...wanted]);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const values = line.split("|");
    const named = fields.map((field, at) => [field, values[at] ?? ""]);
    return { ...Object.fromEntries(named), protocols: values.at(-1) ?? "" } as Packet;
  });
}

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

      const packets = await dissect(file, port, "tpkt");
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
      expect(connected?.protocols).toMatch(/tcp:tpkt:cotp:ses:pres:p1/);
      expect(packets[9]).toMatchObject({ "rtse.refuseReason": "2" });
      expect(packets[14]?.protocols).toMatch(/ses:pres/);

      expect(await dissect(file, port, "_ws.malformed")).toEqual([]);
      expect(await dissect(file, port, "tpkt && _ws.expert.severity >= 0x00600000")).toEqual([]);
    },
  );
});
