import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import type { Question } from "./wrk.ts";

/** `p50`, `p99`, `longest` and `still`: microseconds. */
export type Pauses = {
  readonly p50: number;
  /** Each answer counts once, unlike with wrk, which adds those that could have been asked for while it waited. */
  readonly p99: number;
  readonly longest: number;
  /** Answers in a second that took longer than `pauseMs`. */
  readonly pauses: number;
  /** How much of a second went by in them. */
  readonly still: number;
};

/** Ten times and more what an answer takes over a connection that nobody shares. */
export const pauseMs = 3;

/** Asks one question after the other over one connection: what is slow then has waited for nobody else. */
export async function pausesOf({ url, method, body, headersFile }: Question, seconds: number): Promise<Pauses> {
  const headers = readFileSync(headersFile, "utf8").trim().split("\n");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const took: number[] = [];
  const began = performance.now();
  try {
    while (performance.now() < began + seconds * 1_000) {
      const [name = "", value = ""] = (headers[took.length % headers.length] ?? "").split(": ");
      const from = performance.now();
      await answered(url, { method, agent, headers: { [name]: value, "Content-Type": "application/json" } }, body);
      took.push(performance.now() - from);
    }
  } finally {
    agent.destroy();
  }
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number): number => (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN) * 1_000;
  const long = took.filter((ms) => ms > pauseMs);
  return {
    p50: at(0.5),
    p99: at(0.99),
    longest: at(1),
    pauses: long.length / seconds,
    still: (long.reduce((sum, ms) => sum + ms, 0) * 1_000) / seconds,
  };
}

function answered(url: string, options: Parameters<typeof request>[1], body = ""): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(url, options, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answers ${response.statusCode}`));
      response.on("error", reject).on("end", resolve).resume();
    });
    asked.on("error", reject).end(body);
  });
}
