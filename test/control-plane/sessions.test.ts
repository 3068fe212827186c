import { beforeAll, describe, expect, test } from "vitest";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { earlierRenewal } from "../support/earlier-renewal.ts";
import { FakeAgent, type Line, openLine } from "./fake-agent.ts";
import { allRows, ask, createExchange, eventually, expectProblem, json, tokenOf } from "./support.ts";

const path = "/clusters/sessions/nodes/NODE1/session";
let token: string;

beforeAll(async () => {
  await createExchange("sessions");
  token = await tokenOf("sessions", { role: "node", node: "NODE1" });
});

const marker = "secret-that-must-not-come-back";
const hello = {
  type: "hello",
  protocol: 1,
  incarnation: "run-1",
  connection: 1,
  seen: { generation: null, revision: null, epochs: {} },
  released: [],
  holding: [],
  machine: null,
  peer: null,
  told: { associations: 0, notices: 0 },
};
const deep = (levels: number) => '{"a":'.repeat(levels) + "1" + "}".repeat(levels);

describe("garbage", () => {
  const garbage: readonly [what: string, frame: string | ArrayBuffer, code: number, reason: string][] = [
    ["text that is not JSON", `{"type": ${marker}`, 1007, "not-json"],
    ["an empty frame", "", 1007, "not-json"],
    ["JSON of no known type", JSON.stringify({ type: marker }), 1008, "malformed"],
    ["a list", "[]", 1008, "malformed"],
    ["a hello of another protocol", JSON.stringify({ ...hello, protocol: 2 }), 1008, "malformed"],
    ["a hello with one key more", JSON.stringify({ ...hello, [marker]: 1 }), 1008, "malformed"],
    ["a hello with a negative connection", JSON.stringify({ ...hello, connection: -1 }), 1008, "malformed"],
    [
      "a hello with a fraction for an epoch",
      JSON.stringify({ ...hello, released: [{ group: "g", epoch: 1.5 }] }),
      1008,
      "malformed",
    ],
    [
      "a hello with __proto__ among its epochs",
      JSON.stringify(hello).replace('"epochs":{}', '"epochs":{"__proto__":7}'),
      1008,
      "malformed",
    ],
    [
      "more releases than may be named",
      JSON.stringify({ ...hello, released: Array(401).fill({ group: "g", epoch: 1 }) }),
      1008,
      "malformed",
    ],
    ["a document of forty thousand levels", deep(40_000), 1008, "malformed"],
    ["a document of fifty thousand levels", deep(50_000), 1008, "malformed"],
    ["a frame over 1 MiB", " ".repeat(protocolLimits.frameBytes + 1), 1009, "too-large"],
    ["a binary frame", new Uint8Array([123, 125]).buffer, 1008, "malformed"],
  ];

  test.each(garbage)("CP6: %s closes the session", async (_, frame, code, reason) => {
    const { journal } = await allRows("sessions");
    const line = await openLine(path, token);
    line.send(frame);
    expect(await line.end()).toEqual({ code, reason });
    expect(line.frames.join("")).not.toContain(marker);
    expect((await allRows("sessions"))["journal"]).toEqual(journal);
  });

  test("CP6: what comes after garbage on the same connection is not heard", async () => {
    const line = await openLine(path, token);
    line.send("garbage");
    line.send(JSON.stringify(hello));
    await line.end();
    const view = await json<{ nodes: Record<string, { state: string }> }>(ask("GET", "/clusters/sessions"));
    expect(view.nodes["NODE1"]?.state).toBe("Down");
  });
});

test("CP7: a renewal before a hello closes the connection", async () => {
  const early = await FakeAgent.connect("sessions", "NODE1", token, "run-early");
  early.sendRenewal();
  expect(await early.line.end()).toEqual({ code: 4002, reason: "out-of-turn" });
});

test("CP7: a higher connection of the same run closes the lower one, and a lower one is not let in", async () => {
  const first = await FakeAgent.join("sessions", "NODE1", token, "run-a");
  const second = await FakeAgent.connect("sessions", "NODE1", token, "run-a");
  await second.hello({ connection: 2 });
  expect(await first.line.end()).toEqual({ code: 4001, reason: "replaced" });

  const late = await FakeAgent.connect("sessions", "NODE1", token, "run-a");
  late.line.send(JSON.stringify({ ...hello, incarnation: "run-a", connection: 1 }));
  expect((await late.line.end()).code).toBeGreaterThanOrEqual(4001);
  expect((await second.renew()).outcome.kind).toBe("grant");
  second.line.close();
});

