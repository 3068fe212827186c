import { describe, expect, test } from "vitest";
import { decodeAgentMessage, decodeObjectMessage } from "../../src/protocol/session.ts";
import { parseDefinition } from "../../src/protocol/definition.ts";
import {
  answeredProtocol,
  chooseProtocol,
  sessionProtocol,
  sessionSubprotocol,
  understoodProtocols,
} from "../../src/protocol/session-version.ts";
import { recorded, type RecordedLine, Replay } from "./recorded-session.ts";

/** That of the recordings. */
const parsed = parseDefinition({
  cluster: "mail",
  lease: "lan",
  networks: { lan: { cidr: "127.83.7.0/24" } },
  nodes: { NODE1: { address: "127.83.7.1" }, NODE2: { address: "127.83.7.2" } },
  groups: {
    Mail: {
      preferredOwners: ["NODE1", "NODE2"],
      resources: {
        IP: {
          type: "IP Address",
          properties: { Address: "127.83.7.100", SubnetMask: "255.255.255.0", Network: "lan" },
        },
        Name: { type: "Network Name", dependsOn: ["IP"], properties: { Name: "MAIL" } },
      },
    },
  },
});
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const { definition } = parsed;

const failover = recorded("session-1-failover");
const shorterLease = recorded("session-1-shorter-lease");
const framesOf = (lines: readonly RecordedLine[], who: "agent" | "object") =>
  lines.flatMap((line) => (line[who] === undefined ? [] : [line[who]]));

describe("which version a session has", () => {
  test("SV2: a control plane understands its own version and the one before, and no other", () => {
    expect(understoodProtocols).toEqual([sessionProtocol - 1, sessionProtocol]);
  });

  test.each([
    [null, { kind: "understood", protocol: 1, isNamed: false }],
    ["", { kind: "understood", protocol: 1, isNamed: false }],
    ["bridgehead, bearer.token", { kind: "understood", protocol: 1, isNamed: false }],
    ["bridgehead-session.1", { kind: "understood", protocol: 1, isNamed: true }],
    ["bridgehead-session.2", { kind: "understood", protocol: 2, isNamed: true }],
    [
      "bridgehead-session.1, bridgehead-session.2,bridgehead-session.3",
      { kind: "understood", protocol: 2, isNamed: true },
    ],
    ["bridgehead-session.3", { kind: "newer", offered: 3 }],
    ["bridgehead-session.0", { kind: "older", offered: 0 }],
    ["bridgehead-session.x", { kind: "understood", protocol: 1, isNamed: false }],
  ])("SV1: of %j comes %j", (header, chosen) => {
    expect(chooseProtocol(header)).toEqual(chosen);
  });

  test("SV3: a control plane that names none is of version 1", () => {
    expect(answeredProtocol(undefined)).toBe(1);
    expect(answeredProtocol(sessionSubprotocol(7))).toBe(7);
  });
});

describe("agents of version 1, as they were recorded", () => {
  test("SV4: there are hellos, renewals and claims of theirs, and none says for how long it may hold", () => {
    for (const lines of [failover, shorterLease]) {
      const said = framesOf(lines, "agent");
      expect(new Set(said.map(({ type }) => type))).toEqual(new Set(["hello", "renewal"]));
      expect(said.some(({ claims }) => Array.isArray(claims) && claims.length > 0)).toBe(true);
      expect(said.filter((frame) => "ttlHeldMs" in frame)).toEqual([]);
    }
  });

  test("SV4: each of their frames is read as one of version 1; SV1: a renewal is none of version 2, which has to say more", () => {
    for (const frame of framesOf([...failover, ...shorterLease], "agent")) {
      const text = JSON.stringify(frame);
      const isRenewal = frame["type"] === "renewal";
      expect(decodeAgentMessage(text, 1)).toMatchObject({ ok: true, message: isRenewal ? { ttlHeldMs: null } : {} });
      expect(decodeAgentMessage(text, 2).ok).toBe(!isRenewal);
      if (isRenewal) expect(decodeAgentMessage(JSON.stringify({ ...frame, ttlHeldMs: null }), 2).ok).toBe(false);
    }
  });

  test("SV4: the present control plane answers them word for word as theirs did, over a failover and a release", () => {
    const replay = new Replay(definition);
    const owners: string[] = [];
    for (const line of failover) {
      replay.play(line);
      const owner = replay.cluster.owner("Mail");
      if (owner !== owners.at(-1)) owners.push(owner);
    }
    expect(owners).toEqual(["nobody", "NODE1#1", "NODE2#2", "nobody"]);
    for (const connection of [1, 2]) {
      const then = framesOf(
        failover.filter((line) => line.connection === connection),
        "object",
      );
      expect(then.length).toBeGreaterThan(5);
      const now = replay.said(connection);
      // The answer to the last renewal came when its agent had left.
      expect(now.length - then.length).toBeLessThanOrEqual(1);
      expect(now.slice(0, then.length).map(withoutItsOwn)).toEqual(then.map(withoutItsOwn));
    }
  });

  test("SV4: GR13: after a lease was made shorter, nobody's count ends what such an owner may still hold for the longer one", () => {
    const replay = new Replay(definition);
    let wasShorter = false;
    for (const line of shorterLease) {
      replay.play(line);
      wasShorter ||= line.defined !== undefined;
      if (replay.cluster.owner("Mail") === "NODE1#1") expect(replay.cluster.lease("Mail").ttlHeldMs).toBe(2_000);
    }
    const last = shorterLease.at(-1)?.agent;
    if (last === undefined) throw new Error("the recording ends with a claim");
    expect(wasShorter).toBe(true);
    expect(last["claims"]).toMatchObject([{ silence: { ttlMs: 1_000 } }]);
    // A control plane of its time has believed this one: it took what was read for what the fences stand for.
    expect(replay.cluster.owner("Mail")).toBe("NODE1#1");
    const told = replay.said(2).findLast(({ type }) => type === "answer");
    if (told === undefined) throw new Error("the witness was not answered");
    expect(told["silences"]).toMatchObject([{ subject: "Mail#1", ttlMs: 2_000 }]);

    replay.cluster.advance(1_000);
    const [claim] = last["claims"] as readonly Readonly<Record<string, unknown>>[];
    const [silence] = told["silences"] as readonly unknown[];
    const counted = { ...claim, silence, countedMs: 2_000 };
    replay.say("NODE2", 2, { ...last, n: Number(last["n"]) + 1, lastAnswer: told["n"], claims: [counted] });
    expect(replay.cluster.owner("Mail")).toBe("NODE2#2");
  });

  test("SV4: what a control plane of theirs said is read by an agent of now", () => {
    for (const frame of framesOf([...failover, ...shorterLease], "object")) {
      expect(decodeObjectMessage(JSON.stringify(frame)).ok).toBe(true);
    }
  });
});

/** Without the name of its life, and without how long ago somebody spoke: a hint, which proves nothing. */
function withoutItsOwn({ ownerRenewedMs: _, ...message }: Readonly<Record<string, unknown>>): unknown {
  return JSON.parse(JSON.stringify(message).replaceAll(/"nonce":"[^"]*"/g, '"nonce":""'));
}
