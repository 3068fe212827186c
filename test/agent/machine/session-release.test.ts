import { describe, expect, test } from "vitest";
import { randomFrom } from "../../simulation/random.ts";
import { extending, group, SessionDriver, seenBefore } from "./session-driver.ts";

const exchange = { group: "Exchange", epoch: 3 };

function owner(): SessionDriver {
  const agent = new SessionDriver();
  agent.manualHost = true;
  agent.replies = extending(exchange);
  agent.join([group("Exchange", 3)]);
  agent.says({ n: agent.orders.n });
  agent.clear();
  return agent;
}

/** An owner that was told to let go and has taken all offline. */
function released(): SessionDriver {
  const agent = owner();
  agent.assign(group("Exchange", 3, "Offline"));
  agent.saysOffline(exchange);
  return agent;
}

const namesReleased = (agent: SessionDriver): unknown[] => [...agent.lastRenewal.released];

describe("EN2 what is released is offline, verified under the orders that said so", () => {
  test("EN2 told to let go, it orders down, waits, and releases at once when all is offline", () => {
    const agent = owner();
    agent.assign(group("Exchange", 3, "Offline"));
    expect(agent.modeOf(exchange)).toBe("down");
    agent.advance(400);
    expect(namesReleased(agent)).toEqual([]);
    agent.clear();
    agent.saysOffline(exchange);
    expect(agent.renewals).toHaveLength(1);
    expect(namesReleased(agent)).toEqual([exchange]);
    expect(agent.modeOf(exchange)).toBe("none");
  });

  test("AM6 a release waits for no answer, for another node waits for it", () => {
    const agent = owner();
    agent.assign(group("Exchange", 3, "Offline"));
    agent.replies = () => null;
    agent.advance(500);
    agent.clear();
    agent.saysOffline(exchange);
    expect(agent.renewals.map(({ released: named }) => named)).toEqual([[exchange]]);
    agent.saysOffline(exchange);
    expect(agent.renewals, "and is said once").toHaveLength(1);
  });

  test("EN2 what was verified under earlier orders proves nothing", () => {
    const agent = owner();
    const earlier = agent.orders.n;
    agent.says({ n: earlier, offline: [exchange] });
    agent.assign(group("Exchange", 3, "Offline"));
    agent.says({ n: earlier, offline: [exchange] });
    agent.advance(3_000);
    expect(namesReleased(agent)).toEqual([]);
    agent.saysOffline(exchange);
    expect(namesReleased(agent)).toEqual([exchange]);
  });

  test("EN2 what is offline though it was ordered up is not released when the wish changes", () => {
    const agent = owner();
    agent.saysOffline(exchange);
    agent.assign(group("Exchange", 3, "Offline"));
    expect(namesReleased(agent)).toEqual([]);
  });

  test("EN2 another epoch of the group that is offline says nothing of this one", () => {
    const agent = owner();
    agent.assign(group("Exchange", 3, "Offline"));
    agent.saysOffline({ group: "Exchange", epoch: 2 }, { group: "Other", epoch: 3 });
    agent.advance(2_000);
    expect(namesReleased(agent)).toEqual([]);
  });

  test("EN2 an outage is no release: what the fuse cut and is offline stays owned", () => {
    const agent = owner();
    agent.replies = () => null;
    agent.advance(2_500);
    expect(agent.modeOf(exchange)).toBe("cut");
    agent.saysOffline(exchange);
    agent.replies = extending(exchange);
    agent.join([group("Exchange", 3)]);
    expect(agent.hellos.at(-1)?.released).toEqual([]);
    expect(agent.renewals.flatMap((renewal) => renewal.released)).toEqual([]);
    expect(agent.modeOf(exchange)).toBe("up");
  });

  test("EN2 what is covered no longer is cut, and released once that is verified", () => {
    const agent = owner();
    agent.assign(group("Exchange", 3, "Offline"));
    agent.replies = (renewal, { object }) => object.grant(renewal);
    agent.advance(2_000);
    expect(agent.modeOf(exchange)).toBe("cut");
    expect(namesReleased(agent)).toEqual([]);
    agent.saysOffline(exchange);
    expect(namesReleased(agent)).toEqual([exchange]);
  });

  test("EN2 a wish that flips back before all is offline goes on under the epoch", () => {
    const agent = owner();
    agent.assign(group("Exchange", 3, "Offline"));
    const ordered = agent.orders.n;
    agent.assign(group("Exchange", 3, "Online"));
    agent.says({ n: ordered, offline: [exchange] });
    expect(namesReleased(agent)).toEqual([]);
    expect(agent.modesOf(exchange)).toEqual(["down", "up"]);
  });

  test("EN2 offline, online and offline again within one moment needs a verification of the last order", () => {
    const agent = owner();
    agent.assign(group("Exchange", 3, "Offline"));
    const first = agent.orders.n;
    agent.assign(group("Exchange", 3, "Online"));
    agent.assign(group("Exchange", 3, "Offline"));
    agent.says({ n: first, offline: [exchange] });
    expect(namesReleased(agent)).toEqual([]);
    agent.saysOffline(exchange);
    expect(namesReleased(agent)).toEqual([exchange]);
  });
});

