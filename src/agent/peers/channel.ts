import { createSocket, type Socket } from "node:dgram";
import { createServer, isIP, isIPv6, type Server } from "node:net";
import * as z from "zod";
import type { Peer, PeerPlace } from "../../cluster/messages.ts";
import { messageOf } from "../../mta/message-of.ts";
import { jsonOf } from "../../protocol/json.ts";
import type { PeerMessage } from "../../cluster/peer-messages.ts";
import { peerMessageSchema } from "../../protocol/peer.ts";
import type { Log } from "../log.ts";
import { listenUnix, UnixServerError } from "../unix-server.ts";
import { isSignedBy, type PeerKey } from "./key.ts";

/** An address of this host, not a name, and a UDP port of it. */
export type PeerEndpoint = { readonly address: string; readonly port: number };

export type PeerChannelOptions = {
  readonly listen: PeerEndpoint;
  readonly cluster: string;
  readonly key: PeerKey;
  /** A unix socket beside the key, which nobody talks to. */
  readonly lockPath: string;
  /** Told of what comes in, whole, for this cluster and this agent, and signed by `from`, which is heeded. */
  readonly heard: (from: Pick<Peer, "key">, message: PeerMessage) => void;
  readonly log: Log;
};

export type PeerChannel = {
  /** What others have to know to reach this one. */
  readonly place: PeerPlace;
  /** Signs a text with this agent's key; base64url. */
  readonly prove: (text: string) => string;
  /** From now on what comes from these keys is heard, and from nobody else. At first there is none. */
  readonly heed: (keys: ReadonlySet<string>) => void;
  /** Sends one datagram. Nobody may hear it; that it cannot leave this host is noted once. */
  readonly tell: (peer: Peer, message: PeerMessage) => void;
  readonly close: () => Promise<void>;
};

export class PeerChannelError extends Error {
  override readonly name = "PeerChannelError";
  readonly code: "peer-address" | "peer-key-in-use";

  constructor(code: PeerChannelError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * A datagram is an Ed25519 signature, and what it signs: the sender's key and the receiver's, as they are written everywhere, and a text.
 * So whom it is from and for is known before anything is verified or parsed.
 */
const signatureLength = 64;
const keyLength = 43;
const headLength = signatureLength + 2 * keyLength;
/** Octets: more than the longest names make of the longest message. */
const longestDatagram = 2_048;

const textSchema = z.strictObject({ cluster: z.string(), message: peerMessageSchema });

/**
 * Datagrams between the agents of a cluster, each signed by its sender for one receiver. One of this key runs at a time on a host: an
 * agent that is known by a key is one agent (PW3). Rejects with `PeerChannelError`.
 */
export async function openPeerChannel(options: PeerChannelOptions): Promise<PeerChannel> {
  const { listen, cluster, key, heard, log } = options;
  const unlock = await lock(options);
  const socket = createSocket(isIPv6(listen.address) ? "udp6" : "udp4");
  let heeded: ReadonlySet<string> = new Set();
  const ways = createWays(log);
  try {
    await bound(socket, listen);
  } catch (error) {
    await ended(socket);
    await unlock();
    throw error;
  }
  socket.on("error", (error) => log("warning", "peer-channel", `the way to other agents: ${error.message}`));
  socket.on("message", (datagram) => {
    const said = readDatagram(datagram, cluster, key.name, heeded);
    if (said !== null) heard({ key: said.from }, said.message);
  });

  function tell(peer: Peer, message: PeerMessage): void {
    const place = parsePeerAddress(peer.address);
    if (place === null) return ways.closed(peer, "that is no address");
    // A way that is closed at the moment is an error of this datagram alone, and the next one tries again.
    socket.send(datagramOf(key, peer.key, { cluster, message }), place.port, place.address, (error) => {
      if (error === null) ways.open(peer);
      else ways.closed(peer, error.message);
    });
  }

  return {
    place: { key: key.name, address: peerAddressText({ ...listen, port: socket.address().port }) },
    prove: (text) => key.sign(Buffer.from(text)).toString("base64url"),
    heed: (keys) => {
      heeded = keys;
      ways.keep(keys);
    },
    tell,
    close: async () => {
      await ended(socket);
      await unlock();
    },
  };
}

/** `ADDRESS:PORT`, an IPv6 address in brackets. */
export function peerAddressText({ address, port }: PeerEndpoint): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Null when it is nothing of the kind. */
export function parsePeerAddress(text: string): PeerEndpoint | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|(\d{1,3}(?:\.\d{1,3}){3})):(\d{1,5})$/.exec(text);
  const address = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return address !== undefined && isIP(address) !== 0 && port >= 1 && port <= 65_535 ? { address, port } : null;
}

