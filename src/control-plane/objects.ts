import { nameKey } from "../protocol/names.ts";
import type { ClusterObject } from "./cluster-object.ts";
import type { DirectoryObject } from "./directory-object.ts";
import type { Env } from "./env.ts";

/** Making a stub creates nothing; speaking to it does. */
export function directory(env: Env): DurableObjectStub<DirectoryObject> {
  return env.DIRECTORY.getByName("directory");
}

/** @param locationHint where the object shall live; heeded by the first call ever, at the edge */
export function clusterStub(
  env: Env,
  name: string,
  locationHint: DurableObjectLocationHint | null = null,
): DurableObjectStub<ClusterObject> {
  return locationHint === null
    ? env.CLUSTER.getByName(nameKey(name))
    : env.CLUSTER.getByName(nameKey(name), { locationHint });
}

/**
 * Clusters that were found in the directory before. One that has been destroyed since is still spoken to by some, and answers
 * that it is not there: its object outlives it.
 */
const found = new Map<string, number>();
const foundAtMost = 1_000;
/** How long what was found counts, in milliseconds: a cluster that is gone is not asked for much longer. */
const foundMs = 60_000;

/** It is being destroyed: the directory is asked again. */
export function forgetFound(name: string): void {
  found.delete(nameKey(name));
}

/** Asks the directory, once per cluster and instance of the Worker: it must not be the bottleneck of all of them. */
export async function clusterExists(env: Env, name: string): Promise<boolean> {
  const key = nameKey(name);
  if (Date.now() - (found.get(key) ?? 0) < foundMs) return true;
  if (!(await directory(env).has(key))) return false;
  if (found.size >= foundAtMost) found.clear();
  found.set(key, Date.now());
  return true;
}
