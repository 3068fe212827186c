import { createSocket } from "node:dgram";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runAgent } from "../../../src/agent/main.ts";
import {
  datagramOf,
  openPeerChannel,
  type PeerChannel,
  parsePeerAddress,
  readDatagram,
} from "../../../src/agent/peers/channel.ts";
import { isSignedBy, openPeerKey, type PeerKey } from "../../../src/agent/peers/key.ts";
import { limits } from "../../../src/cluster/limits.ts";
import type { PeerMessage } from "../../../src/cluster/peer-messages.ts";
import { until } from "../../support/until.ts";

let folder = "";
let open: PeerChannel[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-peers-"));
});
afterEach(async () => {
  await Promise.all(open.map((channel) => channel.close()));
  open = [];
  rmSync(folder, { recursive: true, force: true });
});

const keyOf = (name: string): PeerKey => openPeerKey(join(folder, `${name}.key`));
const ask: PeerMessage = { type: "ask", n: 1, holds: [{ group: "Exchange", epoch: 3 }], durationMs: 2_000 };
const gone: PeerMessage = { type: "gone", n: 0, holds: [] };

type Heard = { readonly from: string; readonly message: PeerMessage };

async function agent(
  name: string,
  { cluster = "exchange", address = "127.0.0.1", lock = name, heeds = ["one", "other", "stranger"] } = {},
) {
  const heard: Heard[] = [];
  const noted: string[] = [];
  const channel = await openPeerChannel({
    listen: { address, port: 0 },
    cluster,
    key: keyOf(name),
    lockPath: join(folder, `${lock}.lock`),
    heard: ({ key: from }, message) => heard.push({ from, message }),
    log: (level, code, detail) => noted.push(`${level} ${code} ${detail}`),
  });
  open.push(channel);
  channel.heed(new Set(heeds.map((other) => keyOf(other).name)));
  return { heard, noted, channel, peer: { node: name, ...channel.place } };
}

/** Whatever came before this has come, or will not. */
async function after(to: Awaited<ReturnType<typeof agent>>, from: Awaited<ReturnType<typeof agent>>): Promise<void> {
  const before = to.heard.filter(({ message }) => message.type === "gone").length;
  await until(
    async () => {
      from.channel.tell(to.peer, gone);
      return to.heard.filter(({ message }) => message.type === "gone").length > before;
    },
    5_000,
    "the last word",
  );
}

const asksHeard = ({ heard }: { readonly heard: readonly Heard[] }): readonly Heard[] =>
  heard.filter(({ message }) => message.type === "ask");

test.each(["127.0.0.1", "::1"])("PW7 what an agent says to another is heard as its own, on %s", async (address) => {
  const [one, other] = [await agent("one", { address }), await agent("other", { address })];
  one.channel.tell(other.peer, ask);
  await until(async () => asksHeard(other).length > 0, 5_000, "the question");
  expect(asksHeard(other)).toEqual([{ from: one.channel.place.key, message: ask }]);
  expect(parsePeerAddress(one.channel.place.address)?.address).toBe(address);
});

test("PW7 what is for another cluster, or for another agent, is not heard", async () => {
  const [one, other] = [await agent("one"), await agent("other")];
  const stranger = await agent("stranger", { cluster: "another" });
  stranger.channel.tell(other.peer, ask);
  one.channel.tell({ ...other.peer, key: stranger.channel.place.key }, ask);
  await after(other, one);
  expect(asksHeard(other)).toEqual([]);
});

