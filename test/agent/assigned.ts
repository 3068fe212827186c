import type { AssignedResource } from "../../src/cluster/messages.ts";

/** A resource that shall be online, and has never failed. */
export const assigned = (type: string, properties: AssignedResource["properties"] = {}): AssignedResource => ({
  type,
  dependsOn: [],
  properties,
  wanted: "Online",
  attempt: 0,
  fails: 0,
  restarts: 0,
});
