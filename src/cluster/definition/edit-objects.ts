import { type ClusterDefinition, type GroupDefinition, lookup } from "./definition.ts";
import { done, type Edited, mapValues, noSuch, without } from "./edited.ts";

export function removeNode(definition: ClusterDefinition, node: string): Edited {
  if (lookup(definition.nodes, node) === undefined) return noSuch("node-not-found", "node", node);
  const groups: Record<string, GroupDefinition> = {};
  for (const [name, group] of Object.entries(definition.groups)) {
    for (const [resource, { possibleOwners }] of Object.entries(group.resources)) {
      // Without a name left, every node would be a possible owner: the opposite of what was said.
      if (possibleOwners.length === 1 && possibleOwners[0] === node) {
        const detail = `node ${node} is the only possible owner of resource ${resource} of group ${name}; give it another one first`;
        return { ok: false, code: "last-possible-owner", detail };
      }
    }
    groups[name] = {
      ...group,
      preferredOwners: group.preferredOwners.filter((other) => other !== node),
      resources: mapValues(group.resources, (resource) => ({
        ...resource,
        possibleOwners: resource.possibleOwners.filter((other) => other !== node),
      })),
    };
  }
  return done({ ...definition, nodes: without(definition.nodes, node), groups });
}

export function removeNetwork(definition: ClusterDefinition, network: string): Edited {
  if (lookup(definition.networks, network) === undefined) return noSuch("network-not-found", "network", network);
  for (const [name, group] of Object.entries(definition.groups)) {
    const user = Object.entries(group.resources).find(
      ([, { properties }]) => lookup(properties, "Network") === network,
    );
    if (user === undefined) continue;
    return {
      ok: false,
      code: "network-in-use",
      detail: `resource ${user[0]} of group ${name} is on network ${network}`,
    };
  }
  return done({ ...definition, networks: without(definition.networks, network) });
}

export function orderNetworks(definition: ClusterDefinition, names: readonly string[]): Edited {
  const missing = names.find((name) => lookup(definition.networks, name) === undefined);
  if (missing !== undefined) return noSuch("network-not-found", "network", missing);
  const order = [...new Set([...names, ...Object.keys(definition.networks)])];
  const networks = order.flatMap((name) => {
    const network = lookup(definition.networks, name);
    return network === undefined ? [] : [[name, network] as const];
  });
  return done({ ...definition, networks: Object.fromEntries(networks) });
}

export function removeResourceType(definition: ClusterDefinition, type: string): Edited {
  if (lookup(definition.resourceTypes, type) === undefined) {
    return noSuch("resource-type-not-found", "resource type of this cluster's own", type);
  }
  const user = Object.entries(definition.groups).find(([, { resources }]) =>
    Object.values(resources).some((resource) => resource.type === type),
  );
  if (user !== undefined) {
    return { ok: false, code: "resource-type-in-use", detail: `group ${user[0]} has a resource of type ${type}` };
  }
  return done({ ...definition, resourceTypes: without(definition.resourceTypes, type) });
}
