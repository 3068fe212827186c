import type { Family, Route } from "./route.ts";
import { aboutRoutes } from "./routes/about.ts";
import { clusterRoutes } from "./routes/clusters.ts";
import { eventRoutes } from "./routes/events.ts";
import { groupRoutes } from "./routes/groups.ts";
import { nodeRoutes } from "./routes/nodes.ts";
import { tokenRoutes } from "./routes/tokens.ts";

/** Everything that the API answers to, in one table. */
export const families: readonly Family[] = [
  { name: "clusters", what: "A cluster is applied as a whole, and told as a whole.", routes: clusterRoutes },
  { name: "tokens", what: "Who may do what with one cluster.", routes: tokenRoutes },
  { name: "nodes", what: "The hosts of a cluster, and the sessions of their agents.", routes: nodeRoutes },
  { name: "groups", what: "What fails over as one, and from which address it speaks.", routes: groupRoutes },
  { name: "events", what: "The journal: what happened, in order.", routes: eventRoutes },
  { name: "about", what: "What runs here. It takes no token.", routes: aboutRoutes },
];

export const routes: readonly Route[] = families.flatMap((family) => family.routes);
