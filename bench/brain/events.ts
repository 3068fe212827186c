import { sourceAddress } from "../../src/cluster/questions/verdict.ts";
import { step } from "../../src/cluster/step.ts";
import type { ClusterEvent } from "../../src/cluster/events.ts";
import { groupName, type Size } from "./definition.ts";
import { MeasuredBrain } from "./shell.ts";

export const kinds = ["renewal", "report", "command", "verdict"] as const;
export type Kind = (typeof kinds)[number];

/** What is done, in the words of a table. */
export const kindTexts: Readonly<Record<Kind, string>> = {
  renewal: "renewal of an owner, nothing new",
  report: "report of an owner: a resource has failed",
  command: "command: a group is to go offline",
  verdict: "question: the verdict of a group",
};

/** So many nodes, or groups, of one cluster are taken in turn: no single one of them is what is measured. */
const turnsAtMost = 8;

/** For each kind what is done again and again on one settled cluster. Nothing of it changes the cluster. */
export function turnsOn(size: Size): Readonly<Record<Kind, readonly (() => unknown)[]>> {
  const brain = new MeasuredBrain(size);
  brain.settle();
  const { state, now } = brain;
  const owners = brain.runs.filter(({ granted }) => granted.length > 0).slice(0, turnsAtMost);
  const groups = Array.from({ length: Math.min(turnsAtMost, size.groups) }, (_, at) => groupName(at));
  const stepping = (event: ClusterEvent) => (): unknown => step(state, event);
  return {
    renewal: owners.map((run) => stepping(brain.renewalOf(run, { report: null }))),
    report: owners.map((run) => {
      const [resource = ""] = Object.keys(run.assignment?.groups[0]?.resources ?? {}).toReversed();
      return stepping(brain.renewalOf(run, { report: run.report({ [resource]: { state: "Failed" } }) }));
    }),
    command: groups.map((group) => stepping({ type: "want", group, wanted: "Offline", actor: "operator", now })),
    verdict: groups.map((group) => {
      const node = [...state.durable.holds.values()].find((hold) => hold.group === group)?.node ?? "";
      const verdict = (): unknown => sourceAddress(state, { group, node, now });
      if (sourceAddress(state, { group, node, now }).decision !== "BIND") throw new Error(`${group} is not bound`);
      return verdict;
    }),
  };
}
