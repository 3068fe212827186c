// Runs on a node: node bench/live/caller.ts SOCKET GROUP HOST PORT. Asks the agent before each call, binds what it is told and
// nothing else, and prints what came of each as a line of JSON: an `Attempt` without the node.
import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { connectFrom } from "../../src/mailers/source-addresses.ts";
import { monotonicMs } from "../../src/mta/clock.ts";
import { localVerdicts } from "../../src/mta/local-verdicts.ts";
import type { Attempt, Outcome } from "./history.ts";

const [socketPath = "", group = "", host = "", port = ""] = process.argv.slice(2);
const verdicts = localVerdicts({ socketPath, group });
const everyMs = 80;
/** Each so many-th is kept, and spoken on: an old association must not go on when its address comes back. */
const keptOf = 12;
const keptMs = 4_000;
const greetingMs = 500;

async function attempt(isKept: boolean): Promise<Omit<Attempt, "node">> {
  const { verdict, askedAtMs: askedAt } = await verdicts.ask(host);
  const answeredAt = monotonicMs();
  if (verdict.decision !== "BIND") {
    const answer = { kind: verdict.decision, reason: verdict.reason };
    return { askedAt, answeredAt, answer, outcome: { kind: "none" } };
  }
  const { validForMs, ...bind } = verdict;
  const until = askedAt + validForMs;
  const answer = { kind: "BIND", epoch: bind.epoch, address: bind.address, until } as const;
  const leftMs = Math.floor(until - monotonicMs());
  if (leftMs <= 0) return { askedAt, answeredAt, answer, outcome: failed("too-late") };
  const from = { ...bind, expired: AbortSignal.timeout(leftMs) };
  const outcome = await connectFrom(from, { host, port: Number(port) }).then(
    (socket) => opened(socket, isKept),
    (error: NodeJS.ErrnoException) => failed(error.code ?? "unknown"),
  );
  return { askedAt, answeredAt, answer, outcome };
}

function failed(code: string): Outcome {
  return { kind: "failed", at: monotonicMs(), code };
}

async function opened(socket: Socket, isKept: boolean): Promise<Outcome> {
  const at = monotonicMs();
  const { localAddress = "", localPort = 0 } = socket;
  socket.write("EHLO\n");
  const isWelcome = await Promise.race([once(socket, "data").then(() => true), delay(greetingMs, false)]).catch(
    () => false,
  );
  if (isKept) void keep(socket);
  else socket.resetAndDestroy();
  return { kind: "opened", at, from: localAddress, port: localPort, isWelcome };
}

async function keep(socket: Socket): Promise<void> {
  socket.resume();
  for (const until = monotonicMs() + keptMs; monotonicMs() < until && socket.writable; await delay(100)) {
    socket.write("NOOP\n");
  }
  socket.resetAndDestroy();
}

for (let number = 1; ; number += 1) {
  process.stdout.write(`${JSON.stringify(await attempt(number % keptOf === 0))}\n`);
  await delay(everyMs);
}
