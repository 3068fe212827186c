import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { getMx, type HarakaParts } from "../../src/mailers/haraka-plugin.ts";

let folder = "";
let server: Server | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-haraka-"));
});
afterEach(() => {
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const codes = { OK: 906, DENYSOFT: 903, DENY: 902 };
const hops = [
  { exchange: "b.test", priority: 20 },
  { exchange: "a.test", priority: 10, port: 2_525 },
];

/** What the hook says to Haraka, when the agent's answer is this line. */
async function said(line: string, parts: Partial<HarakaParts> = {}): Promise<unknown[]> {
  const socketPath = join(folder, "agent.sock");
  server = createServer((socket) => socket.on("data", () => socket.write(line)));
  server.listen(socketPath);
  await once(server, "listening");
  const configFile = join(folder, "agent.yaml");
  writeFileSync(configFile, "node: NODE1\n");
  const told: unknown[] = [];
  const hook = getMx({ group: "Exchange", socketPath, configFile }, { ...codes, resolve: () => hops, ...parts });
  await hook((...answer) => void told.push(...answer), null, "dest.test");
  return told;
}

test("MA4 each next hop is called from the address of the answer and under its name, the preferred one first", async () => {
  const from = { bind: "127.0.3.100", bind_helo: "EXCHVS" };
  expect(await said("BIND 127.0.3.100 EXCHVS 7 900\n")).toEqual([
    codes.OK,
    [
      { ...hops[1], ...from },
      { ...hops[0], ...from },
    ],
  ]);
});

test.each(["DEFER standby\n", "DENY not-a-virtual-server\n", "what?\n"])(
  "MA4 %j leaves the message in the queue, and no domain is looked up",
  async (line) => {
    let lookups = 0;
    const resolve = () => {
      lookups += 1;
      return hops;
    };
    const [code, why] = await said(line, { resolve });
    expect({ code, lookups }).toEqual({ code: codes.DENYSOFT, lookups: 0 });
    expect(String(why)).toMatch(/^bridgehead: [a-z-]+$/);
  },
);

test("MA4 a domain that cannot be looked up waits, and one that has no next hop is refused: neither is left to Haraka", async () => {
  const bind = "BIND 127.0.3.100 EXCHVS 7 900\n";
  const cases: [number, Partial<HarakaParts>][] = [
    [codes.DENYSOFT, { resolve: () => Promise.reject(new Error("SERVFAIL")) }],
    // What could not be looked up for its addresses is handed over as none.
    [codes.DENYSOFT, { resolve: () => [], isNowhere: async () => false }],
    [codes.DENY, { resolve: () => [], isNowhere: async () => true }],
  ];
  for (const [expected, parts] of cases) {
    expect((await said(bind, parts))[0]).toBe(expected);
    server?.close();
  }
});

test("MA7 the hook asks for the group of the domain that the message is for", async () => {
  const socketPath = join(folder, "agent.sock");
  const asked: string[] = [];
  server = createServer((socket) =>
    socket.on("data", (question: Buffer) => {
      asked.push(question.toString("latin1"));
      socket.write("DEFER standby\n");
    }),
  );
  server.listen(socketPath);
  await once(server, "listening");
  const configFile = join(folder, "agent.yaml");
  writeFileSync(configFile, "node: NODE1\n");
  const routes = { "partner.test": "Connector A" };
  const hook = getMx({ group: "Exchange", socketPath, configFile, routes }, { ...codes, resolve: () => hops });
  for (const domain of ["partner.test", "dest.test"]) await hook(() => {}, null, domain);
  expect(asked).toEqual(["source-address Connector A partner.test\n", "source-address Exchange dest.test\n"]);
});

test("MA2 on a host that belongs to no cluster the plugin does not load, unless it is told that it may do nothing there", async () => {
  const none = { group: "Exchange", configFile: join(folder, "none.yaml") };
  const parts = { ...codes, resolve: () => hops };
  expect(() => getMx(none, parts)).toThrow("belongs to no cluster");
  const told: unknown[][] = [];
  const hook = getMx({ ...none, withoutCluster: "standalone" }, parts);
  await hook((...answer) => void told.push(answer), null, "dest.test");
  expect(told).toEqual([[]]);
});
