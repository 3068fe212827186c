import * as tables from "../../src/cluster/properties/property-tables.ts";

/** The name of each property of MSCS that something here has. */
export const propertyNames: readonly string[] = [
  tables.clusterProperties,
  tables.nodeProperties,
  tables.networkProperties,
  tables.netInterfaceProperties,
  tables.groupProperties,
  tables.commonResourceProperties,
  tables.resourceTypeProperties,
  ...Object.values(tables.resourceTypes),
].flatMap((rules) => Object.keys(rules));
