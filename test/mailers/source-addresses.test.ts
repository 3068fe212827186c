import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { monotonicMs } from "../../src/mta/clock.ts";
import { until } from "../support/until.ts";
import {
  type BindNow,
  connectFrom,
  liveSourceAddress,
  nodeClusterState,
  routedSourceAddresses,
  SourceAddressError,
  sourceAddresses,
} from "../../src/mailers/source-addresses.ts";

let folder = "";
const servers: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-addresses-"));
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(folder, { recursive: true, force: true });
});

const group = "Exchange";
const agent = () => ({ configFile: join(folder, "agent.yaml"), socketPath: join(folder, "agent.sock") });
const configure = (): void => writeFileSync(agent().configFile, "node: NODE1\n");

/** An agent that has one answer. Resolves with the questions that it was asked. */
async function answering(answer: string): Promise<string[]> {
  const asked: string[] = [];
  await listening((socket) => {
    socket.on("data", (question: Buffer) => {
      asked.push(question.toString("latin1"));
      socket.write(answer);
    });
  }, agent().socketPath);
  return asked;
}

async function listening(
  serve: (socket: Socket) => void,
  at: string | { host: string; port: number },
): Promise<Server> {
  const server = createServer(serve);
  servers.push(server);
  server.listen(at);
  await once(server, "listening");
  return server;
}

test("MA2 a host without an agent's configuration belongs to no cluster, which is an error unless the program may run without", async () => {
  expect(() => sourceAddresses({ group, ...agent() })).toThrow(SourceAddressError);
  expect(() => sourceAddresses({ group, ...agent() })).toThrow(`${agent().configFile} is not there`);
  const standalone = sourceAddresses({ group, ...agent(), withoutCluster: "standalone" });
  expect(await standalone.ask("peer.test")).toEqual({ decision: "STANDALONE" });
});

test("MA2 a node whose agent is away waits, also where the program may run without a cluster", async () => {
  configure();
  const addresses = sourceAddresses({ group, ...agent(), withoutCluster: "standalone" });
  expect(await addresses.ask("peer.test")).toMatchObject({ decision: "DEFER", reason: "unreachable" });
});

test("MA2 a configuration that cannot be looked at is not taken for none, and one that comes later counts", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const hidden = { ...agent(), configFile: join(file, "agent.yaml") };
  const waits = { decision: "DEFER", reason: "unreachable" };
  expect(await sourceAddresses({ group, ...hidden, withoutCluster: "standalone" }).ask("peer.test")).toMatchObject(
    waits,
  );
  expect(await nodeClusterState(hidden)).toBe("ClusterStateNotRunning");
  const standalone = sourceAddresses({ group, ...agent(), withoutCluster: "standalone" });
  expect(await standalone.ask("peer.test")).toEqual({ decision: "STANDALONE" });
  configure();
  expect(await standalone.ask("peer.test")).toMatchObject(waits);
});

test("MA2 whether this host is in a cluster is told as clusapi tells it", async () => {
  expect(await nodeClusterState(agent())).toBe("ClusterStateNotConfigured");
  configure();
  expect(await nodeClusterState(agent())).toBe("ClusterStateNotRunning");
  await answering("");
  expect(await nodeClusterState(agent())).toBe("ClusterStateRunning");
});

test("MA3 a BIND is an address, a name, and a signal for the moment at which its time is over", async () => {
  configure();
  const asked = await answering("BIND 127.0.3.100 EXCHVS 7 80\n");
  const from = await sourceAddresses({ group, ...agent() }).ask("peer.test");
  expect(asked).toEqual(["source-address Exchange peer.test\n"]);
  expect(from).toMatchObject({ decision: "BIND", address: "127.0.3.100", networkName: "EXCHVS", epoch: 7 });
  if (from.decision !== "BIND") return;
  expect(from.expired.aborted).toBe(false);
  await once(from.expired, "abort");
});

test.each([
  ["DEFER standby\n", { decision: "DEFER", reason: "standby" }],
  ["DENY not-a-virtual-server\n", { decision: "DENY", reason: "not-a-virtual-server" }],
  ["BIND  EXCHVS 7 900\n", { decision: "DEFER", reason: "unknown" }],
  ["BIND 127.0.3.100 EXCHVS 7 0\n", { decision: "DEFER", reason: "fuse-blown" }],
])("MA3 %j is no address", async (line, answer) => {
  configure();
  await answering(line);
  const from = await sourceAddresses({ group, ...agent() }).ask("peer.test");
  expect(from).toMatchObject(answer);
  expect(from).not.toHaveProperty("address");
});

