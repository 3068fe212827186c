import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import type { Bind, Verdict } from "../../src/cluster/questions/verdict.ts";
import { call, type AssociateResult, type Association } from "../../src/mta/call.ts";
import { monotonicMs } from "../../src/mta/clock.ts";
import { associate } from "../../src/mta/initiator.ts";
import { logLine, logRecord, type AssociationEvent } from "../../src/mta/log.ts";
import type { Partner } from "../../src/mta/partners.ts";
import { fromVerdict } from "../../src/mta/source-address.ts";
import { associateUnpatched } from "../../src/mta/unpatched.ts";
import {
  answering,
  afterwards,
  bind,
  eventually,
  freePort,
  nodeAddress,
  octets,
  peer,
  peerAddress,
  peersView,
  startPeer,
  startSilentServer,
  virtualAddress,
} from "./support.ts";

type Overrides = {
  partner?: Partial<Partner>;
  verdict?: Verdict;
  localMtaName?: string;
  mayAct?: () => boolean;
  signal?: AbortSignal;
};

/** The patched MTA: asks, then calls peer.test on `port`. */
async function callPeer(port: number, overrides: Overrides = {}) {
  const { partner: partnerOverrides, verdict = bind, ...rest } = overrides;
  const events: AssociationEvent[] = [];
  const verdicts = answering(verdict);
  const result = await associate({
    partner: peer(port, partnerOverrides),
    verdicts,
    now: monotonicMs,
    onEvent: (event) => events.push(event),
    ...rest,
  });
  if (result.outcome === "associated") afterwards(() => result.association.destroy());
  return { result, events, questions: verdicts.questions };
}

function opened(result: AssociateResult): Association {
  if (result.outcome === "associated") return result.association;
  throw new Error(`not associated: ${result.outcome} ${result.code} ${result.reason}`);
}

/** How many connections a server has had by now: one of our own is the mark, since its queue is in order. */
async function connectionsBefore(port: number, sockets: readonly Socket[]): Promise<number> {
  const mark = connect({ port, host: peerAddress, localAddress: "127.0.1.200" });
  await once(mark, "connect");
  await eventually("the mark arrives", () => sockets.some((socket) => socket.remoteAddress === "127.0.1.200"));
  mark.destroy();
  return sockets.length - 1;
}

describe("MT4 without a BIND there is no socket", () => {
  test.each<Exclude<Verdict, Bind>>([
    { decision: "DEFER", reason: "standby", retryAfterMs: 700 },
    { decision: "DEFER", reason: "fuse-blown", retryAfterMs: 250 },
    { decision: "DENY", reason: "not-a-possible-owner" },
  ])("MT4 $decision $reason: the partner sees no connection", async (verdict) => {
    const { port, sockets } = await startSilentServer();
    const { result, questions } = await callPeer(port, { verdict });
    expect(result).toMatchObject(
      verdict.decision === "DEFER"
        ? { outcome: "deferred", code: "verdict-defer", reason: verdict.reason, retryAfterMs: verdict.retryAfterMs }
        : { outcome: "denied", code: "verdict-deny", reason: verdict.reason },
    );
    expect(questions).toEqual([peerAddress]);
    expect(await connectionsBefore(port, sockets)).toBe(0);
  });
});

describe("MT5 the patched MTA calls from the virtual IP, under the virtual server's name", () => {
  test("MT5 it is accepted, and stays open", async () => {
    const { responder, events } = await startPeer();
    const { result, events: own } = await callPeer(responder.port);
    const association = opened(result);
    expect(association.localAddress).toBe(virtualAddress);
    expect(association.remoteAddress).toBe(peerAddress);
    await eventually("the responder accepts", () => events.length === 1);
    expect(events[0]).toMatchObject({
      type: "accepted",
      partner: "EXCHVS",
      mtaName: "EXCHVS",
      callingAddress: virtualAddress,
    });
    expect(own.map(({ type }) => type)).toEqual(["accepted"]);
  });

  test("MT5 a configured MtaName is spoken instead of the network name", async () => {
    const { responder, events } = await startPeer({
      partners: new Map([["OTHER", { ...peer(1), ...peersView().get("EXCHVS"), mtaName: "OTHER" }]]),
    });
    opened((await callPeer(responder.port, { localMtaName: "OTHER" })).result);
    await eventually("the responder accepts", () => events.length === 1);
    expect(events[0]).toMatchObject({ type: "accepted", mtaName: "OTHER" });
  });
});

