import type { RegistryCondition, RegistryData } from "../../protocol/registry.ts";

/** What a condition is judged by. */
export type Facts = { readonly keyExists: boolean; readonly data: RegistryData | null };

/**
 * Whether a condition of a batch holds. Values of two types are never equal, and neither is the greater one; a value that is
 * not there is equal to nothing.
 */
export function holds(condition: RegistryCondition, { keyExists, data }: Facts): boolean {
  switch (condition.condition) {
    case "key-exists":
      return keyExists;
    case "key-not-exists":
      return !keyExists;
    case "exists":
      return data !== null;
    case "not-exists":
      return data === null;
    case "equal":
      return data !== null && compare(data, condition.data) === 0;
    case "not-equal":
      return data === null || compare(data, condition.data) !== 0;
    case "greater":
      return data !== null && (compare(data, condition.data) ?? 0) > 0;
    case "less":
      return data !== null && (compare(data, condition.data) ?? 0) < 0;
  }
}

/** Negative, zero or positive; null between types. Numbers by size; text by its UTF-16 units and bytes one by one, case counts. */
export function compare(a: RegistryData, b: RegistryData): number | null {
  switch (a.type) {
    case "REG_SZ":
    case "REG_EXPAND_SZ":
      return b.type === a.type ? order(a.value, b.value) : null;
    case "REG_BINARY":
      // One character for each byte.
      return b.type === a.type ? order(atob(a.value), atob(b.value)) : null;
    case "REG_DWORD":
      return b.type === a.type ? a.value - b.value : null;
    case "REG_QWORD":
      return b.type === a.type ? order(BigInt(a.value), BigInt(b.value)) : null;
    case "REG_MULTI_SZ":
      return b.type === a.type ? orderLists(a.value, b.value) : null;
  }
}

function order<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By the first item that differs; the shorter list first when there is none. */
function orderLists(a: readonly string[], b: readonly string[]): number {
  for (const [index, item] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (item !== other) return order(item, other);
  }
  return a.length - b.length;
}
