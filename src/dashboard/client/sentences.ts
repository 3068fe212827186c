import type { ClusterView, GroupView } from "../../cluster/questions/view.ts";

/** How a person would say it. `known` is false when what the page holds is too old to be said of now. */

export function headline({ groups, nodes }: Pick<ClusterView, "groups" | "nodes">, known: boolean): string {
  const sentenceOf = (name: string, group: GroupView): string =>
    sentenceOfGroup(name, group, known) + (known ? sentenceOfSilence(group, nodes) : "");
  const all = Object.entries(groups);
  const [only] = all;
  if (only === undefined) return "This cluster has no groups.";
  if (all.length === 1) return sentenceOf(...only);
  if (!known) return `The owners of ${all.length} groups are Unknown.`;
  const amiss = all.filter(([, group]) => isAmiss(group, nodes));
  if (amiss.length === 0) return `${all.length === 2 ? "Both" : `All ${all.length}`} groups are as they should be.`;
  const named = amiss.slice(0, namedAtMost).map(([name, group]) => sentenceOf(name, group));
  const rest = amiss.length > named.length ? [`So with ${amiss.length - named.length} more.`] : [];
  const verb = amiss.length === 1 ? "is not as it" : "are not as they";
  return [`${amiss.length} of ${all.length} groups ${verb} should be.`, ...named, ...rest].join(" ");
}

const namedAtMost = 3;

/** Whether everything is as it is wanted, and every node is there. */
export function isAsItShouldBe({ groups, nodes }: Pick<ClusterView, "groups" | "nodes">): boolean {
  const isGone = Object.values(nodes).some(({ state }) => state !== "Up");
  return !isGone && !Object.values(groups).some((group) => isAmiss(group, nodes));
}

function isAmiss(group: GroupView, nodes: ClusterView["nodes"]): boolean {
  return group.state !== group.wanted || sentenceOfSilence(group, nodes) !== "";
}

export function sentenceOfGroup(name: string, group: GroupView, known: boolean): string {
  const what = nameOf(name, group);
  const { epoch, lastOwner } = group;
  const last = lastOwner === null ? "" : ` It was last on ${lastOwner}.`;
  if (!known) return `The owner of ${what} is Unknown, epoch ${epoch} or later.${last}`;
  if (group.owner === null) return `${what} is on no node, epoch ${epoch}.`;
  if (group.state === "Unknown") {
    return `The owner of ${what} is Unknown, epoch ${epoch}: ${lastOwner ?? "it"} has been silent for longer than its lease.`;
  }
  return `${what} ${verbOf(group)} ${group.owner}${whither(group)}, epoch ${epoch}.`;
}

/** Between the loss of an owner and the end of its lease it is the owner still, and nobody else may be. */
function sentenceOfSilence({ owner }: GroupView, nodes: ClusterView["nodes"]): string {
  return owner !== null && nodes[owner]?.state === "Down" ? ` ${owner} is gone, and its lease runs out.` : "";
}

export function nameOf(name: string, { networkName, address }: GroupView): string {
  if (address === null) return networkName ?? name;
  return `${networkName ?? name} (${address})`;
}

function verbOf({ state, draining, wanted }: GroupView): string {
  if (draining !== null) return "is leaving";
  switch (state) {
    case "Online":
    case "Unknown":
      return "is on";
    case "Failed":
      return "has failed on";
    case "Offline":
      return "is offline on";
    case "PartialOnline":
      return "is partly online on";
    case "Pending":
      return wanted === "Online" ? "is coming up on" : "is going down on";
  }
}

function whither({ draining }: GroupView): string {
  return draining?.target == null ? "" : ` for ${draining.target}`;
}

/** What stands in a group's way, or is to come, as the cluster knows it. @param time how a moment (epoch ms) is told */
export function outlookOf(group: GroupView, time: (at: number) => string): string[] {
  const { draining, waiting, scheduled, givenUpUntil, failbackDue } = group;
  const said: string[] = [];
  if (draining !== null) {
    const whither = draining.target === null ? "" : `, to go to ${draining.target}`;
    said.push(`Being taken offline here (${draining.because})${whither}.`);
  }
  if (waiting !== null && waiting.for.length > 0) said.push(`It waits for ${waiting.for.join(", ")}.`);
  if (waiting !== null && waiting.until !== null) said.push(`It starts at ${time(waiting.until)}.`);
  if (scheduled !== null) said.push(`It moves to ${scheduled.target ?? "the best node"} at ${time(scheduled.at)}.`);
  if (givenUpUntil !== null) {
    const again = givenUpUntil === 0 ? "somebody has to bring it online" : `it is tried again at ${time(givenUpUntil)}`;
    said.push(`It has failed too often: ${again}.`);
  }
  if (failbackDue) said.push("It goes back to a node that it prefers, as its failback says.");
  return said;
}