describe("MT6 a call that is not complete when its verdict ends is destroyed", () => {
  test("MT6 a partner that accepts the connection and says nothing", async () => {
    const { port, sockets } = await startSilentServer();
    const startedAt = monotonicMs();
    const { result } = await callPeer(port, { verdict: { ...bind, validForMs: 150 } });
    const took = monotonicMs() - startedAt;
    expect(result).toMatchObject({ outcome: "deferred", code: "verdict-expired" });
    expect(took).toBeGreaterThanOrEqual(149);
    expect(took).toBeLessThan(1000);
    await eventually("the socket is gone", () => sockets[0]?.destroyed === true);
  });

  test("MT6 a verdict counts from before its question: an answer that came too late opens nothing", async () => {
    const { port, sockets } = await startSilentServer();
    const verdicts = answering({ ...bind, validForMs: 100 }, () => monotonicMs() - 100);
    const result = await associate({ partner: peer(port), verdicts, now: monotonicMs });
    expect(result).toMatchObject({ outcome: "deferred", code: "verdict-expired" });
    expect(await connectionsBefore(port, sockets)).toBe(0);
  });

  test("MT6 the clock is read before each step: a late timer lets nothing through", async () => {
    let ahead = 0;
    const confirm = octets("0300000b 06 d0 0011 0001 00");
    const received: number[] = [];
    const { port, sockets } = await startSilentServer((socket) => {
      socket.on("data", (chunk) => {
        received.push(chunk.length);
        // The process was away for ten seconds: its timer has not fired, and the answer is there.
        ahead = 10_000;
        socket.write(confirm);
      });
    });
    const options = { partner: peer(port), verdicts: answering(bind), now: () => monotonicMs() + ahead };
    expect(await associate(options)).toMatchObject({ outcome: "deferred", code: "verdict-expired" });
    await eventually("the socket is gone", () => sockets[0]?.destroyed === true);
    expect(received).toEqual([24]);
  });

  test("MT6 an association that is complete outlives its verdict", async () => {
    const { responder } = await startPeer();
    const association = opened((await callPeer(responder.port, { verdict: { ...bind, validForMs: 100 } })).result);
    const closed = association.closed.then(() => "closed");
    const later = new Promise((resolve) => setTimeout(() => resolve("open"), 200));
    expect(await Promise.race([closed, later])).toBe("open");
  });

  test("MT6 its owner can give it up", async () => {
    const { port, sockets } = await startSilentServer();
    const owner = new AbortController();
    const calling = callPeer(port, { signal: owner.signal });
    await eventually("the connection is there", () => sockets.length === 1);
    owner.abort();
    expect((await calling).result).toMatchObject({ outcome: "deferred", code: "cancelled" });
  });
});

describe("MT7 an address that is not on this host defers the call", () => {
  test("MT7 EADDRNOTAVAIL never falls back to another address", async () => {
    const { port, sockets } = await startSilentServer();
    const { result, events } = await callPeer(port, { verdict: { ...bind, address: "10.255.255.1" } });
    expect(result).toMatchObject({ outcome: "deferred", code: "address-not-available" });
    expect(events.map(({ code }) => code)).toEqual(["address-not-available"]);
    expect(await connectionsBefore(port, sockets)).toBe(0);
  });

  test("MT7 a partner that cannot be reached defers it too", async () => {
    const { result } = await callPeer(await freePort(peerAddress));
    expect(result).toMatchObject({ outcome: "deferred", code: "partner-unreachable" });
  });
});

describe("MT9 the unpatched MTA is refused as event 9301 says", () => {
  test("MT9 it calls from the node's address, and the responder names it and what it expected", async () => {
    const { responder, events } = await startPeer();
    const result = await associateUnpatched({
      partner: peer(responder.port),
      localMtaName: "EXCHVS",
      nodeAddress,
      now: monotonicMs,
    });
    expect(result).toMatchObject({ outcome: "refused", code: "refused-by-partner" });
    expect(result.outcome === "refused" && result.reason).toContain("validationFailure");
    await eventually("the refusal is logged", () => events.length === 1);
    const [event] = events;
    if (event === undefined) throw new Error("no event");
    expect(logRecord(event)).toMatchObject({
      type: "refused",
      code: "unknown-calling-address",
      eventId: 9301,
      level: "warning",
      callingAddress: nodeAddress,
      sentence:
        "An association from the MTA EXCHVS at 127.0.1.1 was refused: unknown calling address; expected 127.0.1.100",
    });
  });
});

