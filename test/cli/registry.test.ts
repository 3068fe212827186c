import { expect, test } from "vitest";
import { CliError } from "../../src/cli/errors.ts";
import { dataOf } from "../../src/cli/nouns/registry.ts";
import type { RegistryType } from "../../src/protocol/registry.ts";

test.each<[RegistryType, string[], unknown]>([
  ["REG_SZ", ["a b"], "a b"],
  ["REG_SZ", [""], ""],
  ["REG_DWORD", ["4294967295"], 4_294_967_295],
  ["REG_QWORD", ["18446744073709551615"], "18446744073709551615"],
  ["REG_MULTI_SZ", ["a", "b"], ["a", "b"]],
  ["REG_MULTI_SZ", [], []],
  ["REG_BINARY", ["AAEC"], "AAEC"],
])("RG3: the command reads a %s of %j", (type, words, value) => {
  expect(dataOf(type, words)).toEqual({ type, value });
});

test.each<[RegistryType, string[]]>([
  ["REG_SZ", []],
  ["REG_SZ", ["a", "b"]],
  ["REG_DWORD", ["four"]],
  ["REG_DWORD", [""]],
  ["REG_DWORD", ["4294967296"]],
  ["REG_BINARY", ["no base64"]],
])("CL2: what is no %s (%j) is wrong usage, before anything is asked", (type, words) => {
  expect(() => dataOf(type, words)).toThrow(CliError);
});
