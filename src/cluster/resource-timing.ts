import { lookup, type PropertyValue } from "./definition.ts";
import {
  commonResourceProperties,
  dwordOf,
  pollIntervals,
  defaultPollIntervals,
  type PollIntervals,
} from "./properties.ts";

/** How long things take that are done with a resource: the common properties of MSCS, in milliseconds. */

type Timed = { readonly type: string; readonly properties: Readonly<Record<string, PropertyValue>> };

/** The largest DWORD means: as the resource type says. */
const asItsType = 0xffff_ffff;

/** A pending call whose checkpoint rises may take this many PendingTimeouts in all. */
export const mostPendingTimeouts = 10;

export function looksAliveEveryMs({ type, properties }: Timed): number {
  const own = common(properties, "LooksAlivePollInterval");
  return own === asItsType ? intervalsOf(type).looksAliveMs : own;
}

export function isAliveEveryMs({ type, properties }: Timed): number {
  const own = common(properties, "IsAlivePollInterval");
  return own === asItsType ? intervalsOf(type).isAliveMs : own;
}

/** How long a poll may be without an answer before the resource counts as deadlocked (event 1230). */
export function deadlockTimeoutMs({ properties }: Pick<Timed, "properties">): number {
  return common(properties, "DeadlockTimeout");
}

/** How long an online or an offline may take without telling of progress. */
export function pendingTimeoutMs({ properties }: Pick<Timed, "properties">): number {
  return common(properties, "PendingTimeout");
}

/** How long a failed resource rests before it is tried again. */
export function restartDelayMs({ properties }: Pick<Timed, "properties">): number {
  return common(properties, "RestartDelay");
}

function intervalsOf(type: string): PollIntervals {
  return lookup(pollIntervals, type) ?? defaultPollIntervals;
}

function common(properties: Timed["properties"], name: string): number {
  return dwordOf(properties, commonResourceProperties, name);
}
