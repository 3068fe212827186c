import type { Outcome, RefusedCode } from "./events.ts";
import type { Turn } from "./turn.ts";

export function refused(code: RefusedCode, detail: string): Outcome {
  return { kind: "refused", refusal: { code, detail } };
}

export function noSuchGroup({ durable }: Pick<Turn, "durable">, name: string): Outcome {
  return refused("group-not-found", `there is no group ${name}${butForCase(durable.groups.keys(), name)}`);
}

export function noSuchNode({ durable }: Pick<Turn, "durable">, name: string): Outcome {
  return refused("node-not-found", `there is no node ${name}${butForCase(durable.nodes.keys(), name)}`);
}

/** What is said of a name that is not there, where one is that differs in nothing but case; else nothing. */
export function butForCase(names: Iterable<string>, name: string): string {
  const alike = [...names].find((one) => one.toLowerCase() === name.toLowerCase());
  return alike === undefined ? "" : `; there is ${alike}, and a name is written as it was given`;
}
