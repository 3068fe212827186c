import type { Properties } from "../definition/definition.ts";
import { dwordMax, dwordOf } from "../properties/properties.ts";
import { commonResourceProperties, resourceTypes } from "../properties/property-tables.ts";

/** How long things take that are done with a resource: the common properties of MSCS, in milliseconds. */

type Timed = { readonly properties: Properties };

/** What MSCS says of a type that says nothing itself; the largest DWORD of a resource means this. */
const typeDefaults = { looksAliveMs: 5_000, isAliveMs: 60_000 } as const;

/** A pending call whose checkpoint rises may take this many PendingTimeouts in all. */
export const mostPendingTimeouts = 10;

export function looksAliveEveryMs({ properties }: Timed): number {
  const own = common(properties, "LooksAlivePollInterval");
  return own === dwordMax ? typeDefaults.looksAliveMs : own;
}

export function isAliveEveryMs({ properties }: Timed): number {
  const own = common(properties, "IsAlivePollInterval");
  return own === dwordMax ? typeDefaults.isAliveMs : own;
}

/** How long a poll may be without an answer before the resource counts as deadlocked (event 1230). */
export function deadlockTimeoutMs({ properties }: Timed): number {
  return common(properties, "DeadlockTimeout");
}

/** How long an online or an offline may take without telling of progress. */
export function pendingTimeoutMs({ properties }: Timed): number {
  return common(properties, "PendingTimeout");
}

/** How long open connections of an address may still take when its group leaves the node; 0 for what is no address. */
export function drainTimeoutMs({ type, properties }: Timed & { readonly type: string }): number {
  const addressRules = resourceTypes["IP Address"];
  return type === "IP Address" && addressRules !== undefined ? dwordOf(properties, addressRules, "DrainTimeout") : 0;
}

/** How long a group may drain before anything of it is taken offline: the longest of its addresses. */
export function longestDrainMs(resources: Readonly<Record<string, Timed & { readonly type: string }>>): number {
  return Math.max(0, ...Object.values(resources).map(drainTimeoutMs));
}

/** How long a failed resource rests before it is tried again. */
export function restartDelayMs({ properties }: Timed): number {
  return common(properties, "RestartDelay");
}

function common(properties: Timed["properties"], name: string): number {
  return dwordOf(properties, commonResourceProperties, name);
}