describe("EN2 a release is final, and repeated", () => {
  test("EN2 every renewal and hello repeats it until the assignment no longer names it", () => {
    const agent = released();
    agent.advance(1_000);
    expect(agent.renewals.slice(-3).map((renewal) => renewal.released)).toEqual([[exchange], [exchange], [exchange]]);
    agent.close();
    agent.open();
    expect(agent.hellos.at(-1)?.released).toEqual([exchange]);
    agent.receive(agent.object.welcome(agent.connection, [group("Exchange", 3, "Offline")]));
    expect(namesReleased(agent)).toEqual([exchange]);
    agent.assign();
    agent.advance(500);
    expect(namesReleased(agent)).toEqual([]);
  });

  test("ST5 a hello tells every address that was ever assigned under an epoch, until it is released or assigned no longer", () => {
    const agent = owner();
    const { resources, ...more } = group("Exchange", 3);
    const another = (Address: string) => ({
      ...more,
      resources: Object.fromEntries(
        Object.entries(resources).map(([name, ip]) => [name, { ...ip, properties: { ...ip.properties, Address } }]),
      ),
    });
    const told = () => {
      agent.close();
      agent.open();
      return agent.hellos.at(-1)?.holding;
    };
    agent.assign(another("127.9.0.2"));
    expect(told()).toEqual([{ ...exchange, addresses: ["127.9.0.1", "127.9.0.2"] }]);
    agent.receive(agent.object.welcome(agent.connection, [group("Exchange", 3, "Offline")]));
    agent.saysOffline(exchange);
    expect(namesReleased(agent)).toEqual([exchange]);
    expect(told()).toEqual([]);
    agent.receive(agent.object.welcome(agent.connection, []));
    expect(told()).toEqual([]);
  });

  test("AM2 the lease of what has been released ends without a word", () => {
    const agent = released();
    agent.replies = () => null;
    agent.close();
    agent.advance(60_000);
    expect(agent.notes).not.toContain("fuse-blown");
  });

  test("EN2 it never goes up again, be it wanted and granted as often as anybody likes", () => {
    const agent = released();
    for (const wanted of ["Online", "Offline", "Online"] as const) {
      agent.assign(group("Exchange", 3, wanted));
      agent.advance(1_000);
      agent.close();
      agent.join([group("Exchange", 3, wanted)]);
    }
    expect(agent.modeOf(exchange)).toBe("none");
    expect(agent.modesOf(exchange)).toEqual(["down", "none"]);
    expect(agent.lastRenewal.intact).toEqual([]);
  });

  test("EN2 it never goes up again, also when the assignment has been without it for a while", () => {
    const agent = released();
    agent.assign();
    agent.advance(500);
    agent.clear();
    agent.assign(group("Exchange", 3));
    agent.advance(1_000);
    expect(agent.modesOf(exchange)).not.toContain("up");
    expect(agent.modeOf(exchange)).toBe("none");
    expect(namesReleased(agent)).toEqual([exchange]);
  });

  test("EN2 the next epoch of the group goes up", () => {
    const agent = released();
    const next = { group: "Exchange", epoch: 4 };
    agent.replies = extending(next);
    agent.assign(group("Exchange", 4));
    agent.advance(500);
    expect(agent.modeOf(next)).toBe("up");
    expect(namesReleased(agent)).toEqual([]);
  });

  test("EN2 a group called constructor is released like any other, and so is its namesake left alone", () => {
    const agent = new SessionDriver();
    const names = ["constructor", "toString", "hasOwnProperty"];
    agent.join(names.map((name) => group(name, 1, "Offline")));
    agent.grant();
    expect(agent.lastRenewal.released.map((ref) => ref.group)).toEqual(names);
  });

  test("EN2 an epoch below one that was seen is over: it is taken offline and released, never brought up", () => {
    const agent = new SessionDriver({ seen: seenBefore({ Exchange: 4 }) });
    agent.replies = extending(exchange);
    agent.join([group("Exchange", 3)]);
    agent.advance(1_000);
    expect(agent.modesOf(exchange)).not.toContain("up");
    expect(namesReleased(agent)).toEqual([exchange]);
  });
});

test("EN2 whatever the object wants and the host says in whatever order: nothing is released that may be up", () => {
  const releases = Array.from({ length: 300 }, (_, seed) => hostileRun(seed));
  expect(releases.filter(Boolean).length).toBeGreaterThan(100);
});

/** Random wishes and late words of the host. Returns whether anything was released. */
function hostileRun(seed: number): boolean {
  const random = randomFrom(seed);
  const agent = owner();
  /** Orders that the host has carried out, in their order; the host may lag behind. */
  let done = agent.orders.n;
  let final = false;
  for (let turn = 0; turn < 40; turn += 1) {
    if (random.chance(0.4)) agent.assign(group("Exchange", 3, random.pick(["Online", "Offline"])));
    if (random.chance(0.2)) agent.replies = random.pick([() => null, extending(exchange)]);
    if (random.chance(0.2) && agent.state.link.kind !== "joined") agent.join([group("Exchange", 3)]);
    if (random.chance(0.5)) {
      done = random.chance(0.5) ? agent.orders.n : Math.min(done + 1, agent.orders.n);
      const orders = agent.effects.findLast((effect) => effect.type === "orders" && effect.orders.n === done);
      const mode = orders?.type === "orders" ? orders.orders.holds[0]?.mode.kind : "up";
      agent.says({ n: done, offline: mode === "up" || mode === undefined || random.chance(0.3) ? [] : [exchange] });
    }
    agent.advance(random.between(0, 400));
    const isReleased = agent.state.released.size > 0;
    if (isReleased && !final) {
      // The latest orders that named it said down or cut, and the host had verified just these.
      expect(
        agent.modesOf(exchange).findLast((mode) => mode !== "none"),
        `seed ${seed}`,
      ).not.toBe("up");
      expect(agent.modeOf(exchange)).toBe("none");
      agent.effects.length = 0;
    }
    final ||= isReleased;
    if (final) expect(agent.modesOf(exchange), `seed ${seed}`).not.toContain("up");
  }
  return final;
}
