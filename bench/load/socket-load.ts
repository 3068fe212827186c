// Asks an agent over its local socket as fast as answers come, in a process of its own: node socket-load.ts JSON, a `SocketLoad`.
// Prints a `LoadScore` as JSON. An answer that is not BIND ends it with an error.
import { connect } from "node:net";
import { createHistogram } from "node:perf_hooks";
import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import { liveSourceAddress, sourceAddresses } from "../../src/mailers/source-addresses.ts";
import type { LoadScore, SocketLoad } from "./socket.ts";

const load = JSON.parse(process.argv[2] ?? "") as SocketLoad;
const histogram = createHistogram();
let answers = 0;
let running = true;
/** What an answer begins with that lets somebody call, and what it ends with. */
const letterB = 0x42;
const newline = 0x0a;

/** Answers between two turns of the event loop, in which what the agent tells is read. */
const answersATurn = 10_000;

const ways = { lines: askByLines, library: askByLibrary, live: askLive } as const;
const asking = Promise.all(Array.from({ length: load.connections }, ways[load.way]));
const before = process.cpuUsage();
// What is compiled by then is not measured.
await Promise.race([delay(load.seconds * 250), asking]);
histogram.reset();
const warm = answers;
const startedAt = performance.now();
await Promise.race([delay(load.seconds * 1_000), asking]);
const ms = performance.now() - startedAt;
const { user, system } = process.cpuUsage(before);
const score: LoadScore = {
  rate: ((answers - warm) * 1_000) / ms,
  p50: histogram.percentile(50) / 1_000,
  p99: histogram.percentile(99) / 1_000,
  answers,
  cpuMicroseconds: user + system,
};
running = false;
console.log(JSON.stringify(score));
process.exit(0);

/** As a program asks that has the library: each question by itself, `connections` of them at a time. */
async function askByLibrary(): Promise<void> {
  const { socketPath, group } = load;
  const addresses = sourceAddresses({ socketPath, group, configFile: import.meta.filename });
  while (running) {
    const askedAt = performance.now();
    const { decision } = await addresses.ask("peer.test");
    if (decision !== "BIND") throw new Error(`the library was answered ${decision}`);
    count(askedAt);
  }
}

/** Without a question; the time of one answer is that of its share of a turn. */
async function askLive(): Promise<void> {
  const { socketPath, group } = load;
  const address = liveSourceAddress({ socketPath, group, configFile: import.meta.filename });
  await address.begun;
  while (running) {
    const startedAt = performance.now();
    for (let at = 0; at < answersATurn; at += 1) {
      const answer = address.now();
      if (answer.decision !== "BIND") throw new Error(`the library said ${answer.decision}`);
    }
    answers += answersATurn;
    histogram.record(Math.max(1, Math.round(((performance.now() - startedAt) * 1e6) / answersATurn)));
    await turn();
  }
}

/** On a connection that stays, `depth` questions under way at any time; each answer lets the next question go. */
function askByLines(): Promise<void> {
  const { socketPath, group, depth } = load;
  const question = Buffer.from(`source-address ${group}\n`);
  const questions = Array.from({ length: depth + 1 }, (_, times) => Buffer.concat(Array(times).fill(question)));
  const askedAt = new Float64Array(depth);
  return new Promise((_resolve, reject) => {
    let oldest = 0;
    let isAtBeginning = true;
    const socket = connect({ path: socketPath });
    const ask = (times: number): void => {
      const now = performance.now();
      for (let at = 0; at < times; at += 1) askedAt[(oldest + depth - times + at) % depth] = now;
      socket.write(questions[times] ?? question);
    };
    socket.on("connect", () => ask(depth));
    socket.on("data", (chunk) => {
      let answered = 0;
      for (const octet of chunk) {
        if (isAtBeginning && octet !== letterB) return reject(new Error(`an answer was ${chunk.toString("latin1")}`));
        isAtBeginning = octet === newline;
        if (!isAtBeginning) continue;
        count(askedAt[oldest % depth] ?? 0);
        oldest += 1;
        answered += 1;
      }
      if (answered > 0 && running) ask(answered);
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the agent has closed the connection")));
  });
}

function count(askedAt: number): void {
  answers += 1;
  histogram.record(Math.max(1, Math.round((performance.now() - askedAt) * 1e6)));
}
