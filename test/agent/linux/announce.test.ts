import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createAnnouncer } from "../../../src/agent/linux/announce.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An announcer, and the first word of each command that it had run. */
function announcing() {
  const commands: string[] = [];
  const announcer = createAnnouncer({
    shell: { run: async ([command = ""]) => (commands.push(command), { code: 0, said: "" }), end: async () => {} },
    ip: { run: async () => ({ stdout: "", stderr: "" }), end: async () => {} },
    failed: (reason) => commands.push(reason),
    unanswered: () => {},
  });
  return { announcer, commands };
}

test.each([
  ["2001:2:0:77::100", "ndptool", 1],
  ["198.18.77.100", "arping", 2],
])("LX1: the neighbours of %s are told at once and four times more", (address, command, forms) => {
  const { announcer, commands } = announcing();
  announcer.announce(address, "eth0", () => true);
  expect(commands).toEqual([command]);
  vi.advanceTimersByTime(5_000);
  expect(commands).toEqual(Array(5 * forms).fill(command));
});

test("LX2: an agent that was stopped does not tell, when it goes on, what was due before its lease ended", () => {
  const { announcer, commands } = announcing();
  let isLeased = true;
  announcer.announce("2001:2:0:77::100", "eth0", () => isLeased);
  vi.advanceTimersByTime(300);
  expect(commands).toHaveLength(3);
  isLeased = false;
  vi.advanceTimersByTime(5_000);
  expect(commands).toHaveLength(3);
});
