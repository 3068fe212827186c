import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { recognize } from "../../src/control-plane/auth.ts";
import type { Entry } from "../../src/control-plane/credential.ts";
import { routes } from "../../src/control-plane/routes.ts";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { FakeAgent, joinBoth } from "./fake-agent.ts";
import { adminToken, allRows, ask, createExchange, expectProblem, inside, tokenOf } from "./support.ts";

const entry: Entry = { roles: ["admin", "operator", "reader", "node"], node: null, counts: true };

/** Asks until a token may ask no more, as a clock has it that stands still. */
async function exhaust(cluster: string, token: string): Promise<{ now: number }> {
  const clock = { now: Date.now() };
  await inside(cluster, (object) => {
    object.clock = () => clock.now;
  });
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  const [, , id = ""] = token.split("_");
  await inside(cluster, (object) => {
    for (let n = 0; n < protocolLimits.requestsAtOnce; n++) {
      expect(object.admit({ id, digest, entry }).kind).toBe("known");
    }
  });
  return clock;
}

describe("a cluster's token", () => {
  test("AU14: one that asks too often is told when to come again, changes no row, and holds up no other one", async () => {
    await createExchange("rate");
    const token = await tokenOf("rate", { role: "operator" });
    const other = await tokenOf("rate", { role: "operator" });
    const clock = await exhaust("rate", token);
    const before = await allRows("rate");
    for (const [method, path] of [
      ["GET", "/clusters/rate"],
      ["POST", "/clusters/rate/groups/Exchange/offline"],
      ["GET", "/clusters/rate/tokens"],
    ] as const) {
      const refused = await ask(method, path, { token });
      expect(refused.headers.get("Retry-After")).toBe("1");
      await expectProblem(refused, "rate-limited");
    }
    expect(await allRows("rate")).toEqual(before);
    expect((await ask("GET", "/clusters/rate", { token: other })).status).toBe(200);
    clock.now += 1_000 / protocolLimits.requestsPerSecond;
    expect((await ask("GET", "/clusters/rate", { token })).status).toBe(200);
    await expectProblem(ask("GET", "/clusters/rate", { token }), "rate-limited");
  });

  test("AU14: what is no token is not counted, and takes nothing from who has one", async () => {
    await createExchange("forged");
    const token = await tokenOf("forged", { role: "reader" });
    const forged = token.replace(/.{4}$/, "0000");
    await exhaust("forged", token);
    await expectProblem(ask("GET", "/clusters/forged", { token: forged }), "unauthorized");
    const [, , id = ""] = token.split("_");
    const answers = await inside("forged", (object) =>
      Array.from({ length: 3 }, () => object.admit({ id, digest: new ArrayBuffer(32), entry }).kind),
    );
    expect(answers).toEqual(["unknown", "unknown", "unknown"]);
  });
});

describe("a lease", () => {
  test("AU14: is never refused for a rate: sessions, renewals and releases go on", async () => {
    await createExchange("lifeline");
    const { owner } = await joinBoth("lifeline");
    const token = await tokenOf("lifeline", { role: "node", node: "NODE1" });
    await exhaust("lifeline", token);
    const at = "/clusters/lifeline/nodes/NODE1";
    await expectProblem(ask("GET", at, { token }), "rate-limited");

    for (let n = 0; n < protocolLimits.requestsAtOnce; n++) owner.sendRenewal();
    expect((await owner.renew()).outcome).toMatchObject({ kind: "grant", holds: [{ group: "Exchange", epoch: 1 }] });
    const again = await FakeAgent.connect("lifeline", "NODE1", token, owner.incarnation);
    await again.hello({ connection: 2 });
    const body = { incarnation: owner.incarnation, epochs: [{ group: "Exchange", epoch: 1 }] };
    expect((await ask("POST", `${at}/release`, { token, body })).status).toBe(200);
  });

  test("AU14: only what a lease hangs on is not counted", () => {
    const lifelines = routes.filter(({ spec }) => spec.lifeline === true).map(({ spec }) => spec.id);
    expect(lifelines).toEqual(["openSession", "releaseHolds"]);
  });
});

test("AU14: the admin token is counted in each instance of the Worker", async () => {
  // An hour later its bucket is full, whatever other tests have asked.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
  try {
    const request = () => ask("GET", "/clusters");
    const coming = { token: adminToken, cluster: null, entry, now: Date.now() };
    for (let n = 0; n < protocolLimits.adminRequestsAtOnce; n++) {
      expect((await recognize(coming, env)).kind).toBe("known");
    }
    expect((await recognize({ ...coming, entry: { ...entry, counts: false } }, env)).kind).toBe("known");
    const refused = await request();
    expect(refused.headers.get("Retry-After")).toBe("1");
    await expectProblem(refused, "rate-limited");
    vi.advanceTimersByTime(1_000 / protocolLimits.adminRequestsPerSecond);
    expect((await request()).status).toBe(200);
    await expectProblem(request(), "rate-limited");
  } finally {
    vi.useRealTimers();
  }
});
