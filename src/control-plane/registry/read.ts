import {
  type RegistryKeyView,
  type RegistryReply,
  registryTypes,
  type RegistryValue,
} from "../../protocol/registry.ts";
import type { ObjectKeys } from "./object-keys.ts";
import { folded } from "./path.ts";
import type { RegistryStore, ValueRow } from "./registry-store.ts";
import { keyExists } from "./write.ts";

/** ClusterRegQueryValue. */
export function readValue(store: RegistryStore, objects: ObjectKeys, key: string, name: string): RegistryReply {
  if (!keyExists(store, objects, key)) return { read: "error", code: "registry-key-not-found" };
  const row = store.value(folded(key), folded(name));
  return row === null
    ? { read: "error", code: "registry-value-not-found" }
    : { read: "value", key, value: viewOf(row) };
}

/** ClusterRegQueryInfoKey, ClusterRegEnumKey and ClusterRegEnumValue in one. */
export function readKey(store: RegistryStore, objects: ObjectKeys, key: string): RegistryReply {
  if (!keyExists(store, objects, key)) return { read: "error", code: "registry-key-not-found" };
  const row = store.key(folded(key));
  const subkeys = subkeysOf(store, objects, key);
  const values = store.values(folded(key)).map(viewOf);
  return {
    read: "key",
    key,
    revision: row?.revision ?? 0,
    writtenAt: row?.writtenAt ?? null,
    subkeyCount: subkeys.length,
    valueCount: values.length,
    longestSubkeyName: Math.max(0, ...subkeys.map(({ name }) => name.length)),
    longestValueName: Math.max(0, ...values.map(({ name }) => name.length)),
    largestValueBytes: Math.max(0, ...values.map(({ bytes }) => bytes)),
    subkeys,
    values,
  };
}

/** Those of the definition as it names them, with the time of their row if they have one, and all others by their rows. */
function subkeysOf(store: RegistryStore, objects: ObjectKeys, key: string): RegistryKeyView["subkeys"] {
  const given = new Map(objects.subkeysOf(key).map((name) => [folded(name), name]));
  const rows = new Map(store.subkeys(folded(key)).map((row) => [folded(row.name), row]));
  return [...new Set([...given.keys(), ...rows.keys()])].toSorted().map((leaf) => {
    const row = rows.get(leaf);
    return { name: given.get(leaf) ?? row?.name ?? leaf, writtenAt: row?.writtenAt ?? null };
  });
}

function viewOf({ name, data, bytes, revision }: ValueRow): RegistryValue {
  return { name, typeNumber: registryTypes[data.type], data, bytes, revision };
}
