import { about } from "./about.ts";
import { clusters } from "./clusters.ts";
import { enumerate } from "./enumerate.ts";
import { events } from "./events.ts";
import { explain } from "./explain.ts";
import { groups } from "./groups.ts";
import { nodes } from "./nodes.ts";
import { notify } from "./notify.ts";
import { operations } from "./operations.ts";
import { registry } from "./registry.ts";
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
  explain,
  operations,
  events,
  webhooks,
  enumerate,
  registry,
  notify,
  about,
};
