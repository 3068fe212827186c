import type { SeenAssociation } from "../../cluster/state.ts";
import type { GroupState, NodeState, ResourceView } from "../../cluster/questions/view.ts";
import { badge, type Sign } from "./dom.ts";

const signOfNode: Record<NodeState, Sign> = {
  Up: "good",
  Down: "bad",
  Paused: "off",
  Joining: "moving",
  Unknown: "unknown",
};

const signOfGroup: Record<GroupState | ResourceView["state"], Sign> = {
  Online: "good",
  Offline: "off",
  Failed: "bad",
  PartialOnline: "warning",
  Pending: "moving",
  OnlinePending: "moving",
  OfflinePending: "moving",
  Unknown: "unknown",
};

const signOfAssociation: Record<SeenAssociation["state"], Sign> = {
  open: "good",
  accepted: "good",
  refused: "bad",
  deferred: "moving",
  closed: "off",
};

export function nodeBadge(state: NodeState): HTMLElement {
  return badge(signOfNode[state], state);
}

export function groupBadge(state: GroupState | ResourceView["state"]): HTMLElement {
  return badge(signOfGroup[state], state);
}

export function associationBadge(state: SeenAssociation["state"]): HTMLElement {
  return badge(signOfAssociation[state], state);
}
