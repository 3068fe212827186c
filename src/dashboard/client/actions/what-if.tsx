import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Simulation } from "../../../cluster/simulate/simulate.ts";
import { type Asked, useAnswer } from "../answer.ts";
import { pathOf, send } from "../api.ts";
import type { Change, Script, WhatIf } from "./actions.ts";
import { carryOut, type Progress } from "./carry-out.ts";
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

/**
 * What would happen, and then, when it is wanted, what does.
 * @param present how the cluster stands now (`standing`)
 */
export function ChangeDialog(props: Of & { readonly change: Change; readonly present: string }): JSX.Element {
  const { token, cluster, close, change, present } = props;
  const [looked, setLooked] = useState(present);
  const simulated = useSimulation(token, cluster, change.script, looked);
  const [progress, setProgress] = useState<Progress>({ kind: "not-begun" });
  const isOpen = useRef(true);
  useEffect(() => () => void (isOpen.current = false), []);
  const isBegun = progress.kind !== "not-begun";
  const isRefused = simulated.kind === "ok" && simulated.value.items[0]?.refused != null;
  const doIt = (
    <button
      type="button"
      class="primary"
      disabled={simulated.kind === "asking" || isRefused}
      onClick={() => void carryOut(token, cluster, change, setProgress, () => isOpen.current)}
    >
      Do it
    </button>
  );
  return (
    <Dialog title={change.label} close={close} closeLabel={isBegun ? "Close" : "Cancel"} action={!isBegun && doIt}>
      {!isBegun && <Simulated simulated={simulated} />}
      {!isBegun && looked !== present && (
        <p class="because">
          The cluster has changed since.{" "}
          <button type="button" onClick={() => setLooked(present)}>
            Look again
          </button>
        </p>
      )}
      <p role="status" class={progress.kind === "failed" || progress.kind === "unanswered" ? "problem" : ""}>
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

/** @param at asked again when it is another */
function useSimulation(token: string, cluster: string, script: Script, at = ""): Asked<Simulation> {
  const question = JSON.stringify([script, at]);
  return useAnswer(question, () => send<Simulation>(token, "POST", pathOf(cluster, "simulate"), { script }));
}

function sentenceOfProgress(progress: Progress): string {
  switch (progress.kind) {
    case "not-begun":
      return "";
    case "under-way":
      return "Under way …";
    case "done":
      return "Done.";
    case "unanswered":
      return "The control plane does not answer. It may have been done all the same: the page shows it once there is an answer.";
    case "failed":
      return progress.sentence;
  }
}
