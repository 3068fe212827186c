import type { ClusterDefinition } from "../../cluster/definition/definition.ts";
import { type ClusterEnum, namesOf as objectNames } from "../../cluster/questions/enumerate.ts";
import { folded, namesOf } from "./path.ts";

/** The keys of the cluster's objects stand below these (GetClusterNodeKey, GetClusterGroupKey, …). */
const collections = {
  Groups: "GROUP",
  NetworkInterfaces: "NETINTERFACE",
  Networks: "NETWORK",
  Nodes: "NODE",
  Resources: "RESOURCE",
  ResourceTypes: "RESTYPE",
} as const satisfies Record<string, ClusterEnum>;
type Collection = keyof typeof collections;
const collectionNames = Object.keys(collections) as readonly Collection[];

/**
 * Whose key it is: the cluster's own (root or a collection), an object's, one that only an object could have, or anybody's.
 */
export type KeyKind = "root" | "collection" | "object" | "no-object" | "free";

/** Which keys a definition gives. They are there as long as what they are named after is, and no row says so. */
export class ObjectKeys {
  readonly #names: ReadonlyMap<string, ReadonlyMap<string, string>>;

  constructor(definition: ClusterDefinition) {
    this.#names = new Map(
      collectionNames.map((collection) => [
        folded(collection),
        new Map(objectNames(definition, collections[collection]).map((name) => [folded(name), name])),
      ]),
    );
  }

  kindOf(key: string): KeyKind {
    const [collection, object, below] = namesOf(folded(key));
    if (collection === undefined) return "root";
    const objects = this.#names.get(collection);
    if (objects === undefined || below !== undefined) return "free";
    if (object === undefined) return "collection";
    return objects.has(object) ? "object" : "no-object";
  }

  /** The names of the subkeys that are there of themselves, below the root or a collection. */
  subkeysOf(key: string): string[] {
    if (key === "") return [...collectionNames];
    return [...(this.#names.get(folded(key))?.values() ?? [])];
  }
}
