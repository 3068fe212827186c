import type { JSX, TargetedSubmitEvent } from "preact";
import { useRef, useState } from "preact/hooks";
import type { GroupExplanation } from "../../../cluster/explain/explain.ts";
import type { ClusterView } from "../../../cluster/questions/view.ts";
import type { Verdict } from "../../../cluster/questions/verdict.ts";
import { type Asked, sentenceOf } from "../answer.ts";
import { get, pathOf } from "../api.ts";
import { ClockTime, duration } from "../signs.tsx";
import { whyOf } from "./why.ts";

type Told = {
  readonly node: string;
  readonly group: string;
  readonly verdict: Verdict;
  readonly because: string | null;
  /** A verdict is of its moment; epoch milliseconds. */
  readonly at: number;
};

/** The question that a mailer asks before it calls, asked by hand: may this node call for this virtual server, and from where? */
export function VerdictTester(props: {
  readonly token: string;
  readonly cluster: string;
  readonly view: ClusterView;
}): JSX.Element {
  const { token, cluster, view } = props;
  const nodes = Object.keys(view.nodes);
  const groups = Object.entries(view.groups);
  const [asked, setAsked] = useState<Asked<Told> | null>(null);
  const questions = useRef(0);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [node, group, destination] = ["node", "group", "destination"].map((name) => String(form.get(name) ?? ""));
    setAsked({ kind: "asking" });
    const question = ++questions.current;
    void ask(token, cluster, { node: node ?? "", group: group ?? "", destination: destination ?? "" }).then((told) => {
      // The answer to an earlier question may come after that to a later one.
      if (question === questions.current) setAsked(told);
    });
  };
  return (
    <form class="tester" onSubmit={submit}>
      <p class="quiet">
        What a mail system on a node asks before it opens an association. It calls from the address that it is told, or
        it does not call.
      </p>
      <div class="fields">
        <p>
          <label for="verdict-node">Node</label>
          <select id="verdict-node" name="node">
            {nodes.map((node) => (
              <option value={node}>{node}</option>
            ))}
          </select>
        </p>
        <p>
          <label for="verdict-group">Virtual server</label>
          <select id="verdict-group" name="group">
            {groups.map(([name, { networkName }]) => (
              <option value={name}>{networkName === null ? name : `${networkName} (${name})`}</option>
            ))}
          </select>
        </p>
        <p>
          <label for="verdict-destination">Destination</label>
          <input id="verdict-destination" name="destination" placeholder="mx.example.org" spellcheck={false} />
        </p>
        <p>
          <button type="submit" class="primary">
            Ask
          </button>
        </p>
      </div>
      <div role="status" class="answer">
        {asked !== null && <Answered asked={asked} />}
      </div>
    </form>
  );
}

type Question = { readonly node: string; readonly group: string; readonly destination: string };

async function ask(token: string, cluster: string, { node, group, destination }: Question): Promise<Asked<Told>> {
  const query = new URLSearchParams({
    node,
    ...(destination.trim() === "" ? {} : { destination: destination.trim() }),
  });
  const [answer, explained] = await Promise.all([
    get<Verdict>(token, `${pathOf(cluster, "groups", group, "source-address")}?${query}`),
    get<GroupExplanation>(token, pathOf(cluster, "groups", group, "explain")),
  ]);
  if (answer.kind !== "ok") return { kind: "failed", sentence: sentenceOf(answer) };
  const candidate = explained.kind === "ok" ? explained.value.candidates.find((one) => one.node === node) : undefined;
  return {
    kind: "ok",
    value: { node, group, verdict: answer.value, because: candidate?.sentence ?? null, at: Date.now() },
  };
}

function Answered({ asked }: { readonly asked: Asked<Told> }): JSX.Element {
  if (asked.kind === "asking") return <p>Asking …</p>;
  if (asked.kind === "failed") return <p class="problem">{asked.sentence}</p>;
  const { node, group, verdict, because, at } = asked.value;
  return (
    <div class={`verdict ${verdict.decision}`}>
      <p class="decision">
        <b>{verdict.decision}</b> {wordsOf(verdict)}
      </p>
      {verdict.decision !== "BIND" && <p>{whyOf(verdict.reason)}</p>}
      <p class="quiet">
        {group} on {node}, <ClockTime at={at} />
        {because === null ? "." : `: ${because}`}
      </p>
    </div>
  );
}

function wordsOf(verdict: Verdict): string {
  switch (verdict.decision) {
    case "BIND":
      return `${verdict.address}/${verdict.prefix}, speak as ${verdict.networkName}, epoch ${verdict.epoch}, for ${duration(verdict.validForMs)}`;
    case "DEFER": {
      const where = verdict.owner === undefined ? "" : `, it is on ${verdict.owner}`;
      return `${verdict.reason}${where}; ask again after ${duration(verdict.retryAfterMs)}`;
    }
    case "DENY":
      return verdict.reason;
  }
}
