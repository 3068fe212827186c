import { describe, expect, test } from "vitest";
import { compare, holds } from "../../src/control-plane/registry/conditions.ts";
import type { RegistryCondition, RegistryData } from "../../src/protocol/registry.ts";

const sz = (value: string): RegistryData => ({ type: "REG_SZ", value });
const dword = (value: number): RegistryData => ({ type: "REG_DWORD", value });
const qword = (value: string): RegistryData => ({ type: "REG_QWORD", value });
const binary = (value: string): RegistryData => ({ type: "REG_BINARY", value });
const list = (...value: string[]): RegistryData => ({ type: "REG_MULTI_SZ", value });

test.each<[RegistryData, RegistryData, number | null]>([
  [dword(9), dword(10), -1],
  [qword("9"), qword("10"), -1],
  [qword("18446744073709551615"), qword("18446744073709551614"), 1],
  [sz("9"), sz("10"), 1],
  [sz("a"), sz("A"), 1],
  [sz("a"), sz("a"), 0],
  // Base64 has `+` and `/` before the letters; the bytes are 0xff and 0x00.
  [binary("/w=="), binary("AA=="), 1],
  [binary("AA=="), binary("AAA="), -1],
  [list("a", "b"), list("a", "c"), -1],
  [list("a"), list("a", "b"), -1],
  [list("a", "b"), list("a"), 1],
  [list("a", "b"), list("a", "b"), 0],
  [dword(1), qword("1"), null],
  [sz("a"), { type: "REG_EXPAND_SZ", value: "a" }, null],
])("RG6: %j beside %j is %j", (a, b, expected) => {
  const result = compare(a, b);
  expect(result === null ? null : Math.sign(result)).toBe(expected);
});

describe("conditions", () => {
  const key = "App";
  const name = "n";
  const five = dword(5);
  const valued: readonly [RegistryCondition["condition"], RegistryData | null, boolean][] = [
    ["exists", five, true],
    ["exists", null, false],
    ["not-exists", five, false],
    ["not-exists", null, true],
    ["equal", five, true],
    ["equal", dword(6), false],
    ["equal", qword("5"), false],
    ["equal", null, false],
    ["not-equal", five, false],
    ["not-equal", dword(6), true],
    ["not-equal", qword("5"), true],
    ["not-equal", null, true],
    ["greater", dword(6), true],
    ["greater", five, false],
    ["greater", qword("6"), false],
    ["greater", null, false],
    ["less", dword(4), true],
    ["less", five, false],
    ["less", sz(""), false],
    ["less", null, false],
  ];

  test.each(valued)("RG6: %s, of 5, with %j there: %j", (condition, data, expected) => {
    const asked = { condition, key, name, data: five } as RegistryCondition;
    expect(holds(asked, { keyExists: true, data })).toBe(expected);
  });

  test("RG6: a key is there or is not", () => {
    for (const keyExists of [true, false]) {
      expect(holds({ condition: "key-exists", key }, { keyExists, data: null })).toBe(keyExists);
      expect(holds({ condition: "key-not-exists", key }, { keyExists, data: null })).toBe(!keyExists);
    }
  });
});
