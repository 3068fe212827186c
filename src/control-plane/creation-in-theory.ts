import type { OperatorEvent } from "../cluster/events.ts";
import { emptyDurable } from "../cluster/durable.ts";
import { nextGeneration } from "../cluster/lease/generation.ts";
import { restart } from "../cluster/lease/start.ts";
import { step } from "../cluster/step.ts";
import { changeAnswer } from "./change-answer.ts";
import type { Changed } from "./live-brain.ts";

/**
 * What would come of a cluster's first definition. The object is not asked, for that would create it; a new one knows nothing, so
 * the brain's step on nothing is what it would take. What it cannot know is whether an object that was destroyed has the name: its
 * revisions and the numbers of its entries would go on.
 */
export function creationInTheory(command: OperatorEvent, now: number): Changed {
  const before = restart(emptyDurable(nextGeneration(null, "")), 0, now).state;
  const event = { ...command, now };
  const { state, effects, outcome } = step(before, event);
  return outcome.kind === "refused"
    ? { ok: false, refusal: outcome.refusal }
    : { ok: true, value: changeAnswer(before, { state, effects, outcome }, event, true) };
}
