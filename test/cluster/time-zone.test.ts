import { describe, expect, test } from "vitest";
import { validateDefinition } from "../../src/cluster/definition/validate.ts";
import { hourIn, isTimeZone, isWithinHours, nextWithinHours, timeIn } from "../../src/cluster/definition/time-zone.ts";
import { clusterOf, plainGroup } from "./definitions.ts";

const at = (text: string): number => Date.parse(text);
const berlin = "Europe/Berlin";

describe("Time zones and windows", () => {
  test.each(["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe"])(
    "DF13: %s is a time zone",
    (zone) => {
      expect(isTimeZone(zone)).toBe(true);
    },
  );

  test.each(["", "Berlin", "Europe/Nowhere", "constructor", "UTC; DROP TABLE"])("DF13: %j is none", (zone) => {
    expect(isTimeZone(zone)).toBe(false);
    const problems = validateDefinition(clusterOf({}, { timeZone: zone }));
    expect(problems.map(({ path, code }) => [path, code])).toEqual([["/timeZone", "no-such-time-zone"]]);
  });

  test.each([
    [3, -1, "FailbackWindowEnd"],
    [-1, 3, "FailbackWindowStart"],
  ])("DF13: a window from %i to %i lacks its %s", (FailbackWindowStart, FailbackWindowEnd, missing) => {
    const group = plainGroup({}, { properties: { FailbackWindowStart, FailbackWindowEnd } });
    const problems = validateDefinition(clusterOf({ G: group }));
    expect(problems.map(({ path, code }) => [path, code])).toEqual([
      [`/groups/G/properties/${missing}`, "window-half"],
    ]);
  });

  test.each([
    ["UTC", "2026-01-01T00:00:00Z", 0],
    [berlin, "2026-01-01T00:00:00Z", 1],
    [berlin, "2026-07-01T22:30:00Z", 0],
    ["Asia/Kolkata", "2026-01-01T18:29:59Z", 23],
    ["Asia/Kolkata", "2026-01-01T18:30:00Z", 0],
    ["Asia/Kathmandu", "2026-01-01T00:15:00Z", 6],
    ["America/St_Johns", "2026-01-01T03:29:00Z", 23],
  ])("DF13: in %s at %s it is %i o'clock", (zone, time, hour) => {
    expect(hourIn(zone, at(time))).toBe(hour);
  });

  test("DF13: a time is written as it is there", () => {
    expect(timeIn(berlin, at("2026-07-31T22:05:09Z"))).toBe("2026-08-01 00:05:09 (Europe/Berlin)");
    expect(timeIn("UTC", 0)).toBe("1970-01-01 00:00:00 (UTC)");
    expect(timeIn("UTC", Number.MAX_SAFE_INTEGER)).toBe("a time that no calendar has");
  });

  test.each<[number, number, number[]]>([
    [2, 4, [2, 3]],
    [22, 2, [0, 1, 22, 23]],
    [0, 1, [0]],
    [23, 0, [23]],
  ])("DF13: from %i to %i are the hours %j", (start, end, hours) => {
    const all = Array.from({ length: 24 }, (_one, hour) => hour);
    expect(all.filter((hour) => isWithinHours(hour, start, end))).toEqual(hours);
  });

  test.each([
    ["an ordinary night", berlin, 2, 4, "2026-01-10T12:00:00Z", "2026-01-11T01:00:00Z"],
    ["half an hour off", "Asia/Kolkata", 2, 4, "2026-01-10T12:00:00Z", "2026-01-10T20:30:00Z"],
    ["a quarter off", "Asia/Kathmandu", 2, 4, "2026-01-10T12:00:00Z", "2026-01-10T20:15:00Z"],
    [
      "clocks go forward over the start: at the next hour that there is",
      berlin,
      2,
      4,
      "2026-03-28T12:00:00Z",
      "2026-03-29T01:00:00Z",
    ],
    [
      "clocks go forward over the whole window: the next day",
      berlin,
      2,
      3,
      "2026-03-28T12:00:00Z",
      "2026-03-30T00:00:00Z",
    ],
    ["clocks go back: at the first of the two hours", berlin, 2, 4, "2026-10-24T12:00:00Z", "2026-10-25T00:00:00Z"],
    ["clocks go back by half an hour", "Australia/Lord_Howe", 2, 3, "2026-04-04T03:00:00Z", "2026-04-04T15:30:00Z"],
    ["over midnight", berlin, 22, 2, "2026-01-10T12:00:00Z", "2026-01-10T21:00:00Z"],
  ])("DF13: the next window: %s", (_title, zone, start, end, now, opens) => {
    const found = nextWithinHours(zone, start, end, at(now));
    expect(new Date(found).toISOString()).toBe(new Date(at(opens)).toISOString());
  });
});
