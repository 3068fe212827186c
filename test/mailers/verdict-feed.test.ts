import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { monotonicMs } from "../../src/mta/clock.ts";
import { parseWatchedLine } from "../../src/mta/local-verdicts.ts";
import { openVerdictFeed, type VerdictFeed } from "../../src/mailers/verdict-feed.ts";
import { until } from "../support/until.ts";

let folder = "";
let socketPath = "";
let server: Server | null = null;
let feed: VerdictFeed | null = null;
let connections: Socket[] = [];
const asked: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-feed-"));
  socketPath = join(folder, "agent.sock");
  connections = [];
  asked.length = 0;
});
afterEach(() => {
  feed?.close();
  stopServer();
  rmSync(folder, { recursive: true, force: true });
});

async function startServer(): Promise<void> {
  server = createServer((socket) => {
    connections.push(socket);
    socket.on("data", (text) => asked.push(String(text)));
    socket.on("error", () => {});
  }).listen(socketPath);
  await once(server, "listening");
}

function stopServer(): void {
  server?.close();
  for (const socket of connections) socket.destroy();
  server = null;
}

const say = (line: string): void => void connections.at(-1)?.write(`${line}\n`);
const bindUntil = (at: number): string => `BIND 192.0.2.10 mail.example.org 7 ${Math.floor(at)}`;
const isSaid = (decision: string): Promise<void> =>
  until(() => feed?.now().decision === decision, 5_000, `${decision} from the feed`);
const unreachable = { decision: "DEFER", reason: "unreachable" };

test("MA11 the answer is what was told last, without a question for it", async () => {
  await startServer();
  feed = openVerdictFeed({ socketPath, group: "Cluster Group" });
  expect(feed.now()).toMatchObject(unreachable);
  await until(() => asked.length > 0, 5_000, "the watch");
  expect(asked).toEqual(["watch Cluster Group\n"]);
  const at = Math.floor(monotonicMs()) + 20_000;
  say(bindUntil(at));
  await isSaid("BIND");
  await feed.begun;
  const answer = feed.now();
  expect(answer).toEqual({
    decision: "BIND",
    address: "192.0.2.10",
    prefix: 32,
    networkName: "mail.example.org",
    epoch: 7,
    until: at,
  });
  expect(feed.now()).toBe(answer);
  say("DEFER in-transition");
  await isSaid("DEFER");
  expect(feed.now()).toMatchObject({ reason: "in-transition" });
  expect(asked).toHaveLength(1);
});

test("MA11 of several lines that come at once the last counts", async () => {
  await startServer();
  feed = openVerdictFeed({ socketPath, group: "Mail" });
  await until(() => connections.length > 0, 5_000, "a connection");
  say(`${bindUntil(monotonicMs() + 20_000)}\nDENY not-a-virtual-server`);
  await isSaid("DENY");
});

test("MA12 a BIND is over at its moment, whatever the agent does", async () => {
  await startServer();
  let now = monotonicMs();
  feed = openVerdictFeed({ socketPath, group: "Mail" }, { monotonic: () => now, wall: () => now });
  await until(() => connections.length > 0, 5_000, "a connection");
  const at = Math.floor(now) + 1_000;
  say(bindUntil(at));
  await isSaid("BIND");
  now = at - 0.01;
  expect(feed.now().decision).toBe("BIND");
  now = at;
  expect(feed.now()).toMatchObject({ decision: "DEFER", reason: "fuse-blown" });
});

test("MA12 time of which the monotonic clock knows nothing ends it as well, until the agent has told anew", async () => {
  await startServer();
  const now = monotonicMs();
  let wall = 1_000_000;
  feed = openVerdictFeed({ socketPath, group: "Mail" }, { monotonic: () => now, wall: () => wall });
  await until(() => connections.length > 0, 5_000, "a connection");
  say(bindUntil(now + 20_000));
  await isSaid("BIND");
  wall += 40;
  expect(feed.now().decision).toBe("BIND");
  wall += 1;
  expect(feed.now()).toMatchObject({ decision: "DEFER", reason: "fuse-blown" });
  // This may have been written before.
  say("DEFER standby");
  await until(() => JSON.stringify(feed?.now()).includes("standby"), 5_000, "the next line");
  wall += 41;
  say(bindUntil(now + 20_001));
  await until(() => JSON.stringify(feed?.now()).includes("fuse-blown"), 5_000, "a line of before");
  say(bindUntil(now + 20_002));
  await isSaid("BIND");
});

test("MA12 an agent that takes the connection and says nothing is as good as away", async () => {
  await startServer();
  feed = openVerdictFeed({ socketPath, group: "Mail" });
  await feed.begun;
  expect(feed.now()).toMatchObject(unreachable);
  say(bindUntil(monotonicMs() + 20_000));
  await isSaid("BIND");
});

test("MA12 an agent that goes takes its answer along, and one that comes back is asked again", async () => {
  await startServer();
  feed = openVerdictFeed({ socketPath, group: "Mail" });
  await until(() => connections.length > 0, 5_000, "a connection");
  say(bindUntil(monotonicMs() + 20_000));
  await isSaid("BIND");
  stopServer();
  await isSaid("DEFER");
  expect(feed.now()).toMatchObject(unreachable);
  connections = [];
  await startServer();
  await until(() => connections.length > 0, 5_000, "another connection");
  say(bindUntil(monotonicMs() + 20_000));
  await isSaid("BIND");
});

test("MA12 without an agent it begins with that, and after its end it says nothing else", async () => {
  feed = openVerdictFeed({ socketPath, group: "Mail" });
  await feed.begun;
  expect(feed.now()).toMatchObject(unreachable);
  feed.close();
  await startServer();
  expect(feed.now()).toMatchObject(unreachable);
});

test.each([
  ["no deadline", "BIND 192.0.2.10 mail.example.org 7"],
  ["a deadline that lies beyond any lease", "BIND 192.0.2.10 mail.example.org 7 160001"],
  ["a deadline that is no number", "BIND 192.0.2.10 mail.example.org 7 soon"],
  ["no address", "BIND mail mail.example.org 7 101000"],
  ["a word more", "BIND 192.0.2.10 mail.example.org 7 101000 more"],
  ["nothing", ""],
])("MA12 %s is no BIND", (_what, line) => {
  expect(parseWatchedLine(line, 100_000)).toMatchObject({ decision: "DEFER", reason: "unknown" });
});
