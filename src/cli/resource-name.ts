import type { ResourceStateAnswer } from "../protocol/objects.ts";
import type { Context } from "./context.ts";
import { CliError, usageError } from "./errors.ts";

/** The resource of this name, of whichever group: two groups may have one each, and then the group has to be said. */
export async function findResource(
  { ask, cluster }: Context,
  name: string,
  group?: string,
): Promise<ResourceStateAnswer> {
  const inCluster = await cluster();
  const { resources } = await ask((client) => client.listResources(inCluster));
  const of = resources.filter(
    (resource) => resource.name === name && (group === undefined || resource.group === group),
  );
  const [only, another] = of;
  if (only === undefined) {
    const where = group === undefined ? "" : ` in group ${group}`;
    throw new CliError("resource-not-found", `There is no resource ${name}${where}. See: bridgehead resource list`);
  }
  if (another === undefined) return only;
  throw usageError(
    `${of.map((one) => one.group).join(" and ")} have a resource ${name} each: say which, with --group.`,
  );
}