/** Signed with `key`, for the agent that is known by `to`. */
export function datagramOf(key: PeerKey, to: string, text: object): Buffer {
  const signed = Buffer.from(`${key.name}${to}${JSON.stringify(text)}`);
  return Buffer.concat([key.sign(signed), signed]);
}

/**
 * What a datagram of one of these keys says to the agent `me` of a cluster; null when it is nothing of the kind. What is cheap is asked
 * first: a stranger makes nobody verify, and only what is signed by one of them is parsed.
 */
export function readDatagram(
  datagram: Buffer,
  cluster: string,
  me: string,
  heeded: ReadonlySet<string>,
): { readonly from: string; readonly message: PeerMessage } | null {
  if (datagram.length <= headLength || datagram.length > longestDatagram) return null;
  const key = (at: number): string => datagram.toString("latin1", at, at + keyLength);
  const [from, to] = [key(signatureLength), key(signatureLength + keyLength)];
  if (to !== me || !heeded.has(from)) return null;
  if (!isSignedBy(from, datagram.subarray(signatureLength), datagram.subarray(0, signatureLength))) return null;
  const parsed = textSchema.safeParse(jsonOf(datagram.toString("utf8", headLength)));
  return parsed.success && parsed.data.cluster === cluster ? { from, message: parsed.data.message } : null;
}

type Ways = {
  /** What is said to this agent leaves the host. */
  readonly open: (peer: Peer) => void;
  readonly closed: (peer: Peer, why: string) => void;
  /** Of all others nothing is remembered any more. */
  readonly keep: (keys: ReadonlySet<string>) => void;
};

/** Notes when a way is closed, and when it is open again: not with each datagram. */
function createWays(log: Log): Ways {
  const closed = new Set<string>();
  return {
    open: ({ key, node, address }) => {
      if (closed.delete(key))
        log("info", "peer-reachable", `what is said to the agent of ${node} leaves for ${address} again`);
    },
    closed: ({ key, node, address }, why) => {
      if (closed.has(key)) return;
      closed.add(key);
      log(
        "warning",
        "peer-unreachable",
        `nothing can be said to the agent of ${node} at ${address}: ${why}. What is held by its word is given up when the control plane does not answer; look at the way between the two hosts, and at the agent's peerListen there`,
      );
    },
    keep: (keys) => {
      for (const key of closed) if (!keys.has(key)) closed.delete(key);
    },
  };
}

/**
 * Two locks, each of which goes with its process, however that ends. A copy of the folder on this host has the same key, which is a name
 * in the kernel (unix(7), abstract sockets); the folder itself may be seen from several network namespaces, which have names of their own.
 */
async function lock({ key, lockPath, log }: PeerChannelOptions): Promise<() => Promise<void>> {
  const ofKey = await lockKey(key.name);
  try {
    const ofFolder = await listenUnix({
      path: lockPath,
      name: "the lock of the state folder",
      onConnection: (socket) => socket.destroy(),
      log,
      admits: "owner",
    });
    return async () => {
      await Promise.all([ofFolder.close(), closed(ofKey)]);
    };
  } catch (error) {
    await closed(ofKey);
    throw error instanceof UnixServerError && error.code === "socket-in-use" ? inUse(error) : error;
  }
}

function lockKey(name: string): Promise<Server> {
  const server = createServer((connection) => connection.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(inUse(error)));
    server.listen(`\0bridgehead-agent-${name}`, () => resolve(server));
  });
}

function inUse(error: Error): PeerChannelError {
  return new PeerChannelError(
    "peer-key-in-use",
    `another agent runs on this host with the same state folder, or with a copy of it: ${error.message}`,
  );
}

function bound(socket: Socket, { address, port }: PeerEndpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", (error) =>
      reject(
        new PeerChannelError(
          "peer-address",
          `${peerAddressText({ address, port })} is no place where other agents could ask this one: ${messageOf(error)}. Name an address of this host, and a UDP port that is free.`,
        ),
      ),
    );
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners("error");
      resolve();
    });
  });
}

function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
