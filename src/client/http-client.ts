import { clusterMethods } from "./methods/clusters.ts";
import { explainMethods } from "./methods/explain.ts";
import { groupMethods } from "./methods/groups.ts";
import { journalMethods } from "./methods/journal.ts";
import { networkMethods } from "./methods/networks.ts";
import { nodeMethods } from "./methods/nodes.ts";
import { notifyMethods } from "./methods/notify.ts";
import { objectEnumMethods } from "./methods/object-enums.ts";
import { operationMethods } from "./methods/operations.ts";
import { propertyMethods } from "./methods/properties.ts";
import { registryMethods } from "./methods/registry.ts";
import { resourceTypeMethods } from "./methods/resource-types.ts";
import { resourceMethods } from "./methods/resources.ts";
import { tokenMethods } from "./methods/tokens.ts";
import { virtualServerMethods } from "./methods/virtual-servers.ts";
import { webhookMethods } from "./methods/webhooks.ts";
import { type ClientOptions, createTransport } from "./transport.ts";

export type Client = ReturnType<typeof createClient>;

/** The cluster API, typed. Every method resolves; a refusal and a missing answer are values. */
export function createClient(options: ClientOptions) {
  const transport = createTransport(options);
  return {
    ...clusterMethods(transport),
    ...tokenMethods(transport),
    ...nodeMethods(transport),
    ...groupMethods(transport),
    ...resourceMethods(transport),
    ...virtualServerMethods(transport),
    ...resourceTypeMethods(transport),
    ...networkMethods(transport),
    ...objectEnumMethods(transport),
    ...propertyMethods(transport),
    ...explainMethods(transport),
    ...operationMethods(transport),
    ...journalMethods(transport),
    ...webhookMethods(transport),
    ...registryMethods(transport),
    ...notifyMethods(transport),
  };
}
