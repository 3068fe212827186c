import type { DeferReason, DenyReason } from "../../../cluster/questions/verdict.ts";

const sentences: Readonly<Record<DeferReason | DenyReason, string>> = {
  standby: "Another node owns the group. The mail waits, or that node sends it.",
  unowned: "No node owns the group, so nobody may speak from its address.",
  "in-transition": "The group is on its way to or from this node, or its resources are not all up.",
  "address-not-online": "The group's IP Address or Network Name is not online on this node.",
  starting: "The control plane has started a moment ago and promises nothing yet.",
  unknown: "The owner has not renewed for longer than its lease: nobody can say.",
  "fuse-blown": "The lease of this node is over by its own clock.",
  unreachable: "The agent could not be reached, or did not answer in time.",
  "no-such-group": "The cluster has no such group.",
  "no-such-node": "The cluster has no such node.",
  "not-a-virtual-server": "The group has no IP Address or no Network Name, so nobody can speak for it.",
  "not-a-possible-owner": "The node is not among the group's possible owners.",
  "not-your-node": "This token is for another node.",
};

export function whyOf(reason: DeferReason | DenyReason): string {
  return sentences[reason];
}
