import { butForCase } from "../cluster/refusals.ts";
import { nameKey } from "../protocol/names.ts";
import type { Ask } from "./api.ts";
import { CliError, exitCodes } from "./errors.ts";
import { hints } from "./hints.ts";
import { entriesBefore } from "./journal-filter.ts";

/** What was named is not among what the cluster has. */
export function isNotThere(
  kind: "group" | "node",
  name: string,
  known: Readonly<Record<string, unknown>>,
  cluster: string,
): CliError {
  const code = `${kind}-not-found` as const;
  const title = `There is no ${kind} ${name} in cluster ${cluster}${butForCase(Object.keys(known), name)}`;
  return new CliError(code, title, exitCodes.failed, { hint: hints[code] });
}

/**
 * For a question that found nothing: was it asked about something that there is, or that the journal still tells of? Rejects with
 * `CliError` that names what was meant, if that can be guessed.
 */
export async function mustBeKnown(
  ask: Ask,
  cluster: string,
  about: { readonly group?: string | undefined; readonly node?: string | undefined },
): Promise<void> {
  const { groups, nodes, lastEvent } = await ask((client) => client.getCluster(cluster));
  const asked = [
    ["group", about.group, Object.keys(groups)],
    ["node", about.node, Object.keys(nodes)],
  ] as const;
  for (const [kind, name, names] of asked) {
    if (name === undefined || names.includes(name)) continue;
    const { events } = await entriesBefore(ask, cluster, { [kind]: name }, lastEvent, 1);
    if (events.length > 0) continue;
    const meant = names.find((one) => nameKey(one) === nameKey(name));
    throw new CliError(`${kind}-not-found`, `Cluster ${cluster} has no ${kind} ${name}`, exitCodes.failed, {
      detail: "and the journal does not tell of one",
      hint: meant === undefined ? `It has: ${names.join(", ") || "none"}.` : `Is ${meant} meant?`,
    });
  }
}
