import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, vi } from "vitest";
import type { Bind, Verdict } from "../../src/cluster/questions/verdict.ts";
import { monotonicMs } from "../../src/mta/clock.ts";
import type { AssociationEvent } from "../../src/mta/log.ts";
import type { Partner, Partners } from "../../src/mta/partners.ts";
import { listen, type ListenOptions, type Responder } from "../../src/mta/responder.ts";
import type { VerdictSource } from "../../src/mta/verdict-source.ts";

/** The addresses of the knowledge-base case, all of them local on Linux. */
export const nodeAddress = "127.0.1.1";
export const virtualAddress = "127.0.1.100";
export const peerAddress = "127.0.1.99";

// Everything here waits for events. The bounds are for a machine with more to do than it has cores.
vi.setConfig({ testTimeout: 20_000 });

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs after the test, the last one first. */
export function afterwards(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** Resolves when `condition` holds, and throws what was awaited when it does not within the bound. */
export async function eventually(what: string, condition: () => boolean, boundMs = 10_000): Promise<void> {
  const giveUpAt = monotonicMs() + boundMs;
  while (!condition()) {
    if (monotonicMs() > giveUpAt) throw new Error(`not within ${boundMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** How peer.test sees the virtual server EXCHVS: it is called from the virtual IP only. */
export function peersView(overrides: Partial<Partner> = {}): Partners {
  const partner: Partner = {
    mtaName: "EXCHVS",
    host: virtualAddress,
    port: 10_102,
    mode: "x410",
    callingTsap: "591",
    calledTsap: "592",
    password: "pw2",
    partnerPassword: "pw1",
    addresses: [virtualAddress],
    connect: false,
    threshold: 50,
    maxAssociations: 1,
    giveUpHours: 120,
    ...overrides,
  };
  return new Map([[partner.mtaName, partner]]);
}

/** How EXCHVS sees peer.test, which listens on `port`. */
export function peer(port: number, overrides: Partial<Partner> = {}): Partner {
  return {
    mtaName: "peer.test",
    host: peerAddress,
    port,
    mode: "x410",
    callingTsap: "592",
    calledTsap: "591",
    password: "pw1",
    partnerPassword: "pw2",
    addresses: [peerAddress],
    connect: true,
    threshold: 50,
    maxAssociations: 1,
    giveUpHours: 120,
    ...overrides,
  };
}

export type Peer = { readonly responder: Responder; readonly events: AssociationEvent[] };

/** The responder peer.test on its own address and a free port. */
export async function startPeer(overrides: Partial<ListenOptions> = {}): Promise<Peer> {
  const events: AssociationEvent[] = [];
  const responder = await listen({
    host: peerAddress,
    port: 0,
    localMtaName: "peer.test",
    partners: peersView(),
    onEvent: (event) => events.push(event),
    ...overrides,
  });
  afterwards(() => responder.close());
  return { responder, events };
}

/** What the recorded units of real stacks say of checkpoints. */
export const noCheckpoints = { checkpointSize: 0, windowSize: 3 };

export const bind: Bind = {
  decision: "BIND",
  address: virtualAddress,
  prefix: 24,
  networkName: "EXCHVS",
  epoch: 7,
  validForMs: 2000,
};

/** A source that gives one answer, and remembers what it was asked. */
export function answering(verdict: Verdict, askedAtMs = (): number => monotonicMs()) {
  const questions: string[] = [];
  const source: VerdictSource = {
    ask: async (destination) => {
      questions.push(destination);
      return { verdict, askedAtMs: askedAtMs() };
    },
  };
  return { ...source, questions };
}

/** A TCP server that accepts and, unless told otherwise, says nothing; and the connections it has. */
export async function startSilentServer(
  onSocket: (socket: Socket) => void = () => {},
): Promise<{ port: number; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    sockets.push(socket);
    onSocket(socket);
  });
  server.listen(0, peerAddress);
  await once(server, "listening");
  afterwards(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: portOf(server), sockets };
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** A raw connection to `port`, and all octets that come back on it. */
export async function rawConnection(port: number, localAddress = virtualAddress) {
  const socket = connect({ host: peerAddress, port, localAddress });
  const received: Buffer[] = [];
  let isClosed = false;
  socket.on("data", (chunk) => received.push(chunk));
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
  });
  await once(socket, "connect");
  afterwards(() => socket.destroy());
  return {
    socket,
    received: () => Buffer.concat(received),
    closed: () => eventually("the connection is closed", () => isClosed),
  };
}

/** A port of `host` that was free a moment ago. */
export async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return port;
}

/** Partners as the file of the interface has them. */
export function partnersYaml(port: number, extra = ""): string {
  return `partners:
  peer.test: { host: ${peerAddress}, port: ${port}, mode: x410, callingTsap: "592", calledTsap: "591",
               password: pw1, partnerPassword: pw2, addresses: [${peerAddress}]${extra} }
`;
}

export function octets(hex: string): Buffer {
  return Buffer.from(hex.replace(/\s|\|/g, ""), "hex");
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
