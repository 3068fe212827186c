import type { Family, Route } from "./route.ts";
import { controlRoutes } from "./routes/control.ts";
import { networkRoutes } from "./routes/networks.ts";
import { objectEnumRoutes } from "./routes/object-enums.ts";
import { propertyRoutes } from "./routes/properties.ts";
import { quorumRoutes } from "./routes/quorum.ts";
import { resourceTypeRoutes } from "./routes/resource-types.ts";
import { aboutRoutes } from "./routes/about.ts";
import { clusterRoutes } from "./routes/clusters.ts";
import { enumerateRoutes } from "./routes/enumerate.ts";
import { eventRoutes } from "./routes/events.ts";
import { explainRoutes } from "./routes/explain.ts";
import { groupRoutes } from "./routes/groups.ts";
import { nodeRoutes } from "./routes/nodes.ts";
import { operationRoutes } from "./routes/operations.ts";
import { resourceDependencyRoutes } from "./routes/resource-dependencies.ts";
import { resourceOwnerRoutes } from "./routes/resource-owners.ts";
import { resourceRoutes } from "./routes/resources.ts";
import { notifyRoutes } from "./routes/notify.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { registryRoutes } from "./routes/registry.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { virtualServerRoutes } from "./routes/virtual-servers.ts";
import { webhookRoutes } from "./routes/webhooks.ts";

/** Everything that the API answers to, in one table. */
export const families: readonly Family[] = [
  { name: "clusters", what: "A cluster is applied as a whole, and told as a whole.", routes: clusterRoutes },
  { name: "tokens", what: "Who may do what with one cluster.", routes: tokenRoutes },
  { name: "nodes", what: "The hosts of a cluster, and the sessions of their agents.", routes: nodeRoutes },
  { name: "groups", what: "What fails over as one.", routes: groupRoutes },
  {
    name: "resources",
    what: "The parts of a group, and what they stand on.",
    routes: [...resourceRoutes, ...resourceOwnerRoutes, ...resourceDependencyRoutes],
  },
  {
    name: "virtual-servers",
    what: "A group as the network sees it: who may speak for it, from which address, and where it is.",
    routes: virtualServerRoutes,
  },
  {
    name: "resource-types",
    what: "What a resource can be: built-in types, and the cluster's own.",
    routes: resourceTypeRoutes,
  },
  { name: "networks", what: "Networks, and where nodes meet them.", routes: networkRoutes },
  { name: "quorum", what: "Who arbitrates, who could witness, and who asks.", routes: quorumRoutes },
  { name: "object-enums", what: "The names of what belongs to one object.", routes: objectEnumRoutes },
  { name: "properties", what: "The properties of MSCS, with types, ranges and defaults.", routes: propertyRoutes },
  { name: "control", what: "Control codes, as programs for the cluster API ask them.", routes: controlRoutes },
  { name: "explain", what: "Why it is so, and what would be if.", routes: explainRoutes },
  { name: "operations", what: "What was asked for and takes time.", routes: operationRoutes },
  { name: "events", what: "The journal: what happened, in order.", routes: eventRoutes },
  { name: "webhooks", what: "The journal, delivered and signed.", routes: webhookRoutes },
  { name: "enumerate", what: "The names of everything.", routes: enumerateRoutes },
  { name: "registry", what: "Keys and values that applications of the cluster share.", routes: registryRoutes },
  { name: "notify", what: "Who wants to be told of which changes.", routes: notifyRoutes },
  { name: "metrics", what: "Figures for Prometheus.", routes: metricsRoutes },
  { name: "about", what: "What runs here. It takes no token.", routes: aboutRoutes },
];

export const routes: readonly Route[] = families.flatMap((family) => family.routes);