const bind = (address: string, expired = new AbortController().signal): BindNow => ({
  decision: "BIND",
  address,
  prefix: 24,
  networkName: "EXCHVS",
  epoch: 7,
  expired,
});

test("MA3 a connection leaves from exactly the address of the answer, and outlives it once it is complete", async () => {
  const callers: (string | undefined)[] = [];
  const server = await listening((socket) => callers.push(socket.remoteAddress), { host: "127.0.0.1", port: 0 });
  const to = { host: "127.0.0.1", port: portOf(server) };
  const over = new AbortController();
  const connection = await connectFrom(bind("127.0.3.100", over.signal), to);
  over.abort();
  expect(connection.destroyed).toBe(false);
  connection.destroy();
  const plain = await connectFrom({ decision: "STANDALONE" }, to);
  plain.destroy();
  expect(callers).toEqual(["127.0.3.100", "127.0.0.1"]);
});

test("MA3 a connection that is reset before its owner listens ends nothing but itself", async () => {
  const reset = (socket: Socket): void => void socket.once("data", () => socket.resetAndDestroy());
  const server = await listening(reset, { host: "127.0.0.1", port: 0 });
  const connection = await connectFrom(bind("127.0.3.100"), { host: "127.0.0.1", port: portOf(server) });
  connection.write("EHLO");
  await until(() => connection.destroyed, 5_000, "the reset");
});

test("MA3 a name in other letters than ASCII's is asked for as DNS has it", async () => {
  configure();
  const asked = await answering("DEFER standby\n");
  await sourceAddresses({ group, ...agent() }).ask("b\u00fccher.example");
  expect(asked).toEqual(["source-address Exchange xn--bcher-kva.example\n"]);
});

test.each([
  ["partner.example", "A"],
  ["Partner.Example.", "A"],
  ["b\u00fccher.example", "D"],
  ["x.partner.example", "B"],
  ["a.x.partner.example", "B"],
  ["deep.partner.example", "C"],
  ["xpartner.example", group],
  ["example", group],
  ["constructor", group],
])(
  "MA7 mail for %s is asked for as that of %s: the most specific domain counts, in whatever order",
  async (domain, to) => {
    configure();
    const asked = await answering("DEFER standby\n");
    const routes = {
      "b\u00fccher.example": "D",
      ".partner.example": "B",
      "deep.partner.example": "C",
      "partner.example": "A",
    };
    await routedSourceAddresses({ group, ...agent(), routes })(domain).ask("mx.test");
    expect(asked).toEqual([`source-address ${to} mx.test\n`]);
  },
);

test("MA3 there is no second try from another address, and none after the answer's time", async () => {
  let calls = 0;
  const server = await listening(() => (calls += 1), { host: "127.0.0.1", port: 0 });
  const to = { host: "127.0.0.1", port: portOf(server) };
  await expect(connectFrom(bind("192.0.2.1"), to)).rejects.toMatchObject({ code: "EADDRNOTAVAIL" });
  await expect(connectFrom(bind("127.0.3.100", AbortSignal.abort()), to)).rejects.toMatchObject({ code: "ETIMEDOUT" });
  // An address of the other family: nothing is on the way to it from this one.
  await expect(connectFrom(bind("127.0.3.100"), { ...to, host: "::1" })).rejects.toHaveProperty("code");
  expect(calls).toBe(0);
});

function portOf(server: Server): number {
  const address = server.address();
  return address === null || typeof address === "string" ? 0 : address.port;
}

test("MA10 a live answer is there without a question, and what it is connected with ends at its moment", async () => {
  configure();
  const at = Math.floor(monotonicMs()) + 30_000;
  await listening((socket) => socket.write(`BIND 127.0.0.1 MAIL 3 ${at}\n`), agent().socketPath);
  const peer = await listening((socket) => socket.end(), { host: "127.0.0.1", port: 0 });
  const live = liveSourceAddress({ group, ...agent() });
  await live.begun;
  const answer = live.now();
  expect(live.now()).toBe(answer);
  if (answer.decision !== "BIND") throw new Error(`it is ${answer.decision}`);
  expect(answer).toMatchObject({ address: "127.0.0.1", networkName: "MAIL", epoch: 3, until: at });
  const { port } = peer.address() as AddressInfo;
  const socket = await connectFrom(answer, { host: "127.0.0.1", port });
  expect(socket.localAddress).toBe("127.0.0.1");
  socket.destroy();
  live.close();
  expect(live.now()).toMatchObject({ decision: "DEFER", reason: "unreachable" });
});

test("MA10 on a host that belongs to no cluster there is none", () => {
  expect(() => liveSourceAddress({ group, ...agent() })).toThrow(SourceAddressError);
});
