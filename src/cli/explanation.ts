import type { GroupExplanation } from "../cluster/explain/explain.ts";

/** An explanation as people read it: one thing a line, each with its rule. */
export function explanationText(explanation: GroupExplanation): string {
  const { group, state, epoch, because, candidates, resources, failovers, next, blocked } = explanation;
  const lines = (title: string, of: readonly string[]): string[] =>
    of.length === 0 ? [] : ["", title, ...of.map((line) => `  ${line}`)];
  const nodes = candidates.map(({ place, isOwner, sentence, rejected, notHere }) => {
    const rule = rejected?.rule ?? notHere?.rule;
    return `${isOwner ? "*" : " "} ${place ?? "-"}  ${withRule(sentence, rule)}`;
  });
  return [
    `${group} is ${state}, epoch ${epoch}.`,
    withRule(because.sentence, because.rule),
    ...lines("Blocked:", blocked.map(ruled)),
    ...lines("Nodes, in the order of choice:", nodes),
    ...lines(
      "Resources that are not online:",
      resources.flatMap((one) => [`${one.resource} (${one.state}): ${ruled(one)}`, ...restartsOf(one)]),
    ),
    ...lines("Failovers that count:", failovers.counted === 0 ? [] : [failoversText(failovers)]),
    ...lines(
      "Next, by itself:",
      next.map((step) => (step.at === null ? ruled(step) : `${new Date(step.at).toISOString()}  ${ruled(step)}`)),
    ),
  ].join("\n");
}

function restartsOf({ failures, restartThreshold }: GroupExplanation["resources"][number]): string[] {
  return failures === 0
    ? []
    : [`  ${failures} failures within RestartPeriod; ${restartThreshold} are answered with a restart`];
}

function failoversText({ counted, threshold, periodMs }: GroupExplanation["failovers"]): string {
  const period = periodMs === 0 ? "ever" : `within ${periodMs / 3_600_000} h`;
  return `${counted} ${period}; it is given up after ${threshold} [GP4]`;
}

function ruled({ sentence, rule }: { readonly sentence: string; readonly rule: string }): string {
  return withRule(sentence, rule);
}

function withRule(sentence: string, rule: string | undefined): string {
  return rule === undefined ? sentence : `${sentence} [${rule}]`;
}