test("CP8: a second run is kept Joining and told why, and is granted nothing", async () => {
  const first = await FakeAgent.join(
    "sessions",
    "NODE2",
    await tokenOf("sessions", { role: "node", node: "NODE2" }),
    "run-1",
  );
  await first.renew();
  const second = await FakeAgent.connect(
    "sessions",
    "NODE2",
    await tokenOf("sessions", { role: "node", node: "NODE2" }),
    "run-2",
  );
  const welcome = await second.hello();
  expect(welcome.standing).toEqual({ kind: "Joining", reason: "another-run-is-connected", predecessor: "run-1" });
  expect(second.groups).toEqual([]);
  expect((await second.renew()).outcome).toEqual({ kind: "refusal", code: "joining" });

  const owned = await first.renew();
  expect(owned.outcome.kind).toBe("grant");
  first.line.close();
  second.line.close();
});

test("CP14: beyond eight connections the oldest without a hello makes room", async () => {
  const busy = await FakeAgent.join("sessions", "NODE1", token, "run-b");
  const idle: Line[] = [];
  for (let i = 0; i < protocolLimits.sessionSocketsPerNode; i++) idle.push(await openLine(path, token));
  expect(await idle[0]?.end()).toEqual({ code: 4001, reason: "replaced" });
  expect(idle.slice(1).every(({ closed }) => closed === null)).toBe(true);
  expect((await busy.renew()).to).toBe(1);
  for (const { line } of [busy]) line.close();
  for (const line of idle.slice(1)) line.close();
});

test("CP7: a connection that is closed is a node that is down", async () => {
  const agent = await FakeAgent.join("sessions", "NODE1", token, "run-c");
  agent.line.close();
  const states = async () =>
    (await json<{ nodes: Record<string, { state: string }> }>(ask("GET", "/clusters/sessions"))).nodes["NODE1"]?.state;
  expect(await eventually(states, (state) => state !== "Up" && state !== "Joining")).toBe("Down");
});

describe("the version of a session", () => {
  const open = (offered: string | null) => {
    const headers = { Upgrade: "websocket", ...(offered === null ? {} : { "Sec-WebSocket-Protocol": offered }) };
    return ask("GET", path, { token, headers });
  };

  test.each([
    ["bridgehead-session.2", "bridgehead-session.2"],
    ["bridgehead-session.1", "bridgehead-session.1"],
    [null, null],
  ])("SV1: of %j offered, %j is what the control plane names", async (offered, named) => {
    const response = await open(offered);
    expect(response.status).toBe(101);
    expect(response.headers.get("Sec-WebSocket-Protocol")).toBe(named);
    response.webSocket?.accept();
    response.webSocket?.close(1000, "done");
  });

  test("SV2: an agent of a later version is refused, with what has to be updated first; so is one of before the last", async () => {
    const later = await expectProblem(open("bridgehead-session.3"), "session-version-newer");
    expect(later.detail).toContain("update the control plane first");
    const before = await expectProblem(open("bridgehead-session.0"), "session-version-older");
    expect(before.detail).toContain("update the agent");
  });

  test("SV4: an agent of version 1, which does not say for how long it may hold, is heard; SV1: one of version 2 has to say", async () => {
    const old = await openLine(path, token);
    old.send(JSON.stringify({ ...hello, incarnation: "run-of-before" }));
    expect(await old.next()).toContain('"type":"welcome"');
    old.send(JSON.stringify(earlierRenewal));
    expect(await old.next()).toContain('"kind":"grant"');
    old.close();

    const present = await openLine(path, token, { "Sec-WebSocket-Protocol": "bridgehead-session.2" });
    present.send(JSON.stringify({ ...hello, incarnation: "run-of-now" }));
    expect(await present.next()).toContain('"type":"welcome"');
    present.send(JSON.stringify(earlierRenewal));
    expect(await present.end()).toEqual({ code: 1008, reason: "malformed" });
  });
});

test("CP6: a session without an upgrade is refused", async () => {
  const problem = await expectProblem(ask("GET", path, { token }), "upgrade-required");
  expect(problem.status).toBe(426);
});
