/**
 * Keys of the cluster registry as paths: names separated by `/`, the root being the empty path. Case does not count when two
 * are compared, as in the registry of Windows; `folded` is what is compared.
 */
export function folded(text: string): string {
  return text.toLowerCase();
}

export function namesOf(key: string): string[] {
  return key === "" ? [] : key.split("/");
}

export function joined(...names: readonly string[]): string {
  return names.filter((name) => name !== "").join("/");
}

/** The key above; the root's is the root. */
export function parentOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf("/")));
}

export function leafOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

/** The key and all keys above it but the root, from the top down. */
export function wayTo(key: string): string[] {
  const names = namesOf(key);
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}

export function isSameKey(a: string, b: string): boolean {
  return folded(a) === folded(b);
}

export function isAtOrBelow(key: string, above: string): boolean {
  return above === "" || isSameKey(key, above) || folded(key).startsWith(`${folded(above)}/`);
}

/** The deepest key that all of these are at or below. The root for none. */
export function deepestOver(keys: readonly string[]): string {
  const [first, ...others] = keys;
  if (first === undefined) return "";
  return wayTo(first).findLast((over) => others.every((key) => isAtOrBelow(key, over))) ?? "";
}
