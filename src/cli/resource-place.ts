import type { ResourceStateAnswer } from "../protocol/objects.ts";
import type { Place } from "./change.ts";
import { CliError, exitCodes, usageError } from "./errors.ts";
import { hints } from "./hints.ts";

/**
 * Finds a resource by its name alone: that of its group is needed only where two groups have one of that name. Rejects with
 * `CliError`, which then names the groups.
 */
export async function findResource(
  { ask, cluster }: Place,
  name: string,
  group: string | undefined,
): Promise<ResourceStateAnswer> {
  if (group !== undefined) return ask((client) => client.getResource(cluster, group, name));
  const { resources } = await ask((client) => client.listResources(cluster));
  const found = resources.filter((resource) => resource.name === name);
  const [only, another] = found;
  if (only === undefined) {
    throw new CliError("resource-not-found", "There is no such resource", exitCodes.failed, {
      detail: `no group of cluster ${cluster} has a resource ${name}`,
      hint: hints["resource-not-found"],
    });
  }
  if (another === undefined) return only;
  throw usageError(`Which ${name}?`, {
    detail: `groups ${found.map((resource) => resource.group).join(" and ")} have one each`,
    hint: "Say which one with --group GROUP.",
  });
}
