import type { Route } from "./route.ts";
import { aboutRoutes } from "./routes/about.ts";
import { clusterRoutes } from "./routes/clusters.ts";
import { enumerateRoutes } from "./routes/enumerate.ts";
import { eventRoutes } from "./routes/events.ts";
import { groupRoutes } from "./routes/groups.ts";
import { nodeRoutes } from "./routes/nodes.ts";
import { operationRoutes } from "./routes/operations.ts";
import { resourceRoutes } from "./routes/resources.ts";
import { notifyRoutes } from "./routes/notify.ts";
import { registryRoutes } from "./routes/registry.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { virtualServerRoutes } from "./routes/virtual-servers.ts";
import { webhookRoutes } from "./routes/webhooks.ts";

/** Everything that the API answers to, in one table. */
export const routes: readonly Route[] = [
  ...clusterRoutes,
  ...tokenRoutes,
  ...nodeRoutes,
  ...groupRoutes,
  ...resourceRoutes,
  ...virtualServerRoutes,
  ...operationRoutes,
  ...eventRoutes,
  ...webhookRoutes,
  ...enumerateRoutes,
  ...registryRoutes,
  ...notifyRoutes,
  ...aboutRoutes,
];
