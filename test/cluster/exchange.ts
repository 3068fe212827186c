import { expect } from "vitest";
import { clusterOf, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

/** Two nodes, and one virtual server, which prefers the first of them. */
export const exchange = clusterOf({ Exchange: virtualServer(100) });

/** All nodes of the definition are up, and the first one owns `Exchange`, under its first epoch. */
export function exchangeOnNode1(definition = exchange): Cluster {
  const cluster = new Cluster(definition);
  cluster.up(...Object.keys(definition.nodes));
  expect(cluster.owner("Exchange")).toBe("NODE1#1");
  return cluster;
}
