import { connect, isIP } from "node:net";
import {
  type Bind,
  type Defer,
  deferReasons,
  type Deny,
  denyReasons,
  type Verdict,
} from "../cluster/questions/verdict.ts";
import { monotonicMs } from "./clock.ts";
import type { TimedVerdict, VerdictSource } from "./verdict-source.ts";

/** The agent answers from its lease within a millisecond; one that needs a second is frozen, and its word is old. */
const answerTimeoutMs = 1000;
/** An answer is a line of some 60 octets. */
const maxAnswerLength = 512;
/** When to ask again after a `DEFER`: the line has no room for it. */
const retryAfterMs = 250;
/** No lease lasts longer than 60 s, so neither does a verdict. */
const maxValidForMs = 60_000;

export type LocalVerdictsOptions = {
  /** Path of the agent's local socket. */
  readonly socketPath: string;
  readonly group: string;
  readonly now?: () => number;
};

/**
 * The verdicts of the agent on this host, over its local socket: `source-address GROUP destination` and one line back.
 * One connection a question: a question on an old connection could be answered by an agent that is gone.
 */
export function localVerdicts({ socketPath, group, now = monotonicMs }: LocalVerdictsOptions): VerdictSource {
  return {
    ask: async (destination): Promise<TimedVerdict> => {
      const askedAtMs = now();
      const line = await askLine(socketPath, `source-address ${group} ${destination}\n`);
      return { askedAtMs, verdict: line === null ? unreachable : parseVerdictLine(line) };
    },
  };
}

const unreachable: Verdict = { decision: "DEFER", reason: "unreachable", retryAfterMs };
const unknown: Defer = { decision: "DEFER", reason: "unknown", retryAfterMs };

/** Sends one line and resolves with one line; null if there is none in time or within the limit. It never rejects. */
function askLine(socketPath: string, question: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ path: socketPath });
    let answer = "";
    const finish = (line: string | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(line);
    };
    const timer = setTimeout(() => finish(null), answerTimeoutMs);
    socket.setEncoding("latin1");
    socket.on("connect", () => socket.write(question));
    socket.on("data", (chunk: string) => {
      answer += chunk;
      const end = answer.indexOf("\n");
      if (end >= 0) finish(answer.slice(0, end));
      else if (answer.length > maxAnswerLength) finish(null);
    });
    socket.on("error", () => finish(null));
    socket.on("close", () => finish(null));
  });
}

/**
 * Reads an answer of the local socket: `BIND <address> <networkName> <epoch> <validForMs>`, `DEFER <reason>` or
 * `DENY <reason>`. What is none of these in every detail is a `DEFER`: a doubt never becomes an address.
 */
export function parseVerdictLine(line: string): Verdict {
  const [decision, ...fields] = line.split(" ");
  switch (decision) {
    case "BIND":
      return parseBind(fields);
    case "DEFER": {
      const reason = deferReasons.find((known) => known === fields[0]);
      return fields.length === 1 && reason !== undefined ? { decision, reason, retryAfterMs } : unknown;
    }
    case "DENY": {
      const reason = denyReasons.find((known) => known === fields[0]);
      return fields.length === 1 && reason !== undefined ? { decision, reason } : unknown;
    }
    default:
      return unknown;
  }
}

function parseBind(fields: readonly string[]): Verdict {
  const [address = "", networkName = "", epochText = "", validForText = "", ...more] = fields;
  const family = isIP(address);
  const epoch = parseCount(epochText, Number.MAX_SAFE_INTEGER);
  const validForMs = parseCount(validForText, maxValidForMs);
  if (family === 0 || networkName === "" || epoch === null || validForMs === null || more.length > 0) return unknown;
  // The line has no prefix; who binds a socket needs none, and the address by itself is the whole of it.
  return { decision: "BIND", address, prefix: family === 4 ? 32 : 128, networkName, epoch, validForMs };
}

/** A `BIND` that is told and not asked for. `until`: milliseconds of CLOCK_MONOTONIC. */
export type WatchedBind = Omit<Bind, "validForMs"> & { readonly until: number };

/** Reads a line of a watch, whose `BIND` says until when: as `parseVerdictLine` in everything else. @param now of CLOCK_MONOTONIC, in milliseconds */
export function parseWatchedLine(line: string, now: number): WatchedBind | Defer | Deny {
  const [decision, ...fields] = line.split(" ");
  const until = decision === "BIND" ? parseCount(fields[3] ?? "", Number.MAX_SAFE_INTEGER) : null;
  // A deadline that lies further ahead than any lease is none.
  const leftMs = until === null ? null : Math.max(0, Math.ceil(until - now));
  const words = leftMs === null ? line : [decision, ...fields.with(3, String(leftMs))].join(" ");
  const verdict = parseVerdictLine(words);
  if (verdict.decision !== "BIND") return verdict;
  if (until === null) return unknown;
  const { validForMs: _, ...bind } = verdict;
  return { ...bind, until };
}

function parseCount(text: string, max: number): number | null {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : null;
  return value !== null && value <= max ? value : null;
}
