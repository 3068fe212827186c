import { type ClusterDefinition, type GroupDefinition, servedResources } from "../definition/definition.ts";
import { longestDrainMs } from "../policies/resource-timing.ts";
import { pendingBudgetMs } from "../policies/resources.ts";

/**
 * How many more grants may cover a group that is taken offline: its pending budget, and before that the time in which its open
 * connections may finish, counted in renewals (LEASE rule 3).
 */
export function drainGrants(definition: ClusterDefinition, group: GroupDefinition): number {
  const drainMs = longestDrainMs(servedResources(definition, group));
  return Math.max(1, Math.ceil((drainMs + pendingBudgetMs(definition, group)) / definition.lease.renewMs));
}
