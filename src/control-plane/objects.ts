import { locationHints } from "../protocol/http.ts";
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
  return env.CLUSTER.getByName(nameKey(name), locationHint === null ? {} : { locationHint });
}

/** `?locationHint=` of the request that creates a cluster; what is not a place is nobody's mistake worth a refusal. */
export function locationHintOf(request: Request): DurableObjectLocationHint | null {
  const asked = new URL(request.url).searchParams.get("locationHint");
  return locationHints.find((hint) => hint === asked) ?? null;
}

/** Clusters that were found in the directory before. Nothing takes one out of it, so what was true stays true. */
const found = new Set<string>();
const foundAtMost = 1_000;

/** Asks the directory, once per cluster and instance of the Worker: it must not be the bottleneck of all of them. */
export async function clusterExists(env: Env, name: string): Promise<boolean> {
  const key = nameKey(name);
  if (found.has(key)) return true;
  if (!(await directory(env).has(key))) return false;
  if (found.size >= foundAtMost) found.clear();
  found.add(key);
  return true;
}
