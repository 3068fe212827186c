import { describe, expect, test } from "vitest";
import { protocolLimits } from "../../src/protocol/limits.ts";
import {
  bytesOf,
  type RegistryData,
  registryDataSchema,
  registryKeySchema,
  registryReadBatchSchema,
  registryTypes,
  registryValueNameSchema,
} from "../../src/protocol/registry.ts";

const { registryDepth, registryNameLength, registryValueBytes } = protocolLimits;
const ofDepth = (depth: number) => Array.from({ length: depth }, () => "k").join("/");

describe("keys", () => {
  test.each(["", "App", "Groups/Exchange/App v1.0", "Ünï/код", ofDepth(registryDepth), "x".repeat(registryNameLength)])(
    "RG1: %j is a key",
    (key) => {
      expect(registryKeySchema.safeParse(key).success).toBe(true);
    },
  );

  test.each([
    "/App",
    "App/",
    "A//B",
    "A\\B",
    "A\nB",
    "A/\0",
    "\ud800",
    ofDepth(registryDepth + 1),
    "x".repeat(registryNameLength + 1),
  ])("RG1: %j is none", (key) => {
    expect(registryKeySchema.safeParse(key).success).toBe(false);
  });

  test("RG1: a value's name may be empty or hold slashes, and no control characters", () => {
    for (const name of ["", "a/b\\c", "x".repeat(registryNameLength)]) {
      expect(registryValueNameSchema.safeParse(name).success).toBe(true);
    }
    for (const name of ["a\tb", "x".repeat(registryNameLength + 1)]) {
      expect(registryValueNameSchema.safeParse(name).success).toBe(false);
    }
  });
});

describe("data", () => {
  test("RG3: types have their numbers of winnt.h", () => {
    expect(registryTypes).toEqual({
      REG_SZ: 1,
      REG_EXPAND_SZ: 2,
      REG_BINARY: 3,
      REG_DWORD: 4,
      REG_MULTI_SZ: 7,
      REG_QWORD: 11,
    });
  });

  test.each<[unknown, RegistryData, number]>([
    [{ type: "REG_SZ", value: "ab\0" }, { type: "REG_SZ", value: "ab\0" }, 8],
    [{ type: "REG_EXPAND_SZ", value: "" }, { type: "REG_EXPAND_SZ", value: "" }, 2],
    [{ type: "REG_MULTI_SZ", value: ["a", "bc"] }, { type: "REG_MULTI_SZ", value: ["a", "bc"] }, 12],
    [{ type: "REG_DWORD", value: 0xffff_ffff }, { type: "REG_DWORD", value: 0xffff_ffff }, 4],
    [{ type: "REG_QWORD", value: 7 }, { type: "REG_QWORD", value: "7" }, 8],
    [{ type: "REG_QWORD", value: "0018446744073709551615" }, { type: "REG_QWORD", value: "x" }, -1],
    [{ type: "REG_QWORD", value: "18446744073709551615" }, { type: "REG_QWORD", value: "18446744073709551615" }, 8],
    [{ type: "REG_BINARY", value: "AAEC" }, { type: "REG_BINARY", value: "AAEC" }, 3],
    [{ type: "REG_BINARY", value: "AA==" }, { type: "REG_BINARY", value: "AA==" }, 1],
    [{ type: "REG_BINARY", value: "" }, { type: "REG_BINARY", value: "" }, 0],
  ])("RG3: %j is read as %j", (document, data, bytes) => {
    const parsed = registryDataSchema.safeParse(document);
    if (bytes === -1) return expect(parsed.success).toBe(false);
    expect(parsed.data).toEqual(data);
    expect(bytesOf(data)).toBe(bytes);
  });

  test.each([
    { type: "REG_DWORD", value: 2 ** 32 },
    { type: "REG_DWORD", value: -1 },
    { type: "REG_DWORD", value: 1.5 },
    { type: "REG_DWORD", value: "1" },
    { type: "REG_QWORD", value: "18446744073709551616" },
    { type: "REG_QWORD", value: "-1" },
    { type: "REG_QWORD", value: 2 ** 53 },
    { type: "REG_SZ", value: 1 },
    { type: "REG_SZ", value: "a", name: "b" },
    { type: "REG_MULTI_SZ", value: ["a", ""] },
    { type: "REG_BINARY", value: "A" },
    { type: "REG_BINARY", value: "Ä===" },
    { type: "REG_LINK", value: "a" },
    { value: "a" },
    null,
  ])("RG3: %j is refused", (document) => {
    expect(registryDataSchema.safeParse(document).success).toBe(false);
  });

  test("RG10: a value is as long as it may be, and no longer", () => {
    const textOf = (bytes: number) => ({ type: "REG_SZ", value: "x".repeat(bytes / 2 - 1) });
    expect(registryDataSchema.safeParse(textOf(registryValueBytes)).success).toBe(true);
    expect(registryDataSchema.safeParse(textOf(registryValueBytes + 2)).success).toBe(false);
  });
});

test("RG10: what is read is named once, so that an answer is no larger than the registry", () => {
  const taken = (reads: unknown) => registryReadBatchSchema.safeParse({ reads }).success;
  expect(taken([{ key: "A" }, { key: "A", name: "" }, { key: "A", name: "b" }])).toBe(true);
  expect(taken([{ key: "A" }, { key: "a" }])).toBe(false);
  expect(
    taken([
      { key: "A", name: "b" },
      { key: "A", name: "B" },
    ]),
  ).toBe(false);
  expect(taken(Array.from({ length: protocolLimits.registryBatch + 1 }, (_, n) => ({ key: `k${n}` })))).toBe(false);
});
