import { describe, expect, test } from "vitest";
import type { Answer, Hello, ObjectMessage, Renewal } from "../../src/cluster/messages.ts";
import { closeReasons } from "../../src/cluster/events.ts";
import { ttlLimitsMs } from "../../src/cluster/lease/lease.ts";
import { limits } from "../../src/cluster/limits.ts";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { closeCodes, decodeAgentMessage, decodeObjectMessage, encode } from "../../src/protocol/session.ts";

const generation = { number: 3, nonce: "4b8f6f0e-6a39-4f4f-9c07-4b6b4b8f6f0e" };
const hello: Hello = {
  type: "hello",
  protocol: 1,
  incarnation: "7d9d3f7e-run",
  connection: 1,
  seen: { generation, revision: { generation: 3, n: 9 }, epochs: { "Disk group": 4 } },
  released: [{ group: "Exchange", epoch: 4 }],
  holding: [],
  machine: null,
  peer: null,
  told: { associations: 0, notices: 0 },
};
const renewal: Renewal = {
  type: "renewal",
  n: 1,
  lastAnswer: 0,
  ttlHeldMs: 2_000,
  generation: 3,
  revision: null,
  generationAgeMs: 12.5,
  intact: [{ group: "Exchange", epoch: 4 }],
  released: [],
  claims: [{ silence: { subject: "Exchange#4", generation, k: 7, ttlMs: 2_000 }, countedMs: 2_000.25, since: 3 }],
  agreeing: [],
  leaving: false,
  report: {
    revision: { generation: 3, n: 2 },
    holds: [
      {
        group: "Exchange",
        epoch: 4,
        resources: {
          "Disk E:": { state: "OnlinePending", attempt: 0, checkpoint: 7 },
          "Exchange Name": { state: "Online", attempt: 1, outdated: true },
          "Exchange IP": { state: "Failed", attempt: 2, problem: { code: "address-in-use", message: "It answers." } },
        },
      },
    ],
    notices: [{ n: 1, at: 1_700_000_000_000.5, code: "loop-late", message: "It was late." }],
    associations: [
      {
        n: 1,
        group: "Exchange",
        partner: "peer.test",
        direction: "outbound",
        state: "open",
        localAddress: "127.0.1.100",
        remoteAddress: "127.0.1.99",
        reason: null,
      },
    ],
  },
};

describe("what an agent says", () => {
  test.each([hello, renewal, { ...renewal, report: null }])("CP6: $type is read as it was written", (message) => {
    expect(decodeAgentMessage(encode(message))).toEqual({ ok: true, message });
  });

  const without = (message: object, key: string) =>
    JSON.stringify(Object.fromEntries(Object.entries(message).filter(([name]) => name !== key)));
  const keys = [hello, renewal].flatMap((message) =>
    Object.keys(message).map((key) => ({ type: message.type, message, key })),
  );
  // Who has no part in words does not say these: PW11.
  const needed = keys.filter(({ key }) => !["peer", "agreeing"].includes(key));

  test.each(needed)("CP6: $type without $key is malformed", ({ message, key }) => {
    expect(decodeAgentMessage(without(message, key))).toEqual({ ok: false, code: "malformed" });
  });

  test.each(keys)("CP6: $type with $key of another kind is malformed", ({ message, key }) => {
    expect(decodeAgentMessage(JSON.stringify({ ...message, [key]: { a: [] } }))).toEqual({
      ok: false,
      code: "malformed",
    });
  });

  test.each([
    { ...renewal, n: -1 },
    { ...renewal, n: 2 ** 53 },
    { ...renewal, generationAgeMs: -1 },
    { ...renewal, ttlHeldMs: -1 },
    { ...renewal, ttlHeldMs: ttlLimitsMs.max + 1 },
    { ...renewal, claims: Array(protocolLimits.claims + 1).fill(renewal.claims[0]) },
    { ...renewal, intact: Array(limits.releasedNamed + 1).fill({ group: "g", epoch: 1 }) },
    {
      ...renewal,
      report: {
        revision: null,
        holds: [],
        associations: Array(limits.associationsReported + 1).fill(renewal.report?.associations[0]),
      },
    },
    { ...hello, incarnation: "" },
    { ...hello, incarnation: "a b" },
    { ...hello, incarnation: "x".repeat(65) },
  ])("CP6: what is out of bounds is malformed (%#)", (message) => {
    expect(decodeAgentMessage(JSON.stringify(message))).toEqual({ ok: false, code: "malformed" });
  });

  test("CP6: numbers that JSON cannot say do not come in as something else", () => {
    expect(decodeAgentMessage(encode({ ...renewal, generationAgeMs: Number.NaN }))).toMatchObject({
      message: { generationAgeMs: null },
    });
    expect(decodeAgentMessage(encode(renewal).replace('"n":1', '"n":1e400'))).toEqual({ ok: false, code: "malformed" });
  });

  test("CP6: the size of a frame is counted in bytes of UTF-8", () => {
    const frame = (text: string, length: number) => `"${text.repeat(length)}"`;
    const fits = { ok: false, code: "malformed" };
    const tooLarge = { ok: false, code: "too-large" };
    const bytes = protocolLimits.frameBytes;
    expect(decodeAgentMessage(frame("a", bytes - 2))).toEqual(fits);
    expect(decodeAgentMessage(frame("a", bytes - 1))).toEqual(tooLarge);
    expect(decodeAgentMessage(frame("é", bytes / 2 - 1))).toEqual(fits);
    expect(decodeAgentMessage(frame("é", bytes / 2))).toEqual(tooLarge);
    expect(decodeAgentMessage(frame("€", Math.floor(bytes / 3)))).toEqual(tooLarge);
    expect(decodeAgentMessage(frame("😀", bytes / 4 - 1))).toEqual(fits);
    expect(decodeAgentMessage(frame("😀", bytes / 4))).toEqual(tooLarge);
  });
});

