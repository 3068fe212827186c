import type { ClusterView } from "../cluster/view.ts";
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
