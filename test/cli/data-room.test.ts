import { expect, test } from "vitest";
import { roomWarning } from "../../src/cli/workerd/data-room.ts";

test("DK8 little room is told of, with its folder and what a full disk costs; enough room is not", () => {
  const mib = 1024 * 1024;
  expect(roomWarning("/srv/data", 64 * mib)).toBeNull();
  expect(roomWarning("/srv/data", 12.7 * mib)).toMatch(/\/srv\/data has 12 MiB left.*every virtual IP is down/);
});