describe("what an object says", () => {
  const assignment = {
    revision: { generation: 3, n: 1 },
    lease: { ttlMs: 2_000, renewMs: 500 },
    mayCome: ["127.0.1.100", "2001:db8::1"],
    vouchesFor: [{ group: "Disk group", epoch: 2, node: "NODE2", key: "k".repeat(43), address: "[2001:db8::2]:7946" }],
    groups: [
      {
        group: "Exchange",
        epoch: 4,
        wanted: "Online",
        observe: true,
        heldBefore: { "127.0.1.100": "unused" },
        unfenced: ["NODE2"],
        peers: [{ node: "NODE2", key: "k".repeat(43), address: "192.0.2.12:7946" }],
        resources: {
          "Exchange IP": {
            type: "IP Address",
            dependsOn: [],
            properties: { Address: "127.0.1.100", PendingTimeout: 180_000 },
            wanted: "Online",
            attempt: 0,
            fails: 1,
            restarts: 2,
          },
        },
      },
    ],
  } as const;
  const answer: Answer = {
    type: "answer",
    n: 9,
    to: 1,
    generation,
    standing: { kind: "Up" },
    outcome: { kind: "grant", holds: [{ group: "Exchange", epoch: 4 }], ttlMs: 2_000 },
    silences: [{ subject: "run abc", generation, k: 0, ttlMs: 2_000 }],
    ownerRenewedMs: 120,
    assignment,
  };
  const messages: ObjectMessage[] = [
    answer,
    { ...answer, outcome: { kind: "refusal", code: "deaf" }, assignment: null },
    { type: "assignment", generation, assignment },
    {
      type: "welcome",
      generation,
      connection: 1,
      standing: { kind: "Joining", reason: "another-run-is-connected", predecessor: "run-1" },
      assignment: { ...assignment, groups: [] },
    },
  ];

  test.each(messages)("CP6: $type is read as it was written", (message) => {
    expect(decodeObjectMessage(encode(message))).toEqual({ ok: true, message });
  });

  test("CP6: what is none is none", () => {
    expect(decodeObjectMessage("{}")).toEqual({ ok: false, code: "malformed" });
    expect(decodeObjectMessage("<html>")).toEqual({ ok: false, code: "not-json" });
  });
});

test("CP6: every way to end a session has a code that may be sent", () => {
  for (const reason of closeReasons) expect(closeCodes[reason]).toBeDefined();
  for (const code of Object.values(closeCodes)) expect([1005, 1006, 1015]).not.toContain(code);
});
