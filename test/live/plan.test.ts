import { expect, test } from "vitest";
import { offsetAt } from "../../bench/live/clock.ts";
import { missedOf } from "../../bench/capture.ts";
import { type Fault, faultKinds, planOf, takenBy } from "../../bench/live/plan.ts";

const nodes = ["NODE1", "NODE2"];
const halfAnHour = 30 * 60_000;

test("LV3: a seed decides the faults, and another one others", () => {
  expect(planOf(7, halfAnHour, nodes)).toEqual(planOf(7, halfAnHour, nodes));
  expect(planOf(7, halfAnHour, nodes)).not.toEqual(planOf(8, halfAnHour, nodes));
});

test("LV3: half an hour has every kind of fault, bounded, and on both nodes", () => {
  const plan = planOf(7, halfAnHour, nodes);
  expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(faultKinds));
  expect(new Set(plan.map(({ node }) => node))).toEqual(new Set([...nodes, null]));
  expect(plan.length).toBeGreaterThan(200);
  expect(plan.filter(({ at, forMs }) => forMs > 7_000 || at + forMs > halfAnHour)).toEqual([]);
});

test("LV3: no two faults have the same thing at a time, and three happen at once at most", () => {
  const isGoing = (at: number) => (fault: Fault) => fault.at <= at && fault.at + fault.forMs > at;
  for (const seed of [1, 2, 3, 4, 5]) {
    const plan = planOf(seed, halfAnHour, nodes);
    for (const { at } of plan) {
      const going = plan.filter(isGoing(at));
      const taken = going.flatMap(takenBy);
      expect(going.length).toBeLessThanOrEqual(3);
      expect(new Set(taken).size).toBe(taken.length);
    }
  }
});

test("LV2: a wall clock that is led is followed from one look to the next", () => {
  const samples = [
    { monotonic: 1_000, wall: 51_000 },
    { monotonic: 2_000, wall: 52_010 },
    { monotonic: 3_000, wall: 53_010 },
  ];
  const monotonic = (wall: number) => wall - offsetAt(samples, wall);
  expect(monotonic(50_500)).toBe(500);
  expect(monotonic(51_505)).toBeCloseTo(1_500);
  expect(monotonic(52_510)).toBeCloseTo(2_500);
  expect(monotonic(54_010)).toBe(4_000);
});

test("LV2: what the capture has missed is what it says of each device", () => {
  const said = [
    "Packets captured: 28",
    "Packets received/dropped on interface 'client1': 28/3 (pcap:3/dumpcap:0/flushed:0/ps_ifdrop:0) (90.3%)",
    "Packets received/dropped on interface 'client2': 5/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)",
  ];
  expect(missedOf(said.join("\n"))).toBe(3);
  expect(missedOf(said[0] ?? "")).toBe(0);
});
