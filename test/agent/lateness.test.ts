import { expect, test } from "vitest";
import { createLatenessWatch } from "../../src/agent/lateness.ts";

test("AG12 lateness over a tenth of the ttl is said, once in ten seconds, with the longest", () => {
  const said: string[] = [];
  let now = 0;
  const late = createLatenessWatch(
    () => now,
    (_level, code, detail) => void said.push(`${code}: ${detail}`),
  );
  late(2_000, 200);
  expect(said).toEqual([]);
  late(2_000, 201);
  late(2_000, 900);
  late(2_000, 300);
  now = 9_999;
  late(2_000, 400);
  expect(said).toHaveLength(1);
  now = 10_000;
  late(2_000, 250);
  expect(said).toEqual([
    "loop-late: the agent came 201 ms late to what was due, under a lease of 2000 ms",
    "loop-late: the agent came 900 ms late to what was due, under a lease of 2000 ms",
  ]);
});
