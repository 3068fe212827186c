import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BarePath, startBare } from "../bare/server.ts";
import type { Contestant, Entry } from "../contest.ts";
import type { Surroundings } from "../measure.ts";
import { figuresOf } from "../process-figures.ts";
import { wrk, type Question, type WrkScore } from "./wrk.ts";

/** With what the one that answers has of the processors for an answer: unlike the rest, it hardly depends on what else the machine does. */
export type HttpScore = Pick<WrkScore, "rate" | "p50" | "p99"> & { readonly CPU: number };
export type HttpColumn = keyof HttpScore;

export const httpColumns = [
  { name: "rate", unit: "perSecond" },
  { name: "p50", unit: "microseconds" },
  { name: "p99", unit: "microseconds" },
  { name: "CPU", unit: "microseconds" },
] as const;

/** Asked over HTTP by wrk, over so many connections. */
export type HttpContestant = Contestant<number, HttpColumn>;
export type HttpEntry = Entry<number, HttpColumn>;

/** One token may ask a hundred times a second: so many of them ask 25 000 times. */
export const readers = 250;

/** The bare Worker. Each has a workerd of its own, so that what it has of the processors is its own. */
export function bareContestant(name: string, path: BarePath): HttpContestant {
  return {
    name,
    enter: async (surroundings) => {
      const { pid, url } = await startBare(surroundings, path);
      return asked(questionTo(surroundings, path, `${url}/${path}`), pid, surroundings);
    },
  };
}

/** @param expectThatItCounts rejects when an answer would not be what is measured; asked before and after each sample */
export function asked(
  question: Question,
  pid: number,
  { seconds }: Surroundings,
  expectThatItCounts: () => Promise<void> = async () => {},
): HttpEntry {
  return {
    kind: "here",
    play: async (count) => {
      await expectThatItCounts();
      const before = figuresOf(pid).cpuSeconds;
      const { rate, p50, p99, requests } = await wrk(question, count, seconds);
      const cpuSeconds = figuresOf(pid).cpuSeconds - before;
      await expectThatItCounts();
      return { rate, p50, p99, CPU: (cpuSeconds * 1e6) / requests };
    },
  };
}

/** Those who look at no token are sent as many headers, as long ones; etcd takes `Authorization` for one of its own. */
export function questionTo(
  { folder }: Surroundings,
  name: string,
  url: string,
  tokens: readonly string[] | null = null,
): Question {
  const headersFile = join(folder, `${name}.headers`);
  const headers =
    tokens?.map((token) => `Authorization: Bearer ${token}`) ??
    Array.from({ length: readers }, (_, at) => `X-Measured-As: Bearer ${String(at).padStart(101, "0")}`);
  writeFileSync(headersFile, `${headers.join("\n")}\n`);
  return { url, method: "GET", headersFile };
}
