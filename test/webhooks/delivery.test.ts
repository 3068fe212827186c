import { expect, test } from "vitest";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import {
  afterAttempt,
  hasMoreToHear,
  type JournalWindow,
  type Move,
  nextMove,
  type Outcome,
  retryDelayMs,
} from "../../src/control-plane/webhooks/delivery.ts";
import type { Webhook, WebhookState } from "../../src/control-plane/webhooks/webhook.ts";

const now = 1_800_000_000_000;
const hour = 3_600_000;
const refused = { code: "refused", status: 500 } as const;

function hookWith(changes: Partial<Webhook> = {}): Webhook {
  return {
    id: "0123456789abcdef",
    url: "https://peer.test/",
    kinds: [],
    description: "",
    createdAt: now,
    createdBy: "admin",
    secret: "whsec_",
    previous: null,
    cursor: 10,
    countedFrom: 0,
    state: { kind: "Delivering" },
    ...changes,
  };
}

const failing = (changes: Partial<WebhookState & { kind: "Failing" }> = {}): WebhookState => ({
  kind: "Failing",
  since: now - 1_000,
  attempts: 1,
  nextAttemptAt: now,
  lastError: refused,
  ...changes,
});
const disabled: WebhookState = { kind: "Disabled", at: now, reason: "gone", lastError: null };

function entry(seq: number, kind: JournalEntry["kind"] = "node.paused"): JournalEntry {
  const nothing = { mscsId: null, epoch: null, node: null, group: null, resource: null, details: null };
  return { seq, at: now, kind, severity: "info", sentence: "", actor: "test", ...nothing };
}

/** The journal from `oldest` to `last`, with some entries after the cursor read. */
const journal = (oldest: number | null, last: number, ...next: JournalEntry[]): JournalWindow => ({
  oldest,
  last,
  next,
});
const two = journal(1, 12, entry(11), entry(12, "node.resumed"));

test.each<[what: string, Webhook, JournalWindow, Move]>([
  ["an entry that is there is delivered", hookWith(), two, { kind: "deliver", entry: entry(11) }],
  ["nothing new is nothing to do", hookWith({ cursor: 12 }), journal(1, 12), { kind: "rest" }],
  ["an empty journal is nothing to do", hookWith({ cursor: 0 }), journal(null, 0), { kind: "rest" }],
  [
    "the first one that is wanted is delivered",
    hookWith({ kinds: ["node.resumed"] }),
    two,
    { kind: "deliver", entry: entry(12, "node.resumed") },
  ],
  ["what is not wanted is passed over", hookWith({ kinds: ["node.left"] }), two, { kind: "pass", cursor: 12 }],
  ["a disabled one does nothing", hookWith({ state: disabled }), two, { kind: "rest" }],
])("WH1: %s", (_, hook, window, move) => {
  expect(nextMove(hook, window, now)).toEqual(move);
});

test.each<[what: string, WebhookState, Move["kind"]]>([
  ["before its time it waits", failing({ nextAttemptAt: now + 1 }), "wait"],
  ["at its time it is tried again", failing(), "deliver"],
  [
    "a time that only a clock which was put back since can have set is due",
    failing({ nextAttemptAt: now + 2 * hour }),
    "deliver",
  ],
])("WH3: after a failure, %s", (_, state, kind) => {
  expect(nextMove(hookWith({ state }), two, now).kind).toBe(kind);
});

test.each<[what: string, Partial<Webhook>, JournalWindow, Move["kind"]]>([
  ["a thousand behind and failing is too far", { state: failing() }, journal(1, 1_010, entry(11)), "disable"],
  ["one less is not", { state: failing() }, journal(1, 1_009, entry(11)), "deliver"],
  ["what is only slow is not disabled", {}, journal(1, 5_000, entry(11)), "deliver"],
  [
    "what it does not want does not count",
    { state: failing(), kinds: ["node.left"] },
    journal(1, 1_010, entry(11)),
    "pass",
  ],
  ["what the journal has forgotten is too far", {}, journal(12, 20, entry(12)), "disable"],
  ["the oldest entry is still there", {}, journal(11, 20, entry(11)), "deliver"],
])("WH4: %s", (_, changes, window, kind) => {
  const move = nextMove(hookWith(changes), window, now);
  expect(move.kind).toBe(kind);
  if (move.kind === "disable") expect(move.reason).toBe("too-far-behind");
});

