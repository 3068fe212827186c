import { type Difference, differencesBetween } from "../cluster/definition/difference.ts";
import type { OperatorEvent, Step } from "../cluster/events.ts";
import { epochOf } from "../cluster/lease/ownership.ts";
import { notesOnChange } from "../cluster/properties/property-notes.ts";
import type { ClusterState } from "../cluster/state.ts";
import type { Accepted, Defined } from "../protocol/changes.ts";
import { protocolLimits } from "../protocol/limits.ts";

/** What came of a change, or would: everything that any answer about it tells. */
export type ChangeAnswer = Omit<Accepted, "differences"> &
  Pick<Defined, "created"> & {
    /** JSON of `Difference[]`: the platform's types of RPC take no type that goes on for ever. */
    readonly differences: string;
  };

export function changeAnswer(
  before: ClusterState,
  { state, effects, outcome }: Step<ClusterState>,
  event: OperatorEvent,
  dryRun: boolean,
): ChangeAnswer {
  const group = "group" in event ? before.durable.groups.get(event.group) : undefined;
  const was = before.durable.cluster;
  const is = state.durable.cluster;
  const isAnew = was === null || was.destroyed;
  const differences = differencesBetween(isAnew ? {} : was.definition, is?.definition ?? {});
  return {
    changed: outcome.kind === "done" ? [...outcome.changed] : [],
    after: before.memory.journaled,
    epoch: group === undefined ? null : epochOf(before, group),
    revision: is?.revision ?? 0,
    entries: effects.flatMap((effect) => (effect.type === "publish" ? [...effect.entries] : [])),
    dryRun,
    operation: dryRun ? null : operationOf(state, event),
    created: isAnew && is !== null && !is.destroyed,
    differences: JSON.stringify(differences),
    notes: is === null ? [] : notesOnChange(is.definition, differences),
  };
}

/** What is left out of an answer that is too long to be kept, one after the other; the rest is bounded by what a cluster has. */
const shortenings: readonly ((answer: ChangeAnswer) => ChangeAnswer)[] = [
  (answer) => ({ ...answer, differences: "[]" }),
  (answer) => ({ ...answer, notes: [] }),
  (answer) => ({ ...answer, entries: [] }),
];

/** As it is kept for a request that is sent again: without what would not fit a row. */
export function kept(answer: ChangeAnswer): ChangeAnswer {
  return shortenings.reduce((fitting, shorten) => (fitsRow(fitting) ? fitting : shorten(fitting)), answer);
}

function fitsRow(answer: ChangeAnswer): boolean {
  return JSON.stringify(answer).length <= protocolLimits.idempotencyAnswerLength;
}

/** As the routes tell it. */
export function told({ differences, ...answer }: ChangeAnswer): Accepted & Pick<Defined, "created"> {
  return { ...answer, differences: JSON.parse(differences) as Difference[] };
}

/** What came to its end within the same step needs no following up, but it is an answer all the same. */
function operationOf({ durable }: ClusterState, { operation }: OperatorEvent): ChangeAnswer["operation"] {
  return operation === undefined ? null : (durable.operations.get(operation) ?? null);
}
