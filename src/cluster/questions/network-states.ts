import type { ClusterDefinition } from "../definition/definition.ts";
import { netInterfacesOf } from "../definition/net-interfaces.ts";
import type { ClusterView, NodeState } from "./view.ts";

/** CLUSTER_NETINTERFACE_STATE and CLUSTER_NETWORK_STATE by name, those that the control plane can know of. */
export type NetInterfaceState = "Unknown" | "Unavailable" | "Unreachable" | "Up";
export type NetworkState = "Unavailable" | "Down" | "Up";

/**
 * What is known here of a network interface is whether its node's agent is heard: over which way it comes nobody can see, so
 * `Failed` and `Partitioned` are never said.
 */
const stateOfNode: Readonly<Record<NodeState, NetInterfaceState>> = {
  Up: "Up",
  Paused: "Up",
  Joining: "Unreachable",
  Unknown: "Unknown",
  Down: "Unavailable",
};

export type NetInterfaceView = {
  readonly name: string;
  readonly node: string;
  readonly network: string;
  readonly address: string;
  readonly state: NetInterfaceState;
};

export function netInterfaceViews(definition: ClusterDefinition, view: ClusterView): NetInterfaceView[] {
  return netInterfacesOf(definition).map((one) => {
    const node = Object.hasOwn(view.nodes, one.node) ? view.nodes[one.node] : undefined;
    return { ...one, state: node === undefined ? "Unknown" : stateOfNode[node.state] };
  });
}

/** Up while any interface is; unavailable when no node is there that could tell. */
export function networkStateOf(interfaces: readonly NetInterfaceView[]): NetworkState {
  if (interfaces.some(({ state }) => state === "Up")) return "Up";
  return interfaces.every(({ state }) => state === "Unavailable") ? "Unavailable" : "Down";
}