test("PW7 what was changed on its way, has another's name on it, or is nothing of the kind, is not heard", async () => {
  const [one, other] = [await agent("one"), await agent("other")];
  const thief = keyOf("thief");
  const me = other.channel.place.key;
  const text = { cluster: "exchange", message: ask };
  const signed = datagramOf(keyOf("one"), me, text);
  const forged = (by: PeerKey, change: (octets: Buffer) => Buffer): Buffer => {
    const changed = change(signed.subarray(64));
    return Buffer.concat([by.sign(changed), changed]);
  };
  const spoilt = Buffer.from(signed);
  spoilt.write("4", signed.indexOf('"epoch":3') + 8);
  const bad = [
    forged(thief, (octets) => octets),
    spoilt,
    datagramOf(keyOf("one"), me, { ...text, more: 1 }),
    datagramOf(keyOf("one"), me, { ...text, message: { type: "shout" } }),
    forged(keyOf("one"), (octets) => Buffer.concat([octets, Buffer.alloc(3_000, 0x20)])),
    signed.subarray(0, 40),
    signed.subarray(0, -1),
    Buffer.alloc(0),
    Buffer.alloc(150),
    Buffer.alloc(3_000, 0x5b),
  ];
  const place = parsePeerAddress(other.channel.place.address);
  const socket = createSocket("udp4");
  for (const datagram of bad) {
    await new Promise((resolve) => socket.send(datagram, place?.port ?? 0, place?.address, resolve));
  }
  await after(other, one);
  expect(asksHeard(other)).toEqual([]);
  await new Promise((resolve) => socket.send(signed, place?.port ?? 0, place?.address, resolve));
  await until(async () => asksHeard(other).length === 1, 5_000, "the same, as it was signed");
  await new Promise<void>((resolve) => socket.close(() => resolve()));
});

test("PW7 where nobody listens, or cannot, what is said is lost, and nothing else", async () => {
  const [one, other] = [await agent("one"), await agent("other")];
  one.channel.tell({ ...other.peer, address: "127.0.0.1:9" }, ask);
  for (const address of ["no address", "127.0.0.1:0", "[bad.cafe]:53", "999.1.1.1:9", "127.0.0.1:99999"])
    one.channel.tell({ ...other.peer, address }, ask);
  one.channel.tell({ ...other.peer, address: "[2001:db8::1]:9" }, ask);
  one.channel.tell(other.peer, ask);
  await until(async () => asksHeard(other).length === 1, 5_000, "the question");
});

test("PW7 the longest message that there is fits a datagram that is read", () => {
  const [from, to] = [keyOf("one"), keyOf("other").name];
  const cluster = "c".repeat(limits.nameLength);
  const hold = { group: "g".repeat(limits.nameLength), epoch: Number.MAX_SAFE_INTEGER };
  const holds = Array.from({ length: limits.holdsOfPeerMessage }, () => hold);
  const message: PeerMessage = { type: "promise", n: Number.MAX_SAFE_INTEGER, holds, over: holds };
  const read = readDatagram(datagramOf(from, to, { cluster, message }), cluster, to, new Set([from.name]));
  expect(read).toEqual({ from: from.name, message });
});

test("PW7 who is not named by the assignment is not heard, and one that is no more neither", async () => {
  const [one, other] = [await agent("one"), await agent("other", { heeds: ["one"] })];
  const stranger = await agent("stranger");
  stranger.channel.tell(other.peer, ask);
  await after(other, one);
  expect(asksHeard(other)).toEqual([]);
  other.channel.heed(new Set([stranger.channel.place.key]));
  one.channel.tell(other.peer, ask);
  await after(other, stranger);
  expect(asksHeard(other)).toEqual([]);
});

test("PW7 an agent to which nothing can be said is noted once, and once when it can be again", async () => {
  const [one, other] = [await agent("one"), await agent("other")];
  const lost = { ...other.peer, node: "LOST", key: keyOf("lost").name, address: "[2001:db8::1]:9" };
  one.channel.heed(new Set([other.peer.key, lost.key]));
  for (let time = 0; time < 3; time += 1) {
    one.channel.tell(lost, ask);
    one.channel.tell(other.peer, ask);
  }
  await until(async () => asksHeard(other).length === 3 && one.noted.length > 0, 5_000, "the questions");
  expect(one.noted).toEqual([expect.stringMatching(/^warning peer-unreachable .*LOST at \[2001:db8::1\]:9: /)]);
  for (let time = 0; time < 2; time += 1) one.channel.tell({ ...lost, address: other.peer.address }, ask);
  one.channel.tell(other.peer, ask);
  await until(async () => asksHeard(other).length === 4 && one.noted.length > 1, 5_000, "the question");
  expect(one.noted.slice(1)).toEqual([expect.stringMatching(/^info peer-reachable .*LOST/)]);
});