test("WH7: what was there when it was enabled does not count as behind", () => {
  const enabled = hookWith({ state: failing(), countedFrom: 5_000 });
  expect(nextMove(enabled, journal(1, 5_999, entry(11)), now).kind).toBe("deliver");
  expect(nextMove(enabled, journal(1, 6_000, entry(11)), now).kind).toBe("disable");
});

const delivered: Outcome = { kind: "delivered", status: 204 };
const failure = (status: number | null): Outcome => ({ kind: "failed", error: { code: "refused", status } });

test("WH1: a success moves the cursor, and ends a failure", () => {
  const after = afterAttempt(hookWith({ state: failing() }), 10, 14, delivered, now);
  expect(after).toMatchObject({ cursor: 14, state: { kind: "Delivering" } });
});

test("WH3: a failure leaves the cursor, counts, and says when to try again", () => {
  const first = afterAttempt(hookWith(), 10, 11, failure(500), now);
  expect(first).toMatchObject({ cursor: 10, state: { kind: "Failing", since: now, attempts: 1 } });
  const second = afterAttempt(first, 10, 11, failure(429), now + 5_000);
  expect(second.state).toEqual({
    kind: "Failing",
    since: now,
    attempts: 2,
    nextAttemptAt: now + 5_000 + retryDelayMs(first.id, 2),
    lastError: { code: "refused", status: 429 },
  });
});

test.each<[what: string, WebhookState, Outcome, reason: string | null]>([
  ["410 disables at the first time", { kind: "Delivering" }, failure(410), "gone"],
  ["a day of failing disables", failing({ since: now - 24 * hour }), failure(null), "failing-too-long"],
  ["less than a day does not", failing({ since: now - 24 * hour + 1 }), failure(500), null],
  ["a success after a day does not", failing({ since: now - 48 * hour }), delivered, null],
  ["a day by a clock that was put back does not", failing({ since: now + 24 * hour }), failure(500), null],
])("WH4: %s", (_, state, outcome, reason) => {
  const after = afterAttempt(hookWith({ state }), 10, 11, outcome, now);
  expect(after.state.kind === "Disabled" ? after.state.reason : null).toBe(reason);
});

test.each<[what: string, Partial<Webhook>]>([
  ["moved on", { cursor: 20 }],
  ["disabled", { state: disabled }],
])("WH8: an attempt changes nothing of a webhook that was %s meanwhile", (_, changes) => {
  const hook = hookWith(changes);
  for (const outcome of [delivered, failure(500), failure(410)]) {
    expect(afterAttempt(hook, 10, 11, outcome, now)).toBe(hook);
  }
});

test("WH3: the delay is 5 s, doubled up to an hour, less up to a fifth, and the same for the same id and attempt", () => {
  const ids = Array.from({ length: 100 }, (_, index) => index.toString(16).padStart(16, "0"));
  for (let attempts = 1; attempts <= 40; attempts++) {
    const whole = Math.min(5_000 * 2 ** (attempts - 1), hour);
    const delays = ids.map((id) => retryDelayMs(id, attempts));
    expect(delays).toEqual(ids.map((id) => retryDelayMs(id, attempts)));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(whole * 0.8);
    expect(Math.max(...delays)).toBeLessThanOrEqual(whole);
    expect(new Set(delays).size).toBeGreaterThan(80);
  }
});

test.each<[what: string, Partial<Webhook>, afterMs: number, expected: boolean]>([
  ["that is behind", {}, 59_999, true],
  ["that has heard all", { cursor: 12 }, 0, false],
  ["that did not take the last attempt", { state: failing() }, 0, false],
  ["that is still behind after a minute", {}, 60_000, false],
])("WH14: a webhook of a cluster that is gone, %s", (_, changes, afterMs, expected) => {
  expect(hasMoreToHear(hookWith(changes), { seq: 12, at: now }, now + afterMs)).toBe(expected);
});
