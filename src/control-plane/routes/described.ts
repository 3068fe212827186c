import type { Described } from "../../cluster/properties/property-sets.ts";
import type { ProblemCode } from "../../protocol/problems.ts";

/** The kinds of objects that have properties and take control codes: where each is, and how it is found in a path. */
export type DescribedKind = {
  readonly kind: Described["kind"];
  /** As it stands in the ids of routes. */
  readonly id: string;
  /** Below the cluster. */
  readonly path: string;
  readonly what: string;
  readonly of: (params: Readonly<Record<string, string>>) => Described;
  readonly notFound: ProblemCode;
  /** The function of clusapi.h that takes control codes for it. */
  readonly control: string;
};

export const describedKinds: readonly DescribedKind[] = [
  {
    kind: "cluster",
    id: "Cluster",
    path: "",
    what: "the cluster",
    of: () => ({ kind: "cluster" }),
    notFound: "cluster-not-defined",
    control: "ClusterControl",
  },
  {
    kind: "node",
    id: "Node",
    path: "/nodes/{node}",
    what: "a node",
    of: ({ node = "" }) => ({ kind: "node", name: node }),
    notFound: "node-not-found",
    control: "ClusterNodeControl",
  },
  {
    kind: "group",
    id: "Group",
    path: "/groups/{group}",
    what: "a group",
    of: ({ group = "" }) => ({ kind: "group", name: group }),
    notFound: "group-not-found",
    control: "ClusterGroupControl",
  },
  {
    kind: "resource",
    id: "Resource",
    path: "/groups/{group}/resources/{resource}",
    what: "a resource",
    of: ({ group = "", resource = "" }) => ({ kind: "resource", group, name: resource }),
    notFound: "resource-not-found",
    control: "ClusterResourceControl",
  },
  {
    kind: "resource-type",
    id: "ResourceType",
    path: "/resource-types/{type}",
    what: "a resource type",
    of: ({ type = "" }) => ({ kind: "resource-type", name: type }),
    notFound: "resource-type-not-found",
    control: "ClusterResourceTypeControl",
  },
  {
    kind: "network",
    id: "Network",
    path: "/networks/{network}",
    what: "a network",
    of: ({ network = "" }) => ({ kind: "network", name: network }),
    notFound: "network-not-found",
    control: "ClusterNetworkControl",
  },
  {
    kind: "net-interface",
    id: "NetInterface",
    path: "/net-interfaces/{interface}",
    what: "a network interface",
    of: (params) => ({ kind: "net-interface", name: params["interface"] ?? "" }),
    notFound: "net-interface-not-found",
    control: "ClusterNetInterfaceControl",
  },
];
