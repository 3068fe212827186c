import { pointer } from "./validate-properties.ts";

/** What differs between two definitions, place by place; `before` or `after` is absent where there was or will be nothing. */
export type Difference = { readonly path: string; readonly before?: Json; readonly after?: Json };
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Lists count as one value: their order means something. Places are JSON Pointers (RFC 6901), in the order of the document. */
export function differencesBetween(before: Json, after: Json): Difference[] {
  const found: Difference[] = [];
  compare(before, after, [], found);
  return found;
}

function compare(
  before: Json | undefined,
  after: Json | undefined,
  path: readonly string[],
  found: Difference[],
): void {
  // Most of a definition is what it was, and the same object.
  if (before === after) return;
  if (isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(own(before, key), own(after, key), [...path, key], found);
    }
    const common = (one: object): string[] =>
      Object.keys(one).filter((key) => Object.hasOwn(before, key) && Object.hasOwn(after, key));
    const [was, is] = [common(before), common(after)];
    if (JSON.stringify(was) !== JSON.stringify(is)) found.push({ path: pointer(path), before: was, after: is });
  } else if (JSON.stringify(before) !== JSON.stringify(after)) {
    found.push({
      path: pointer(path),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    });
  }
}

function isRecord(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(record: Readonly<Record<string, Json>>, key: string): Json | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
