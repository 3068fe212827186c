import { summary } from "./changed-parts.ts";
import { type ClusterDefinition, lookup, servedResources } from "./definition.ts";
import { withAllThatFall } from "./dependencies.ts";
import { sameSetup } from "./resource-setup.ts";
import { holdOf } from "../lease/ownership.ts";
import { wantedOf } from "../policies/resources.ts";
import { journal, type Turn } from "../turn.ts";

/**
 * Says which resources a new definition interrupts where they are: those that are set up otherwise now, and all that stands on
 * them. They go offline and come online again by themselves, and whoever tries a change on for size wants to know before.
 */
export function tellInterruptions(turn: Turn, before: ClusterDefinition, after: ClusterDefinition): void {
  if (turn.durable.cluster?.maintenance === true) return;
  for (const [name, row] of turn.durable.groups) {
    const hold = holdOf(turn, name);
    const [was, is] = [lookup(before.groups, name), lookup(after.groups, name)];
    // What is driven out is told by that.
    if (hold?.phase.kind !== "owned" || was === undefined || is === undefined) continue;
    const now = servedResources(after, is);
    const then = servedResources(before, was);
    const changed = Object.entries(now).filter(([one, resource]) => {
      const former = lookup(then, one);
      return former !== undefined && !sameSetup(former, resource);
    });
    const known = Object.keys(now).filter((one) => lookup(then, one) !== undefined && wantedOf(row, one) === "Online");
    const fallen = withAllThatFall(now, new Set(changed.map(([one]) => one)), known);
    const interrupted = known.filter((one) => fallen.has(one));
    if (interrupted.length === 0) continue;
    journal(turn, {
      kind: "group.interrupted",
      sentence: `Group ${name} is interrupted on node ${hold.node}: ${summary(interrupted)} ${interrupted.length === 1 ? "goes offline and comes" : "go offline and come"} online again as described now.`,
      node: hold.node,
      group: name,
      epoch: hold.epoch,
    });
  }
}