describe("MT10 the responder accepts a partner only as it is configured", () => {
  test.each([
    ["an unknown MTA name", { localMtaName: "STRANGER" }, {}, "unknown-mta-name"],
    ["a wrong password", { partner: { password: "wrong" } }, {}, "wrong-password"],
    ["a wrong calling TSAP", { partner: { callingTsap: "999" } }, {}, "wrong-calling-tsap"],
    ["another address", {}, { addresses: ["127.0.1.101"] }, "unknown-calling-address"],
  ] as const)("MT10 %s: validationFailure for the caller, the reason in the log", async (_, caller, view, code) => {
    const { responder, events } = await startPeer({
      partners: peersView({ ...view, addresses: [...("addresses" in view ? view.addresses : [virtualAddress])] }),
    });
    const { result } = await callPeer(responder.port, caller);
    expect(result).toMatchObject({ outcome: "refused", code: "refused-by-partner" });
    expect(result.outcome === "refused" && result.reason).toContain("validationFailure");
    await eventually("the refusal is logged", () => events.length === 1);
    expect(events[0]).toMatchObject({ type: "refused", code, callingAddress: virtualAddress });
    expect(logLine(logRecord(events[0] as AssociationEvent), "json")).not.toMatch(/pw1|pw2|"wrong"/);
  });

  test("MT10 a TSAP that nobody calls here is refused by the transport", async () => {
    const { responder, events } = await startPeer();
    const { result } = await callPeer(responder.port, { partner: { calledTsap: "nowhere" } });
    expect(result).toMatchObject({
      outcome: "refused",
      reason: expect.stringContaining("transport disconnect, reason 3"),
    });
    await eventually("the refusal is logged", () => events.length === 1);
    expect(events[0]).toMatchObject({ type: "refused", code: "wrong-called-tsap" });
  });

  test("MT10 the TSAP of another partner is refused as a wrong one", async () => {
    const other = peersView({ mtaName: "OTHER", callingTsap: "other" });
    const { responder, events } = await startPeer({ partners: new Map([...peersView(), ...other]) });
    const { result } = await callPeer(responder.port, { partner: { calledTsap: "other" } });
    expect(result).toMatchObject({ outcome: "refused", reason: expect.stringContaining("validationFailure") });
    await eventually("the refusal is logged", () => events.length === 1);
    expect(events[0]).toMatchObject({ code: "wrong-called-tsap" });
  });
});

describe("MT11 the initiator checks who answered", () => {
  test.each([
    ["under another name", { localMtaName: "somebody.else" }, {}],
    ["with another password", {}, { password: "wrong" }],
  ])("MT11 a responder %s is aborted", async (_, overrides, view) => {
    const { responder, events } = await startPeer({ partners: peersView(view), ...overrides });
    const { result } = await callPeer(responder.port);
    expect(result).toMatchObject({ outcome: "refused", code: "wrong-responder" });
    await eventually("the responder hears of it", () => events.length === 2);
    expect(events.map(({ code }) => code)).toEqual(["accepted", "aborted-by-partner"]);
  });
});

describe("MT14 an association ends by RELEASE or ABORT, and each side knows which", () => {
  test("MT14 RELEASE: FINISH and DISCONNECT", async () => {
    const { responder, events } = await startPeer();
    const association = opened((await callPeer(responder.port)).result);
    expect(await association.release()).toMatchObject({ type: "released", code: "released" });
    expect(await association.release()).toMatchObject({ type: "released" });
    expect(await association.closed).toMatchObject({ type: "released" });
    await eventually("the responder hears of it", () => events.length === 2);
    expect(events.map(({ type }) => type)).toEqual(["accepted", "released"]);
  });

  test("MT14 ABORT by the initiator", async () => {
    const { responder, events } = await startPeer();
    const association = opened((await callPeer(responder.port)).result);
    expect(await association.abort()).toMatchObject({ type: "aborted", code: "aborted-by-us" });
    await eventually("the responder hears of it", () => events[1]?.code === "aborted-by-partner");
  });

  test("MT14 a responder that stops aborts: the tokens for a RELEASE are the initiator's", async () => {
    const { responder, events } = await startPeer();
    const association = opened((await callPeer(responder.port)).result);
    await responder.close();
    expect(await association.closed).toMatchObject({ type: "aborted", code: "aborted-by-partner" });
    expect(events[1]).toMatchObject({ type: "aborted", code: "stopping" });
  });
});

describe("MT15 when the fuse blows nothing more is sent", () => {
  test("MT15 the owner destroys an association: a reset, no FINISH, no ABORT", async () => {
    const { responder, events } = await startPeer();
    const association = opened((await callPeer(responder.port)).result);
    await eventually("the responder accepts", () => events.length === 1);
    association.destroy();
    expect(await association.closed).toMatchObject({ type: "lost", code: "fuse-blown" });
    await eventually("the responder loses it", () => events.length === 2);
    expect(events[1]).toMatchObject({ type: "lost" });
  });

  test("MT15 without the right to act even a prepared call ends before its first octet", async () => {
    const { port, sockets } = await startSilentServer();
    const result = await call({
      source: fromVerdict(bind),
      partner: peer(port),
      localMtaName: "EXCHVS",
      completeByMs: monotonicMs() + 1000,
      now: monotonicMs,
      mayAct: () => false,
    });
    expect(result).toMatchObject({ outcome: "deferred", code: "fuse-blown" });
    expect(await connectionsBefore(port, sockets)).toBe(0);
  });

  test("MT15 a responder without it answers nobody", async () => {
    let mayAct = true;
    const { responder, events } = await startPeer({ mayAct: () => mayAct });
    mayAct = false;
    const { result } = await callPeer(responder.port);
    expect(result.outcome).toBe("deferred");
    expect(events.map(({ code }) => code)).toEqual(["fuse-blown"]);
  });

  test("MT15 destroy takes listener and associations at once: the port is free", async () => {
    const { responder } = await startPeer();
    const association = opened((await callPeer(responder.port)).result);
    responder.destroy();
    const { responder: next } = await startPeer({ port: responder.port });
    expect(next.port).toBe(responder.port);
    expect((await association.closed).type).toBe("lost");
  });
});
