import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";

export type Question = {
  /** With the path. */
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly body?: string;
  /** A file of headers, one a line, with which it is asked in turn. */
  readonly headersFile: string;
};

/** `p50`, `p99`: microseconds. */
export type WrkScore = { readonly rate: number; readonly p50: number; readonly p99: number; readonly requests: number };

const saidSchema = z.strictObject({
  requests: z.number(),
  seconds: z.number(),
  p50: z.number(),
  p99: z.number(),
  refused: z.number(),
  broken: z.number(),
});

/**
 * Asks as fast as answers come, over so many connections, with one thread: the other core is for who answers. An answer of 4xx or 5xx,
 * or one that did not come, makes it an error: refusing is quick, and is not what is measured.
 */
export async function wrk(question: Question, connections: number, seconds: number): Promise<WrkScore> {
  const { url, method, body, headersFile } = question;
  const { origin, pathname, search } = new URL(url);
  const script = join(import.meta.dirname, "wrk.lua");
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "-s", script, origin, "--"];
  const asked = [method, pathname + search, headersFile, ...(body === undefined ? [] : [body])];
  const { stdout } = await promisify(execFile)("wrk", [...args, ...asked]);
  const line = stdout.split("\n").find((text) => text.startsWith("{")) ?? "";
  const said = saidSchema.parse(JSON.parse(line));
  if (said.refused + said.broken > 0 || said.requests === 0) {
    throw new Error(`of ${said.requests} questions to ${url} ${said.refused} were refused and ${said.broken} broke`);
  }
  return { rate: said.requests / said.seconds, p50: said.p50, p99: said.p99, requests: said.requests };
}

/** What the command says of itself, or null when it is not here. */
export async function wrkVersion(): Promise<string | null> {
  // It prints it with its usage, and ends with 1.
  const said = await promisify(execFile)("wrk", ["-v"]).catch((error: { stdout?: string }) => ({
    stdout: error.stdout ?? "",
  }));
  return /^wrk (\S+)/.exec(said.stdout)?.[1] ?? null;
}
