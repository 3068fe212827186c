import type { GroupExplanation } from "../cluster/explain/explain.ts";

/** An explanation as people read it: one thing a line, each with its rule. */
export function explanationText(explanation: GroupExplanation): string {
  const { group, state, epoch, because, candidates, resources, next, blocked } = explanation;
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
      resources.map((one) => `${one.resource} (${one.state}): ${ruled(one)}`),
    ),
    ...lines(
      "Next, by itself:",
      next.map((step) => (step.at === null ? ruled(step) : `${new Date(step.at).toISOString()}  ${ruled(step)}`)),
    ),
  ].join("\n");
}

function ruled({ sentence, rule }: { readonly sentence: string; readonly rule: string }): string {
  return withRule(sentence, rule);
}

function withRule(sentence: string, rule: string | undefined): string {
  return rule === undefined ? sentence : `${sentence} [${rule}]`;
}
