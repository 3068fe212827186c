import type { ProblemCode } from "../../protocol/problems.ts";
import { protocolLimits } from "../../protocol/limits.ts";
import { bytesOf, type RegistryBatch, type RegistryCommand, type RegistryData } from "../../protocol/registry.ts";
import { holds } from "./conditions.ts";
import type { ObjectKeys } from "./object-keys.ts";
import { folded, isAtOrBelow, leafOf, parentOf, wayTo } from "./path.ts";
import type { KeyRow, RegistryStore } from "./registry-store.ts";

/** `at`: which part of the batch it is about, as JSON Pointer. */
export type RegistryRefusal = { readonly code: ProblemCode; readonly detail: string; readonly at: string | null };

/** What has to be true of what the first command names (RFC 9110, section 13.1). */
export type Precondition =
  | { readonly kind: "revision"; readonly revision: number }
  | { readonly kind: "exists" }
  | { readonly kind: "absent" };

export type RegistryWrite = {
  readonly batch: RegistryBatch;
  readonly precondition: Precondition | null;
  /** A node's token writes at or below its node's key only; null: everywhere. */
  readonly within: string | null;
};

/** What is different now. `touched`: the keys that were created or deleted, or have a value that was set or deleted. */
export type Applied = {
  readonly keys: number;
  readonly values: number;
  readonly touched: readonly string[];
  readonly revision: number;
};

/** Thrown to roll a batch back; whoever began the transaction makes a value of it. */
export class RegistryRefused extends Error {
  readonly refusal: RegistryRefusal;

  constructor(code: ProblemCode, detail: string, at: string | null) {
    super(code);
    this.refusal = { code, detail, at };
  }
}

/** Whether a key is there: an object's is as long as its object, any other one as long as its row. */
export function keyExists(store: RegistryStore, objects: ObjectKeys, key: string): boolean {
  const kind = objects.kindOf(key);
  return kind === "free" ? store.key(folded(key)) !== null : kind !== "no-object";
}

/** One batch, within a transaction of the caller's: all conditions first, then all commands. Throws `RegistryRefused`. */
export class BatchRun {
  readonly #store: RegistryStore;
  readonly #objects: ObjectKeys;
  readonly #now: number;
  readonly #revision: number;
  readonly #touched: string[] = [];
  #keys = 0;
  #values = 0;
  #at: string | null = null;

  /** @param now epoch milliseconds */
  constructor(store: RegistryStore, objects: ObjectKeys, now: number) {
    this.#store = store;
    this.#objects = objects;
    this.#now = now;
    this.#revision = store.revision() + 1;
  }

  apply({ batch, precondition, within }: RegistryWrite): Applied {
    this.#stayWithin(batch, within);
    if (precondition !== null) this.#checkPrecondition(batch, precondition);
    this.#checkConditions(batch);
    for (const [index, command] of batch.commands.entries()) {
      this.#at = `/commands/${index}`;
      this.#run(command);
    }
    this.#at = null;
    const changed = this.#keys + this.#values > 0;
    if (changed) {
      this.#checkLimits();
      this.#store.putRevision(this.#revision);
    }
    return {
      keys: this.#keys,
      values: this.#values,
      touched: this.#touched,
      revision: changed ? this.#revision : this.#revision - 1,
    };
  }

