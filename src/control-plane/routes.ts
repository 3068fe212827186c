import type { Route } from "./route.ts";
import { aboutRoutes } from "./routes/about.ts";
import { clusterRoutes } from "./routes/clusters.ts";
import { eventRoutes } from "./routes/events.ts";
import { groupRoutes } from "./routes/groups.ts";
import { nodeRoutes } from "./routes/nodes.ts";
import { resourceRoutes } from "./routes/resources.ts";
import { tokenRoutes } from "./routes/tokens.ts";

/** Everything that the API answers to, in one table. */
export const routes: readonly Route[] = [
  ...clusterRoutes,
  ...tokenRoutes,
  ...nodeRoutes,
  ...groupRoutes,
  ...resourceRoutes,
  ...eventRoutes,
  ...aboutRoutes,
];
