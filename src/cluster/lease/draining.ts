import type { ClusterDefinition, GroupDefinition } from "../definition/definition.ts";
import { pendingBudgetMs } from "../policies/resources.ts";

/** How many more grants may cover a group that is taken offline: its pending budget, counted in renewals (LEASE rule 3). */
export function drainGrants(definition: ClusterDefinition, group: GroupDefinition): number {
  return Math.max(1, Math.ceil(pendingBudgetMs(definition, group) / definition.lease.renewMs));
}