  #stayWithin({ commands }: RegistryBatch, within: string | null): void {
    if (within === null) return;
    const index = commands.findIndex(({ key }) => !isAtOrBelow(key, within));
    if (index === -1) return;
    this.#at = `/commands/${index}`;
    this.#refuse("forbidden", "a node's token writes at its own node's key and below it");
  }

  #checkPrecondition({ commands: [command] }: RegistryBatch, precondition: Precondition): void {
    if (command === undefined) return;
    const revision = "name" in command ? this.#valueRevision(command) : this.#keyRevision(command.key);
    const met =
      precondition.kind === "revision"
        ? revision === precondition.revision
        : (revision !== null) === (precondition.kind === "exists");
    if (!met) this.#refuse("registry-revision-differs", "read it again, and apply the change to what it is now");
  }

  #valueRevision({ key, name }: { readonly key: string; readonly name: string }): number | null {
    return this.#store.value(folded(key), folded(name))?.revision ?? null;
  }

  #keyRevision(key: string): number | null {
    return this.#exists(key) ? (this.#store.key(folded(key))?.revision ?? 0) : null;
  }

  #checkConditions({ conditions }: RegistryBatch): void {
    for (const [index, condition] of conditions.entries()) {
      const data = "name" in condition ? this.#store.value(folded(condition.key), folded(condition.name))?.data : null;
      if (holds(condition, { keyExists: this.#exists(condition.key), data: data ?? null })) continue;
      this.#at = `/conditions/${index}`;
      this.#refuse("registry-condition-failed", `condition ${index} does not hold; nothing was changed`);
    }
  }

  #run(command: RegistryCommand): void {
    switch (command.command) {
      case "create-key":
        return this.#createKey(command.key);
      case "delete-key":
        return this.#deleteKey(command.key, command.recursive);
      case "set-value":
        return this.#setValue(command.key, command.name, command.data);
      case "delete-value":
        return this.#deleteValue(command.key, command.name);
    }
  }

  /** ClusterRegCreateKey: with the keys above it that are missing. */
  #createKey(key: string): void {
    for (const part of wayTo(key)) {
      if (this.#exists(part)) continue;
      if (this.#objects.kindOf(part) === "no-object") {
        this.#refuse("registry-key-reserved", "the keys here are those of the cluster's objects, and this is none");
      }
      this.#store.putKey(this.#rowOf(part));
      this.#changed("keys", part);
      this.#touch(parentOf(part));
    }
  }

  /** ClusterRegDeleteKey; with `recursive` the keys below it as well. */
  #deleteKey(key: string, recursive: boolean): void {
    this.#needKey(key);
    if (this.#objects.kindOf(key) !== "free") {
      this.#refuse("registry-key-reserved", "this key goes when its object does; delete what is below it");
    }
    if (!recursive && this.#store.subkeys(folded(key)).length > 0) {
      this.#refuse("registry-key-has-subkeys", "delete them first, or ask for recursive deletion");
    }
    this.#store.deleteTree(folded(key));
    this.#changed("keys", key);
    this.#touch(parentOf(key));
  }

  #setValue(key: string, name: string, data: RegistryData): void {
    this.#needKey(key);
    const [path, leaf] = [folded(key), folded(name)];
    const before = this.#store.value(path, leaf);
    if (before !== null && JSON.stringify(before.data) === JSON.stringify(data)) return;
    this.#store.putValue({ path, leaf, name, data, bytes: bytesOf(data), revision: this.#revision });
    this.#changed("values", key);
    this.#touch(key);
  }

  #deleteValue(key: string, name: string): void {
    this.#needKey(key);
    if (this.#store.value(folded(key), folded(name)) === null) {
      this.#refuse("registry-value-not-found", "names are compared without regard to case");
    }
    this.#store.deleteValue(folded(key), folded(name));
    this.#changed("values", key);
    this.#touch(key);
  }

  #needKey(key: string): void {
    if (!this.#exists(key)) this.#refuse("registry-key-not-found", "create the key first");
  }

  #exists(key: string): boolean {
    return keyExists(this.#store, this.#objects, key);
  }

  #touch(key: string): void {
    this.#store.putKey(this.#rowOf(key));
  }

  #rowOf(key: string): KeyRow {
    return {
      path: folded(key),
      parent: folded(parentOf(key)),
      name: leafOf(key),
      writtenAt: this.#now,
      revision: this.#revision,
    };
  }

  #changed(what: "keys" | "values", key: string): void {
    if (what === "keys") this.#keys += 1;
    else this.#values += 1;
    this.#touched.push(key);
  }

  #checkLimits(): void {
    const { keys, values, bytes } = this.#store.totals();
    const { registryKeys, registryValues, registryBytes } = protocolLimits;
    if (keys <= registryKeys && values <= registryValues && bytes <= registryBytes) return;
    const detail = `it holds ${registryKeys} keys, ${registryValues} values and ${registryBytes} bytes of values at most`;
    this.#refuse("registry-full", detail);
  }

  #refuse(code: ProblemCode, detail: string): never {
    throw new RegistryRefused(code, detail, this.#at);
  }
}
