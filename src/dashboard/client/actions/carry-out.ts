import type { Operation } from "../../../cluster/commands/operation.ts";
import type { Accepted } from "../../../protocol/changes.ts";
import { sentenceOf } from "../answer.ts";
import { get, isFinal, pathOf, send } from "../api.ts";
import type { Change } from "./actions.ts";

/** How far a change is that was asked for. */
export type Progress =
  | { readonly kind: "not-begun" }
  | { readonly kind: "under-way" }
  | { readonly kind: "done" }
  /** Nobody has said whether it was accepted: it may have been. */
  | { readonly kind: "unanswered" }
  | { readonly kind: "failed"; readonly sentence: string };

/** How long one question waits for the end, and how soon the next one follows. */
const followedForMs = 20_000;
const againMs = 500;

/** Asks for the change, and follows it to its end. @param isWanted whether anybody still wants to know */
export async function carryOut(
  token: string,
  cluster: string,
  { method, path, body }: Change,
  tell: (progress: Progress) => void,
  isWanted: () => boolean,
): Promise<void> {
  tell({ kind: "under-way" });
  const answer = await send<Accepted>(token, method, pathOf(cluster, ...path), body);
  if (answer.kind === "no-answer") return tell({ kind: "unanswered" });
  if (answer.kind === "refused") return tell({ kind: "failed", sentence: sentenceOf(answer) });
  const { operation } = answer.value;
  if (operation === null) return tell({ kind: "done" });
  const followed = `${pathOf(cluster, "operations", operation.id)}?waitMs=${followedForMs}`;
  let progress = progressOf(operation);
  while (progress.kind === "under-way" && isWanted()) {
    const heard = await get<Operation>(token, followed, followedForMs);
    if (heard.kind === "ok") progress = progressOf(heard.value);
    // It goes on, whether or not anybody answers.
    else if (heard.kind === "refused" && isFinal(heard.problem))
      progress = { kind: "failed", sentence: sentenceOf(heard) };
    if (progress.kind === "under-way") await new Promise((resolve) => setTimeout(resolve, againMs));
  }
  tell(progress);
}

function progressOf({ status }: Operation): Progress {
  switch (status.state) {
    case "Pending":
      return { kind: "under-way" };
    case "Completed":
      return { kind: "done" };
    case "Failed":
    case "Cancelled":
      return { kind: "failed", sentence: status.sentence };
  }
}
