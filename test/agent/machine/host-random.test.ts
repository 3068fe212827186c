import { expect, test } from "vitest";
import { type AssignedResource, holdId } from "../../../src/cluster/messages.ts";
import { randomFrom } from "../../simulation/random.ts";
import { type Call, chain, cut, down, exchange, hold, HostDriver, resource, up } from "./host-driver.ts";

const names = ["a", "b", "c", "d"];
const properties = { LooksAlivePollInterval: 150, IsAlivePollInterval: 400, DeadlockTimeout: 1_000, RestartDelay: 50 };

test("HO14 random polls, demands and observing: what is observed is not touched, and all is as ordered in the end", () => {
  const seen = new Map<string, number>();
  for (let seed = 0; seed < 200; seed += 1) randomRun(seed, (what) => seen.set(what, (seen.get(what) ?? 0) + 1));
  // A run in which nothing of this happened would show nothing.
  for (const what of ["looks-alive", "is-alive", "observed", "Failed while up", "failed-by-operator"]) {
    expect(seen.get(what) ?? 0, what).toBeGreaterThan(50);
  }
});

function randomRun(seed: number, count: (what: string) => void): void {
  const random = randomFrom(seed);
  const host = new HostDriver();
  const hanging: Call[] = [];
  const asked = { attempt: 1, fails: 0, restarts: 0 };
  host.drivers = (call) => {
    assertMayBeCalled(host, call, seed);
    count(call.verb);
    const outcome = random.pick(["ok", "ok", "ok", "ok", "fails", "hangs"] as const);
    if (outcome === "hangs") hanging.push(call);
    return outcome;
  };
  const described = (): Record<string, AssignedResource> =>
    Object.fromEntries(
      names.map((name, n) => [
        name,
        resource(names.slice(0, n).slice(-1), {
          properties: { ...properties, Port: random.chance(0.9) ? 102 : 103 },
          wanted: random.chance(0.9) ? "Online" : "Offline",
          ...asked,
        }),
      ]),
    );
  for (let turn = 0; turn < 60; turn += 1) {
    if (random.chance(0.3)) asked.attempt += 1;
    if (random.chance(0.1)) asked.fails += 1;
    if (random.chance(0.1)) asked.restarts += 1;
    const mode = random.pick([up, up, up, up, down, cut]);
    const observe = random.chance(0.4);
    if (observe) count("observed");
    if (turn === 0 || random.chance(0.5)) host.order(hold(described(), { mode, observe }));
    const late = random.chance(0.6) ? hanging.shift() : undefined;
    if (late !== undefined) host.finishCall(late, random.pick(["ok", "fails"]));
    host.advance(random.between(0, 300));
    noteStates(host, count);
  }
  host.drivers = () => "ok";
  for (const late of hanging) host.finishCall(late);
  host.order(hold(chain({ mta: { attempt: 99 }, name: { attempt: 99 }, ip: { attempt: 99 } })));
  host.advance(1_000);
  expect(host.statesOf(exchange), `seed ${seed}`).toEqual({ mta: "Online", name: "Online", ip: "Online" });
}

/** One poll of a resource at a time, of what is online; and of what is observed nothing is brought up or taken down. */
function assertMayBeCalled(host: HostDriver, { verb, at, call }: Call, seed: number): void {
  const phase = host.state.holds.get(holdId(at.hold))?.resources.get(at.resource)?.phase;
  if (verb === "looks-alive" || verb === "is-alive") {
    expect(phase, `seed ${seed}`).toMatchObject({ kind: "Online", health: { poll: { verb, call } } });
    return;
  }
  const order = host.state.orders.holds.find((candidate) => holdId(candidate) === holdId(at.hold));
  if (verb === "terminate" || order === undefined || order.mode.kind !== "up") return;
  expect(order.observe, `seed ${seed}: ${verb} of ${at.resource}`).toBe(false);
}

function noteStates(host: HostDriver, count: (what: string) => void): void {
  for (const reported of host.says.report.holds) {
    const local = host.state.holds.get(holdId(reported))?.resources;
    for (const [name, { state, problem }] of Object.entries(reported.resources)) {
      if (problem?.code === "failed-by-operator") count(problem.code);
      if (state === "Failed" && local?.get(name)?.phase.kind === "Online") count("Failed while up");
    }
  }
}
