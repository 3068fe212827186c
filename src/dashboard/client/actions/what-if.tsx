import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Simulation } from "../../../cluster/simulate/simulate.ts";
import type { Operation } from "../../../cluster/commands/operation.ts";
import type { Accepted } from "../../../protocol/changes.ts";
import { type Asked, sentenceOf, useAnswer } from "../answer.ts";
import { get, pathOf, post } from "../api.ts";
import type { Change, Script, WhatIf } from "./actions.ts";
import { Dialog } from "./dialog.tsx";
import { Outcome } from "./outcome.tsx";

type Of = { readonly token: string; readonly cluster: string; readonly close: () => void };

/** What would happen, and nothing else. */
export function WhatIfDialog({ token, cluster, close, asked }: Of & { readonly asked: WhatIf }): JSX.Element {
  const simulated = useSimulation(token, cluster, asked.script);
  return (
    <Dialog title={asked.label} close={close}>
      <Simulated simulated={simulated} />
    </Dialog>
  );
}

/** What would happen, and then, when it is wanted, what does. */
export function ChangeDialog({ token, cluster, close, change }: Of & { readonly change: Change }): JSX.Element {
  const simulated = useSimulation(token, cluster, change.script);
  const [progress, setProgress] = useState<Progress>({ kind: "not-begun" });
  const isBegun = progress.kind !== "not-begun";
  const isRefused = simulated.kind === "ok" && simulated.value.items[0]?.refused != null;
  const doIt = (
    <button
      type="button"
      class="primary"
      disabled={simulated.kind === "asking" || isRefused}
      onClick={() => void carryOut(token, cluster, change, setProgress)}
    >
      Do it
    </button>
  );
  return (
    <Dialog title={change.label} close={close} closeLabel={isBegun ? "Close" : "Cancel"} action={!isBegun && doIt}>
      {!isBegun && <Simulated simulated={simulated} />}
      <p role="status" class={progress.kind === "failed" ? "problem" : ""}>
        {sentenceOfProgress(progress)}
      </p>
    </Dialog>
  );
}

function Simulated({ simulated }: { readonly simulated: Asked<Simulation> }): JSX.Element {
  if (simulated.kind === "asking") return <p>Asking what would happen …</p>;
  if (simulated.kind === "failed") return <p class="problem">What would happen is not known. {simulated.sentence}</p>;
  return <Outcome simulation={simulated.value} />;
}

function useSimulation(token: string, cluster: string, script: Script): Asked<Simulation> {
  const question = JSON.stringify(script);
  return useAnswer(question, () => post<Simulation>(token, pathOf(cluster, "simulate"), { script }));
}

type Progress =
  | { readonly kind: "not-begun" }
  | { readonly kind: "under-way" }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly sentence: string };

function sentenceOfProgress(progress: Progress): string {
  switch (progress.kind) {
    case "not-begun":
      return "";
    case "under-way":
      return "Under way …";
    case "done":
      return "Done.";
    case "failed":
      return progress.sentence;
  }
}

/** What takes longer is seen on the page itself. */
const followedForMs = 20_000;

async function carryOut(
  token: string,
  cluster: string,
  { path, body }: Change,
  tell: (progress: Progress) => void,
): Promise<void> {
  tell({ kind: "under-way" });
  const answer = await post<Accepted>(token, pathOf(cluster, ...path), body);
  if (answer.kind !== "ok") return tell({ kind: "failed", sentence: sentenceOf(answer) });
  const { operation } = answer.value;
  if (operation === null) return tell({ kind: "done" });
  const followed = `${pathOf(cluster, "operations", operation.id)}?waitMs=${followedForMs}`;
  const ended = await get<Operation>(token, followed, followedForMs);
  if (ended.kind !== "ok") return tell({ kind: "failed", sentence: sentenceOf(ended) });
  tell(progressOf(ended.value));
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
