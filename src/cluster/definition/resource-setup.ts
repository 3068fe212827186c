import { lookup } from "./definition.ts";
import type { AssignedResource } from "../messages.ts";
import { commonResourceProperties } from "../properties/property-tables.ts";

/**
 * What a driver has set up: its type, what it stands on and its own properties. How often it is polled and how long it may
 * take is nobody's outage, and neither is the number of the try.
 */
type Setup = Pick<AssignedResource, "type" | "dependsOn" | "properties">;

export function sameSetup(a: Setup, b: Setup): boolean {
  // Most often both are of one assignment, and it is asked for each resource in every step.
  if (a.type === b.type && a.dependsOn === b.dependsOn && a.properties === b.properties) return true;
  return setupOf(a) === setupOf(b);
}

/** Private ones that only say how long something may take. */
const times: ReadonlySet<string> = new Set(["DrainTimeout"]);

function setupOf({ type, dependsOn, properties }: Setup): string {
  const isOwn = (name: string): boolean => lookup(commonResourceProperties, name) === undefined && !times.has(name);
  const own = Object.entries(properties).filter(([name]) => isOwn(name));
  return JSON.stringify([type, dependsOn, own.toSorted()]);
}
