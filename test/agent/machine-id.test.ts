import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { hostId } from "../../src/agent/machine-id.ts";

const folder = mkdtempSync(join(tmpdir(), "machine-id-"));
afterAll(() => rmSync(folder, { recursive: true }));

const idOf = (machine: string, boot: string) => {
  const [machineFile, bootFile] = [join(folder, "machine-id"), join(folder, "boot_id")];
  writeFileSync(machineFile, machine);
  writeFileSync(bootFile, boot);
  return hostId(machineFile, bootFile);
};
const [one, other] = ["0".repeat(32), "f".repeat(32)];

test("EN14 a machine is known by what it calls itself, over its boots, and does not give that away", () => {
  const first = idOf(`${one}\n`, "boot-1\n");
  expect(first).toEqual({ machine: expect.stringMatching(/^[0-9a-f]{32}$/), boot: "boot-1" });
  expect(first?.machine).not.toBe(one);
  expect(idOf(one, "boot-2")).toEqual({ machine: first?.machine, boot: "boot-2" });
  expect(idOf(other, "boot-1")?.machine).not.toBe(first?.machine);
});

test("EN14 a host that has no name of its own says none", () => {
  for (const [machine, boot] of [
    ["uninitialized", "boot-1"],
    ["", "boot-1"],
    [one, ""],
  ] as const) {
    expect(idOf(machine, boot)).toBeNull();
  }
  expect(hostId(join(folder, "none"), join(folder, "none"))).toBeNull();
});
