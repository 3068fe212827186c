import { expect, test } from "vitest";
import { createLapseWatch, hostClocks } from "../../src/agent/lapse.ts";

/** Clocks that a test sets; each read takes `readMs`. */
function clocks() {
  const at = { monotonic: 1_000, boot: 5_000, wall: 1_700_000_000_000 };
  const pass = (ms: number): void => {
    at.monotonic += ms;
    at.boot += ms;
    at.wall += ms;
  };
  const state = { at, pass, readMs: 0 };
  const read = (clock: keyof typeof at) => (): number => {
    const value = at[clock];
    pass(state.readMs);
    return value;
  };
  return { state, clocks: { monotonic: read("monotonic"), boot: read("boot"), wall: read("wall") } };
}

test.each<["boot" | "wall", string]>([
  ["boot", "the host was suspended"],
  ["wall", "its virtual machine was paused, or its clock was set forward"],
])("AM7 time that only the %s clock knows of is told once: %s", (clock) => {
  const { state, clocks: read } = clocks();
  const lapse = createLapseWatch(read);
  state.pass(10_000);
  expect(lapse()).toBe(0);
  state.at[clock] += 3_000;
  state.pass(5);
  expect(lapse()).toBe(3_000);
  expect(lapse()).toBe(0);
});

test("AM7 what a margin covers is no lapse, nor is a wall clock that is set back", () => {
  const { state, clocks: read } = clocks();
  const lapse = createLapseWatch(read);
  state.at.boot += 40;
  expect(lapse()).toBe(0);
  state.at.wall -= 3_600_000;
  expect(lapse()).toBe(0);
  state.at.wall += 100;
  expect(lapse()).toBe(100);
});

test("AM7 time in which the process does not run between two reads is no lapse", () => {
  const { state, clocks: read } = clocks();
  state.readMs = 500;
  const lapse = createLapseWatch(read);
  for (let look = 0; look < 5; look += 1) {
    state.readMs = look * 300;
    expect(lapse()).toBe(0);
  }
});

test("AM7 the clocks of this host agree with each other", () => {
  const lapse = createLapseWatch(hostClocks);
  for (let look = 0; look < 100; look += 1) expect(lapse()).toBe(0);
});
