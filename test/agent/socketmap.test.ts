import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { answerTo, netstring, parseNetstring, serveSocketmap } from "../../src/agent/socketmap.ts";
import type { UnixServer } from "../../src/agent/unix-server.ts";
import { transportMapName } from "../../src/mailers/postfix.ts";
import { deferReasons, denyReasons, type Verdict } from "../../src/cluster/questions/verdict.ts";

let folder = "";
let server: UnixServer;
const logged: string[] = [];

const bind: Verdict = {
  decision: "BIND",
  address: "10.77.0.100",
  prefix: 24,
  networkName: "EXCHVS",
  epoch: 3,
  validForMs: 900,
};
const verdict = (group: string): Verdict =>
  group === "Exchange" ? bind : { decision: "DEFER", reason: "standby", retryAfterMs: 500 };

beforeEach(async () => {
  logged.length = 0;
  folder = mkdtempSync(join(tmpdir(), "bridgehead-socketmap-"));
  server = await serveSocketmap({
    path: join(folder, "postfix.sock"),
    verdict,
    log: (_level, code) => logged.push(code),
  });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function talk(octets: string, answers: number): Promise<string> {
  const socket = createConnection(join(folder, "postfix.sock"));
  await once(socket, "connect");
  socket.write(octets);
  let said = "";
  for await (const chunk of socket) {
    said += String(chunk);
    if (said.split(",").length > answers) break;
  }
  return said;
}

test("LS7 the octets of Postfix: the key * first, then lookups, many a connection", async () => {
  expect(await talk("15:sourceaddress *,22:sourceaddress Exchange,19:sourceaddress Other,", 3)).toBe(
    "9:NOTFOUND ,14:OK 10.77.0.100,12:TEMP standby,",
  );
});

test("LS7 a request of another map, as Postfix sends it, is no address", async () => {
  expect(await talk("20:lease b@dest.example,", 1)).toBe(
    "59:PERM unknown map, there are: sourceaddress, transport/GROUP,",
  );
});

test("LS7 no verdict but BIND is ever answered OK by the map of addresses", () => {
  const others: Verdict[] = [
    ...deferReasons.map((reason): Verdict => ({ decision: "DEFER", reason, retryAfterMs: 1 })),
    ...denyReasons.map((reason): Verdict => ({ decision: "DENY", reason })),
  ];
  for (const other of others) {
    const word = other.decision === "DEFER" ? "TEMP" : "PERM";
    expect(answerTo("sourceaddress Exchange", () => other)).toMatch(new RegExp(`^${word} [a-z-]+$`));
  }
});

test("LS8 a recipient is answered with the transport of the virtual server; the key *, which Postfix asks for first, is none", () => {
  const asked = (key: string): string => answerTo(`transport/Exchange ${key}`, verdict);
  expect(["*", "b@mail.dest.example"].map(asked)).toEqual(["NOTFOUND ", "OK bridgehead-exchvs:"]);
});

test("LS8 while this node may not call the transport is the one that waits, whatever the reason", () => {
  const others: Verdict[] = [
    ...deferReasons.map((reason): Verdict => ({ decision: "DEFER", reason, retryAfterMs: 1 })),
    ...denyReasons.map((reason): Verdict => ({ decision: "DENY", reason })),
  ];
  for (const other of others) {
    expect(answerTo("transport/Exchange b@dest.example", () => other)).toMatch(
      /^OK retry:4\.3\.2 bridgehead: [a-z-]+$/,
    );
  }
});

test("LS8 the name of a map holds any name of a group, and one that is not written so is no map", () => {
  const asked: string[] = [];
  const heard = (group: string): Verdict => {
    asked.push(group);
    return bind;
  };
  const map = transportMapName({ group: "Mail: Group 1", relay: "[relay.example]:587" });
  expect(map).toMatch(/^[^\s:]+$/);
  expect(answerTo(`${map} b@dest.example`, heard)).toBe("OK bridgehead-exchvs:[relay.example]:587");
  expect(asked).toEqual(["Mail: Group 1"]);
  for (const none of ["transport/%zz", "transport/", "transport/a/b/c"]) {
    expect(answerTo(`${none} b@dest.example`, heard), none).toMatch(/^PERM unknown map/);
  }
});

test.each(["x", "01:a,", ":a,", "1:ab", "513:", "99999", "-1:,", "3:abc;", "1 :a,"])(
  "LS7 %j is no netstring: one answer, and the connection ends",
  async (octets) => {
    expect(await talk(octets, Infinity)).toBe("14:PERM malformed,");
    expect(logged).toEqual(["malformed-question"]);
  },
);

test("LS7 a request without a key is malformed, and the connection goes on", async () => {
  expect(await talk("13:sourceaddress,0:,22:sourceaddress Exchange,", 3)).toBe(
    "14:PERM malformed,14:PERM malformed,14:OK 10.77.0.100,",
  );
});

test("LS7 a netstring is taken when it is whole, at every place where it may be cut", () => {
  const whole = Buffer.from(netstring("sourceaddress Exchange"));
  for (let length = 0; length < whole.length; length += 1) {
    expect(parseNetstring(whole.subarray(0, length))).toEqual({ kind: "incomplete" });
  }
  expect(parseNetstring(whole)).toEqual({ kind: "complete", text: "sourceaddress Exchange", length: whole.length });
});
