import { expect, test } from "vitest";
import { Places } from "../../src/control-plane/places.ts";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { joinBoth } from "./fake-agent.ts";
import { ask, createExchange, tokenOf } from "./support.ts";

test("EX8: a place is given back once, and one that was left is free when its time is over", () => {
  const longestMs = protocolLimits.simulationMs;
  const places = new Places(2, longestMs);
  const first = places.take(0);
  expect([first === null, places.take(500) === null, places.take(999)]).toEqual([false, false, null]);
  first?.();
  first?.();
  expect(places.take(999)).not.toBeNull();
  expect(places.take(999)).toBeNull();
  expect(places.take(500 + longestMs)).not.toBeNull();
  expect(places.take(500 + longestMs)).toBeNull();
});

test("EX8: no more simulations are under way than may be, a renewal has its turn among them, and others may follow", async () => {
  await createExchange("simulations");
  const { owner } = await joinBoth("simulations");
  const token = await tokenOf("simulations", { role: "reader" });
  const simulate = async (ms: number): Promise<Response> => {
    const response = await ask("POST", "/clusters/simulations/simulate", {
      token,
      body: { script: [{ do: "pass", ms }] },
    });
    await response.body?.cancel();
    return response;
  };
  const more = protocolLimits.simulations + 2;
  const asked = Array.from({ length: more }, () => simulate(300_000));
  expect((await owner.renew()).outcome.kind).toBe("grant");
  const answers = await Promise.all(asked);
  const refused = answers.filter(({ status }) => status === 429);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(more - refused.length);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.headers.get("Retry-After")).toBe("1");
  expect((await simulate(1_000)).status).toBe(200);
});
