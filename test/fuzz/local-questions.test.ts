import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { longestLine, serveLocalSocket, subjectOf } from "../../src/agent/local-socket.ts";
import { answerTo, longestRequest, netstring, parseNetstring, serveSocketmap } from "../../src/agent/socketmap.ts";
import type { LocalVerdict } from "../../src/agent/local-verdict.ts";
import { alwaysSoon, always } from "./always.ts";
import { noise, piecesOf, sizes, spoilt } from "./octets.ts";

const bind = {
  decision: "BIND",
  address: "127.0.1.100",
  prefix: 24,
  networkName: "EXCHVS",
  epoch: 3,
  validForMs: 1_234,
  until: 101_234,
} as const satisfies LocalVerdict;
const standby: LocalVerdict = { decision: "DEFER", reason: "standby", retryAfterMs: 500 };
const verdict = (group: string): LocalVerdict => (group === "Exchange" ? bind : standby);

const requests = [
  "sourceaddress Exchange",
  "sourceaddress *",
  "transport/Exchange b@dest.example",
  "transport/Mail%20One/[relay]:25 x",
  "",
  "x".repeat(longestRequest),
  // Nobody waits for so much.
  "x".repeat(longestRequest + 1),
  "x".repeat(999),
].map((text) => Buffer.from(netstring(text)));
const lines = [
  "source-address Exchange\n",
  "source-address Cluster Group peer.test\n",
  "watch Exchange\n",
  `source-address ${"x".repeat(496)}\n`,
].map((text) => Buffer.from(text));
const asked = (messages: readonly Buffer[]): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { weight: 1, arbitrary: noise },
    {
      weight: 6,
      arbitrary: fc.array(spoilt(messages), { minLength: 1, maxLength: 4 }).map((many) => Buffer.concat(many)),
    },
  );

const folder = mkdtempSync(join(tmpdir(), "bridgehead-fuzz-"));
const heard: string[] = [];
const options = { verdict, log: (_: string, code: string) => heard.push(code), maxConnections: 64 };
const socketmap = await serveSocketmap({ ...options, path: join(folder, "socketmap") });
const local = await serveLocalSocket({ ...options, path: join(folder, "local") });
afterAll(async () => {
  await Promise.all([socketmap.close(), local.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** What comes back until the other side, or this one after its last octet, is at an end. */
async function talked(name: string, octets: Uint8Array, lengths: readonly number[]): Promise<string> {
  const socket = createConnection(join(folder, name));
  socket.on("error", () => {});
  const said: Buffer[] = [];
  socket.on("data", (chunk) => said.push(chunk));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await once(socket, "connect");
  for (const piece of piecesOf(octets, lengths)) socket.write(piece);
  socket.end();
  await closed;
  return Buffer.concat(said).toString("latin1");
}

describe("what mailers ask", () => {
  test("FZ7 octets are a netstring, the beginning of one, or none, in pieces of any size", () => {
    always(asked(requests), (octets) => {
      const whole = parseNetstring(Buffer.from(octets));
      if (whole.kind === "complete") {
        const { length, text } = whole;
        if (length > octets.length || Buffer.byteLength(text) > 3 * longestRequest)
          throw new Error("more than there is");
        if (!/^(?:OK|TEMP|PERM|NOTFOUND) /.test(answerTo(text, verdict)) || /[\r\n]/.test(answerTo(text, verdict)))
          throw new Error("no answer");
      }
      // A beginning never says otherwise than the whole, but that it does not know yet.
      for (const cut of [1, 2, 3, 4, 5, octets.length >> 1, octets.length - 1]) {
        const part = parseNetstring(Buffer.from(octets.subarray(0, Math.max(0, cut))));
        if (part.kind !== "incomplete" && JSON.stringify(part) !== JSON.stringify(whole))
          throw new Error(`${cut} octets: ${JSON.stringify(part)}`);
      }
      // There is an end to what is waited for.
      if (whole.kind === "incomplete" && octets.length > longestRequest + 5) throw new Error("it waits for more");
    });
  });

  test("FZ7 a line is a question of printable words, or none", () => {
    always(asked(lines), (octets) => {
      const subject = subjectOf(octets);
      if (subject !== null && !/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(subject))
        throw new Error(`the subject ${subject}`);
    });
  });

  test.each([
    ["socketmap", asked(requests), /^(?:\d+:(?:OK|TEMP|PERM|NOTFOUND) [\x20-\x7e]*,)*$/],
    ["local", asked(lines), /^(?:(?:BIND|DEFER|DENY|ERROR) [\x21-\x7e ]+\n)*$/],
  ] as const)(
    "FZ7 whatever comes over the %s socket, its answers are answers, and the agent goes on",
    async (name, questions, answers) => {
      await alwaysSoon(fc.tuple(questions, sizes), async ([octets, lengths]) => {
        const said = await talked(name, octets, lengths);
        if (!answers.test(said)) throw new Error(`it said ${JSON.stringify(said)}`);
      });
      expect(new Set(heard)).toEqual(new Set(["malformed-question"]));
      expect(longestLine).toBe(512);
    },
  );
});
