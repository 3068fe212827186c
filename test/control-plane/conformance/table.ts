import { about } from "./about.ts";
import { clusters } from "./clusters.ts";
import { control } from "./control.ts";
import { enumerate } from "./enumerate.ts";
import { events } from "./events.ts";
import { explain } from "./explain.ts";
import { groups } from "./groups.ts";
import { metrics } from "./metrics.ts";
import { networks } from "./networks.ts";
import { nodes } from "./nodes.ts";
import { notify } from "./notify.ts";
import { objectEnums } from "./object-enums.ts";
import { operations } from "./operations.ts";
import { properties } from "./properties.ts";
import { quorum } from "./quorum.ts";
import { registry } from "./registry.ts";
import { resourceTypes } from "./resource-types.ts";
import { resources } from "./resources.ts";
import type { Conformance } from "./row.ts";
import { tokens } from "./tokens.ts";
import { virtualServers } from "./virtual-servers.ts";
import { webhooks } from "./webhooks.ts";

/** By the names of the families of routes. */
export const conformance: Readonly<Record<string, Conformance>> = {
  clusters,
  tokens,
  nodes,
  groups,
  resources,
  "virtual-servers": virtualServers,
  "resource-types": resourceTypes,
  networks,
  quorum,
  "object-enums": objectEnums,
  properties,
  control,
  explain,
  operations,
  events,
  webhooks,
  enumerate,
  registry,
  notify,
  metrics,
  about,
};
