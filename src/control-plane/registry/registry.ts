import type { ClusterDefinition } from "../../cluster/definition/definition.ts";
import { protocolLimits } from "../../protocol/limits.ts";
import type { RegistryRead, RegistryReplies } from "../../protocol/registry.ts";
import { TokenBuckets } from "../token-buckets.ts";
import { ObjectKeys } from "./object-keys.ts";
import { folded, joined } from "./path.ts";
import { readKey, readValue } from "./read.ts";
import { RegistryStore } from "./registry-store.ts";
import {
  type Applied,
  BatchRun,
  keyExists,
  RegistryRefused,
  type RegistryRefusal,
  type RegistryWrite,
} from "./write.ts";

export type RegistryResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: RegistryRefusal };

/**
 * The cluster registry: keys and typed values that applications keep with the cluster. The brain knows nothing of it; what it
 * takes from the cluster is which objects there are. No row is kept in memory, so what was rolled back never was.
 */
export class Registry {
  readonly #storage: DurableObjectStorage;
  readonly #store: RegistryStore;
  readonly #writes = new TokenBuckets({
    burst: protocolLimits.registryWritesInTenSeconds,
    perSecond: protocolLimits.registryWritesInTenSeconds / 10,
  });

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#store = new RegistryStore(storage.sql);
  }

  /** The revision goes on: what was read under it is not what is there now. */
  clear(): void {
    this.#store.clear();
  }

  exists(definition: ClusterDefinition, key: string): boolean {
    return keyExists(this.#store, new ObjectKeys(definition), key);
  }

  /** All reads see one moment. */
  read(definition: ClusterDefinition, reads: readonly RegistryRead[]): RegistryReplies {
    const objects = new ObjectKeys(definition);
    return {
      revision: this.#store.revision(),
      replies: reads.map(({ key, name }) =>
        name === undefined ? readKey(this.#store, objects, key) : readValue(this.#store, objects, key, name),
      ),
    };
  }

  /** All of it or nothing. @param now epoch milliseconds */
  write(definition: ClusterDefinition, actor: string, write: RegistryWrite, now: number): RegistryResult<Applied> {
    if (this.#writes.take(actor, now) > 0) {
      const detail = `${protocolLimits.registryWritesInTenSeconds} requests within ten seconds; a batch is one`;
      return { ok: false, refusal: { code: "rate-limited", detail, at: null } };
    }
    try {
      return this.#storage.transactionSync(() => ({
        ok: true,
        value: new BatchRun(this.#store, new ObjectKeys(definition), now).apply(write),
      }));
    } catch (error) {
      if (error instanceof RegistryRefused) return { ok: false, refusal: error.refusal };
      throw error;
    }
  }

  /**
   * The cluster has another definition now: what stood below the keys of objects that are gone goes with them. Null: nothing
   * did.
   */
  follow(definition: ClusterDefinition): Applied | null {
    const objects = new ObjectKeys(definition);
    const gone = objects
      .subkeysOf("")
      .flatMap((collection) =>
        this.#store.subkeys(folded(collection)).map(({ path, name }) => ({ path, key: joined(collection, name) })),
      )
      .filter(({ path }) => objects.kindOf(path) === "no-object");
    if (gone.length === 0) return null;
    for (const { path } of gone) this.#store.deleteTree(path);
    const revision = this.#store.revision() + 1;
    this.#store.putRevision(revision);
    return { keys: gone.length, values: 0, touched: gone.map(({ key }) => key), revision };
  }
}
