import { about } from "./about.ts";
import { clusters } from "./clusters.ts";
import { events } from "./events.ts";
import { groups } from "./groups.ts";
import { nodes } from "./nodes.ts";
import type { Conformance } from "./row.ts";
import { tokens } from "./tokens.ts";

/** By the names of the families of routes. */
export const conformance: Readonly<Record<string, Conformance>> = { clusters, tokens, nodes, groups, events, about };
