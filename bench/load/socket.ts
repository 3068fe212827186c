import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { figuresOf } from "../process-figures.ts";

export type SocketLoad = {
  readonly socketPath: string;
  readonly group: string;
  /**
   * `lines`: the protocol as it is, on connections that stay. `library`: `sourceAddresses().ask`, a connection each. `live`:
   * `liveSourceAddress().now()`, told and not asked.
   */
  readonly way: "lines" | "library" | "live";
  readonly connections: number;
  /** Questions under way on each connection; the library has one. */
  readonly depth: number;
  readonly seconds: number;
};

const loadScoreSchema = z.strictObject({
  rate: z.number(),
  p50: z.number(),
  p99: z.number(),
  answers: z.number(),
  cpuMicroseconds: z.number(),
});

/** Microseconds, all but the counts. `answers` with those of the time in which it warmed up. */
export type LoadScore = z.infer<typeof loadScoreSchema>;

export type SocketScore = {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  /** What each of the two has of a processor for an answer: whoever has more of it bounds the rate, however much others have. */
  readonly "server CPU": number;
  readonly "client CPU": number;
};

/** @param server the process that answers */
export async function askSocket(load: SocketLoad, server: number): Promise<SocketScore> {
  const before = figuresOf(server).cpuSeconds;
  const args = [join(import.meta.dirname, "socket-load.ts"), JSON.stringify(load)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { rate, p50, p99, answers, cpuMicroseconds } = loadScoreSchema.parse(JSON.parse(stdout));
  const serverMicroseconds = (figuresOf(server).cpuSeconds - before) * 1e6;
  return { rate, p50, p99, "server CPU": serverMicroseconds / answers, "client CPU": cpuMicroseconds / answers };
}
