import type { Outcome, RefusedCode } from "./events.ts";

export function refused(code: RefusedCode, detail: string): Outcome {
  return { kind: "refused", refusal: { code, detail } };
}

export function noSuchGroup(name: string): Outcome {
  return refused("group-not-found", `there is no group ${name}`);
}

export function noSuchNode(name: string): Outcome {
  return refused("node-not-found", `there is no node ${name}`);
}
