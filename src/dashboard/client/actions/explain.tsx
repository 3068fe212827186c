import type { JSX } from "preact";
import type { GroupExplanation, Reason } from "../../../cluster/explain/explain.ts";
import { useAnswer } from "../answer.ts";
import { get, pathOf } from "../api.ts";
import { Dialog } from "./dialog.tsx";

/** Why a group is where it is, why it is nowhere else, and what comes by itself. */
export function ExplainDialog(props: {
  readonly token: string;
  readonly cluster: string;
  readonly group: string;
  readonly close: () => void;
}): JSX.Element {
  const { token, cluster, group, close } = props;
  const asked = useAnswer(group, () => get<GroupExplanation>(token, pathOf(cluster, "groups", group, "explain")));
  return (
    <Dialog title={`Why ${group} is where it is`} close={close}>
      {asked.kind === "asking" && <p>Asking …</p>}
      {asked.kind === "failed" && <p class="problem">{asked.sentence}</p>}
      {asked.kind === "ok" && <Explanation explanation={asked.value} />}
    </Dialog>
  );
}

function Explanation({ explanation }: { readonly explanation: GroupExplanation }): JSX.Element {
  const { because, candidates, resources, next, blocked, failovers } = explanation;
  return (
    <div class="explanation" tabIndex={0}>
      <Because reason={because} />
      <Part title="What keeps it" reasons={blocked} />
      <h3>The nodes</h3>
      <ul>
        {candidates.map(({ node, sentence, rejected, notHere }) => (
          <li key={node}>
            <b>{node}</b>: <Because reason={{ sentence, rule: (rejected ?? notHere)?.rule ?? null }} />
          </li>
        ))}
      </ul>
      <Part title="Resources that are not online" reasons={resources} />
      <Part title="What comes by itself" reasons={next} />
      <p class="quiet">
        {failovers.counted} of {failovers.threshold} failovers are counted; at the last of them the group is given up.
      </p>
    </div>
  );
}

type Told = Pick<Reason, "sentence"> & { readonly rule: string | null };

function Part({ title, reasons }: { readonly title: string; readonly reasons: readonly Told[] }): JSX.Element | null {
  if (reasons.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {reasons.map((reason) => (
          <li>
            <Because reason={reason} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** The rule is of SPEC.md. */
function Because({ reason: { sentence, rule } }: { readonly reason: Told }): JSX.Element {
  return (
    <span>
      {sentence}
      {rule !== null && <span class="quiet"> {rule}</span>}
    </span>
  );
}