test("PW8 one agent of a key runs at a time, and the next one when it is gone", async () => {
  const one = await agent("one");
  await expect(agent("one", { lock: "copy" })).rejects.toMatchObject({ code: "peer-key-in-use" });
  await expect(agent("other", { lock: "one" })).rejects.toMatchObject({ code: "peer-key-in-use" });
  await one.channel.close();
  open = [];
  await expect(agent("one")).resolves.toMatchObject({ channel: { place: { key: one.channel.place.key } } });
});

/** Those of this process, as the kernel names them (proc(5)). */
function socketsOpen(): string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const what = readlinkSync(`/proc/self/fd/${fd}`);
      return what.startsWith("socket:") ? [what] : [];
    } catch {
      // The folder's own, which is closed by now.
      return [];
    }
  });
}

test("PW8 an address that is not this host's is refused with what to do, and leaves the key free", async () => {
  const sockets = (): number => socketsOpen().length;
  const before = sockets();
  const refused = agent("one", { address: "192.0.2.77" });
  await expect(refused).rejects.toMatchObject({ code: "peer-address" });
  await expect(refused).rejects.toThrow("192.0.2.77:0");
  await until(async () => sockets() === before, 5_000, "the end of its socket");
  await expect(agent("one")).resolves.toBeDefined();
});

test("PW8 an agent that cannot begin leaves its key free", async () => {
  const stateFolder = join(folder, "state");
  mkdirSync(stateFolder);
  writeFileSync(join(stateFolder, "agent.sock"), "no socket");
  const beginning = runAgent({
    url: "http://127.0.0.1:9",
    cluster: "exchange",
    node: "NODE1",
    token: () => "token",
    stateFolder,
    socketPath: join(stateFolder, "agent.sock"),
    socketmapPath: null,
    socketGroup: null,
    resourceTypes: null,
    peerEndpoint: { address: "127.0.0.1", port: 0 },
    baseFolder: folder,
    openHost: () => Promise.reject(new Error("it does not come so far")),
    log: () => {},
  });
  await expect(beginning).rejects.toMatchObject({ code: "socket-path" });
  const listen = { address: "127.0.0.1", port: 0 };
  const key = openPeerKey(join(stateFolder, "peer.key"));
  const lockPath = join(stateFolder, "peer.lock");
  open.push(await openPeerChannel({ listen, cluster: "exchange", key, lockPath, heard: () => {}, log: () => {} }));
});

test("PW8 a key is made once, for its owner alone, and signs as itself", () => {
  const file = join(folder, "of", "its", "own", "peer.key");
  const made = openPeerKey(file);
  const again = openPeerKey(file);
  const text = Buffer.from("word");
  expect(again.name).toBe(made.name);
  expect(made.name).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(isSignedBy(made.name, text, again.sign(text))).toBe(true);
  expect(isSignedBy(keyOf("another").name, text, made.sign(text))).toBe(false);
  expect(isSignedBy("no key", text, made.sign(text))).toBe(false);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.each(["", "nonsense", "an RSA key"])("PW8 a damaged key is never used, and not replaced: %s", (what) => {
  const file = join(folder, "peer.key");
  openPeerKey(file);
  const text = what === "an RSA key" ? readFileSync(file, "utf8").replaceAll(/[A-Za-z]{8}/g, "AAAAAAAA") : what;
  writeFileSync(file, text);
  expect(() => openPeerKey(file)).toThrow(expect.objectContaining({ code: "memory-damaged" }));
  expect(readFileSync(file, "utf8")).toBe(text);
});
