import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { monotonicMs } from "../../src/mta/clock.ts";
import { localVerdicts, parseVerdictLine } from "../../src/mta/local-verdicts.ts";
import { afterwards } from "./support.ts";

async function socketPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mta-verdicts-"));
  afterwards(() => rm(folder, { recursive: true }));
  return join(folder, "agent.sock");
}

async function agent(answer: (socket: Socket) => void): Promise<string> {
  const path = await socketPath();
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => answer(socket));
    afterwards(() => socket.destroy());
  }).listen(path);
  await once(server, "listening");
  afterwards(() => server.close());
  return path;
}

const unreachable = { decision: "DEFER", reason: "unreachable" };

describe("MT20 the agent's answer is read to the letter, and any doubt is a DEFER", () => {
  test("MT20 the three answers", () => {
    expect(parseVerdictLine("BIND 127.0.1.100 EXCHVS 7 1850")).toEqual({
      decision: "BIND",
      address: "127.0.1.100",
      prefix: 32,
      networkName: "EXCHVS",
      epoch: 7,
      validForMs: 1850,
    });
    expect(parseVerdictLine("BIND 2001:db8::1 EXCHVS 7 1")).toMatchObject({ decision: "BIND", prefix: 128 });
    expect(parseVerdictLine("DEFER standby")).toMatchObject({ decision: "DEFER", reason: "standby" });
    expect(parseVerdictLine("DENY no-such-group")).toEqual({ decision: "DENY", reason: "no-such-group" });
  });

  test.each([
    "",
    "BIND",
    "BIND 127.0.1.100",
    "BIND 127.0.1.100 EXCHVS 7",
    "BIND 127.0.1.100 EXCHVS 7 1850 more",
    "BIND 127.0.1.100  EXCHVS 7 1850",
    "BIND 127.0.1.999 EXCHVS 7 1850",
    "BIND localhost EXCHVS 7 1850",
    "BIND 127.0.1.100 EXCHVS -7 1850",
    "BIND 127.0.1.100 EXCHVS 7 1e3",
    "BIND 127.0.1.100 EXCHVS 7 60001",
    "BIND 127.0.1.100 EXCHVS 99999999999999999999 1",
    "bind 127.0.1.100 EXCHVS 7 1850",
    "DEFER",
    "DEFER whatever",
    "DEFER standby more",
    "DENY",
    "DENY me",
    "OK 127.0.1.100",
  ])("MT20 `%s` is a DEFER", (line) => {
    expect(parseVerdictLine(line)).toMatchObject({ decision: "DEFER", reason: "unknown" });
  });

  test("MT20 an answer in pieces, and the clock that was read before the question", async () => {
    const path = await agent((socket) => {
      socket.write("BIND 127.0.1.100 EX");
      setTimeout(() => socket.write("CHVS 7 1850\nDEFER standby\n"), 20);
    });
    let clock = 1000;
    const source = localVerdicts({ socketPath: path, group: "Exchange", now: () => clock++ });
    expect(await source.ask("peer")).toMatchObject({
      askedAtMs: 1000,
      verdict: { decision: "BIND", networkName: "EXCHVS" },
    });
  });

  test.each<[string, (socket: Socket) => void]>([
    ["closes without a word", (socket) => socket.end()],
    ["closes in the middle of a line", (socket) => socket.end("BIND 127.0.1.100 EXCHVS 7 18")],
    ["resets", (socket) => socket.destroy()],
    ["never ends its line", (socket) => socket.write("B".repeat(2000))],
  ])("MT20 an agent that %s", async (_, answer) => {
    const source = localVerdicts({ socketPath: await agent(answer), group: "Exchange" });
    expect((await source.ask("peer")).verdict).toMatchObject(unreachable);
  });

  test("MT20 an agent that is frozen is waited for a second", async () => {
    const source = localVerdicts({ socketPath: await agent(() => {}), group: "Exchange" });
    const askedAt = monotonicMs();
    expect((await source.ask("peer")).verdict).toMatchObject(unreachable);
    expect(monotonicMs() - askedAt).toBeLessThan(1500);
  });

  test("MT20 an agent that is not there", async () => {
    const source = localVerdicts({ socketPath: await socketPath(), group: "Exchange" });
    expect((await source.ask("peer")).verdict).toMatchObject(unreachable);
  });
});
