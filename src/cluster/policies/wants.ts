import { type ClusterDefinition, lookup } from "../definition/definition.ts";
import { everythingAbove, everythingBelow } from "../definition/dependencies.ts";
import { done, type OperatorEvent, type Outcome } from "../events.ts";
import { epochOf } from "../lease/ownership.ts";
import type { Wanted } from "../messages.ts";
import { noSuchGroup, refused } from "../refusals.ts";
import { wantedOf } from "./resources.ts";
import type { GroupRow } from "../state.ts";
import { retryGivenUp, retryResources } from "./troubles.ts";
import { journal, putGroup, type Turn } from "../turn.ts";

type Command<Type extends OperatorEvent["type"]> = Extract<OperatorEvent, { type: Type }>;

/**
 * OnlineClusterGroup and OfflineClusterGroup, for all of its resources; what is asked here is the group's PersistentState. The
 * owner stays the owner; online also retries what was given up.
 */
export function want(turn: Turn, { group: name, wanted, actor }: Command<"want">): Outcome {
  const row = turn.durable.groups.get(name);
  if (row === undefined) return noSuchGroup(turn, name);
  if (wanted === "Online") retryGivenUp(turn, row);
  const retried = turn.durable.groups.get(name) ?? row;
  const same = row.wanted === wanted && row.exceptions.length === 0;
  if (same && retried === row) return done;
  if (!same) putGroup(turn, name, { ...retried, wanted, exceptions: [] });
  journal(turn, {
    kind: "group.wanted",
    sentence: `Group ${name} shall be ${wanted.toLowerCase()}.`,
    group: name,
    epoch: epochOf(turn, row),
    actor,
  });
  return { kind: "done", changed: [`groups.${name}`] };
}

/**
 * OnlineClusterResource, with everything that it stands on; OfflineClusterResource, with everything that stands on it. Online
 * also tries again what has failed.
 */
export function wantResource(turn: Turn, definition: ClusterDefinition, command: Command<"want-resource">): Outcome {
  const { group: name, resource, wanted, actor } = command;
  const row = turn.durable.groups.get(name);
  const group = lookup(definition.groups, name);
  if (row === undefined || group === undefined) return noSuchGroup(turn, name);
  if (lookup(group.resources, resource) === undefined) {
    return refused("resource-not-found", `there is no resource ${resource} in group ${name}`);
  }
  const along = wanted === "Online" ? everythingBelow : everythingAbove;
  const meant = [resource, ...along(group.resources, resource)];
  if (wanted === "Online") retryResources(turn, row, meant);
  const before = turn.durable.groups.get(name) ?? row;
  const changing = meant.filter((one) => wantedIgnoringStart(before, one) !== wanted);
  if (changing.length === 0 && before === row) return done;
  if (changing.length > 0) putGroup(turn, name, { ...before, exceptions: toggled(before.exceptions, changing) });
  journal(turn, {
    kind: "resource.wanted",
    sentence: `Resource ${resource} of group ${name} shall be ${wanted.toLowerCase()}${also(changing, resource, wanted)}.`,
    group: name,
    resource,
    epoch: epochOf(turn, row),
    actor,
  });
  return {
    kind: "done",
    changed: (changing.length === 0 ? [resource] : changing).map((one) => `groups.${name}.${one}`),
  };
}

function wantedIgnoringStart(row: GroupRow, resource: string): Wanted {
  return wantedOf({ ...row, plan: { ...row.plan, start: null } }, resource);
}

function toggled(exceptions: readonly string[], changing: readonly string[]): string[] {
  const kept = exceptions.filter((one) => !changing.includes(one));
  return [...kept, ...changing.filter((one) => !exceptions.includes(one))].toSorted();
}

function also(changing: readonly string[], resource: string, wanted: Wanted): string {
  const others = changing.filter((one) => one !== resource);
  if (others.length === 0) return "";
  return `, and ${others.join(", ")} ${wanted === "Online" ? "below it" : "above it"}`;
}
