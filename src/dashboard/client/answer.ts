import { useEffect, useState } from "preact/hooks";
import { type Answer, sentenceOfProblem } from "./api.ts";

/** What was asked, and whether it has been answered yet. */
export type Asked<T> =
  | { readonly kind: "asking" }
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "failed"; readonly sentence: string };

export function sentenceOf<T>(answer: Exclude<Answer<T>, { readonly kind: "ok" }>): string {
  return answer.kind === "refused" ? sentenceOfProblem(answer.problem) : "The control plane does not answer.";
}

/** For an effect: what comes of the question is told, unless it is another question by then, or nobody asks any more. */
export function whileWanted<T>(coming: Promise<T>, tell: (value: T) => void): () => void {
  let isWanted = true;
  void coming.then((value) => {
    if (isWanted) tell(value);
  });
  return () => {
    isWanted = false;
  };
}

/** Asks when it is drawn first, and again when the question is another one. */
export function useAnswer<T>(question: string, ask: () => Promise<Answer<T>>): Asked<T> {
  const [asked, setAsked] = useState<{ readonly of: string; readonly is: Asked<T> }>({
    of: question,
    is: { kind: "asking" },
  });
  const take = (answer: Answer<T>): void => {
    const is: Asked<T> = answer.kind === "ok" ? answer : { kind: "failed", sentence: sentenceOf(answer) };
    setAsked({ of: question, is });
  };
  useEffect(() => whileWanted(ask(), take), [question]);
  return asked.of === question ? asked.is : { kind: "asking" };
}
