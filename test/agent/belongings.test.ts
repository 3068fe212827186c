import { expect, test } from "vitest";
import { createBelongings } from "../../src/agent/belongings.ts";
import type { Ward } from "../../src/agent/guard/words.ts";
import type { HoldMode, Orders } from "../../src/agent/orders.ts";

const hold = { group: "Mail", epoch: 3 };
const address = { kind: "address", address: "192.0.2.100", device: "eth0" } as const;

function setUp() {
  const told: Ward[][] = [];
  const belongings = createBelongings(
    ({ type }) => type !== "Physical Disk",
    (wards) => void told.push([...wards]),
  );
  let n = 0;
  const order = (mode: HoldMode | null, types: readonly string[] = ["IP Address"]): void => {
    const resources = Object.fromEntries(
      types.map((type) => [
        type,
        { type, dependsOn: [], properties: {}, wanted: "Online" as const, attempt: 1, fails: 0, restarts: 0 },
      ]),
    );
    n += 1;
    const orders: Orders = {
      n,
      revision: null,
      ttlMs: 2_000,
      mayCome: [],
      holds: mode === null ? [] : [{ ...hold, resources, mode, observe: false, heldBefore: {}, unfenced: [] }],
    };
    belongings.ordered(orders);
  };
  return { belongings, order, told, last: () => told.at(-1) };
}

test("GU5: what is added is told before it is there, with its deadline; what has nothing here is not told", () => {
  const { belongings, order, told, last } = setUp();
  order({ kind: "up", deadline: 1_000 });
  expect(last() ?? []).toEqual([]);
  belongings.add(hold, address);
  expect(last()).toEqual([
    {
      hold,
      deadline: 1_000,
      isCut: false,
      addresses: [{ address: "192.0.2.100", device: "eth0" }],
      processes: [],
      isWhole: true,
    },
  ]);
  order({ kind: "up", deadline: 1_500 });
  expect(last()).toMatchObject([{ deadline: 1_500 }]);
  const count = told.length;
  order({ kind: "up", deadline: 1_500 });
  expect(told).toHaveLength(count);
  belongings.remove(hold, address);
  expect(last()).toEqual([]);
});

test("GU5: a group stays one that no guard releases while it drains, where no resource is assigned any more", () => {
  const { belongings, order, last } = setUp();
  order({ kind: "up", deadline: 1_000 }, ["IP Address", "Physical Disk"]);
  belongings.add(hold, address);
  expect(last()).toMatchObject([{ isWhole: false }]);
  order({ kind: "down", deadline: 1_500 }, []);
  expect(last()).toMatchObject([{ deadline: 1_500, isWhole: false }]);
});

test("GU5: what is cut, or ordered no more, is told as being taken away until it is gone", () => {
  const { belongings, order, last } = setUp();
  order({ kind: "up", deadline: 1_000 });
  belongings.add(hold, address);
  order({ kind: "cut" });
  expect(last()).toMatchObject([{ deadline: 1_000, isCut: true }]);
  order(null);
  expect(last()).toMatchObject([{ deadline: 1_000, isCut: true }]);
  belongings.remove(hold, address);
  expect(last()).toEqual([]);
});

test("GU5: a group with something that a guard cannot end is not whole, so that it is never released for it", () => {
  const { belongings, order, last } = setUp();
  order({ kind: "up", deadline: 1_000 }, ["IP Address", "Physical Disk"]);
  belongings.add(hold, { kind: "process", pid: 77 });
  expect(last()).toMatchObject([{ isWhole: false, processes: [77], addresses: [] }]);
});
