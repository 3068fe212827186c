import type { ClusterView, GroupView } from "../cluster/view.ts";
import type { WebhookView } from "../protocol/webhooks.ts";
import type { Row } from "./output.ts";

/** The parts of a cluster's state as rows of a table. */
export function nodeRows({ nodes, groups }: ClusterView): Row[] {
  return Object.entries(nodes).map(([node, { state, address, leaseRemainingMs, reason }]) => ({
    node,
    state,
    address,
    "lease left": leaseRemainingMs === null ? null : `${Math.round(leaseRemainingMs)} ms`,
    owns: Object.entries(groups)
      .filter(([, { owner }]) => owner === node)
      .map(([name]) => name)
      .join(", "),
    why: reason,
  }));
}

export function groupRows({ groups }: ClusterView): Row[] {
  return Object.entries(groups).map(([group, { state, owner, epoch, address, networkName, draining }]) => ({
    group,
    state,
    owner,
    epoch,
    address,
    name: networkName,
    note: draining === null ? null : `${draining.because}${draining.target === null ? "" : ` to ${draining.target}`}`,
  }));
}

/** All that there is to say of one group, but its resources. */
export function groupFacts(group: GroupView & { readonly name: string }): Record<string, string | number | null> {
  const { draining, waiting, scheduled, givenUpUntil } = group;
  const moment = (at: number): string => new Date(at).toISOString();
  return {
    group: group.name,
    state: group.state,
    wanted: group.wanted,
    owner: group.owner ?? "nobody",
    epoch: group.epoch,
    address: group.address,
    "network name": group.networkName,
    prefers: group.preferredOwners.join(", "),
    "on its way":
      draining === null ? null : `${draining.because}${draining.target === null ? "" : `, to ${draining.target}`}`,
    "waits for":
      waiting === null ? null : waiting.for.join(", ") || `its GroupStartDelay, until ${moment(waiting.until ?? 0)}`,
    "shall move": scheduled === null ? null : `at ${moment(scheduled.at)} to ${scheduled.target ?? "the best node"}`,
    failback: group.failbackDue ? "a more preferred owner was not there" : null,
    "given up until": givenUpUntil === null ? null : givenUpUntil === 0 ? "told otherwise" : moment(givenUpUntil),
  };
}

export function groupResourceRows({ resources }: GroupView): Row[] {
  return Object.entries(resources).map(([resource, { type, state, wanted, problem }]) => ({
    resource,
    type,
    state,
    wanted,
    problem: problem === null ? null : `${problem.code}: ${problem.message}`,
  }));
}

export function resourceRows({ groups }: ClusterView): Row[] {
  return Object.entries(groups).flatMap(([group, { resources }]) =>
    Object.entries(resources).map(([resource, { type, state, problem }]) => ({
      resource,
      group,
      type,
      state,
      problem: problem === null ? null : `${problem.code}: ${problem.message}`,
    })),
  );
}

export function webhookRows(webhooks: readonly WebhookView[]): Row[] {
  return webhooks.map(({ id, state, behind, url, lastError, disabledReason }) => ({
    webhook: id,
    state,
    behind,
    url,
    why: disabledReason ?? (lastError === null ? null : [lastError.code, lastError.status].filter(Boolean).join(" ")),
  }));
}
