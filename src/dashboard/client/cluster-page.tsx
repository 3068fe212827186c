import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { ProblemDetails } from "../../protocol/problems.ts";
import { Desk } from "./actions/desk.tsx";
import { MenuButton } from "./actions/menu.tsx";
import { sentenceOfProblem } from "./api.ts";
import { useCluster } from "./known.ts";
import { Associations } from "./lists/associations.tsx";
import { Journal } from "./lists/journal.tsx";
import { Picture } from "./picture/picture.tsx";
import { linkTo, type View, views } from "./place.ts";
import { useRole } from "./role.ts";
import { headline } from "./sentences.ts";
import { Badge } from "./signs.tsx";
import { useTicking } from "./tick.ts";
import { Timeline } from "./timeline/timeline.tsx";
import { Trees } from "./tree/tree.tsx";
import { Stale, TrustBadge, type Trust, trustIn } from "./trust.tsx";
import { VerdictTester } from "./verdict/verdict.tsx";
import { Top } from "./top.tsx";

const names: Readonly<Record<View, string>> = {
  overview: "Overview",
  resources: "Resources",
  timeline: "Timeline",
  verdict: "Ask for a verdict",
};

/** How soon the page says that what it shows is old. */
const trustTickMs = 100;

type Props = {
  readonly token: string;
  readonly cluster: string;
  readonly view: View;
  readonly refused: (problem: ProblemDetails) => void;
  readonly forget: () => void;
};

/** One cluster, in the view that was chosen of it. */
export function ClusterPage({ token, cluster, view, refused, forget }: Props): JSX.Element {
  const { known, isWatching } = useCluster(token, cluster, refused);
  useTicking(trustTickMs, () => JSON.stringify(trustIn(known, isWatching())));
  const trust = trustIn(known, isWatching());
  const role = useRole(token, cluster, known.heard);
  const isKnown = trust.kind !== "old";
  const why = known.problem === null ? null : sentenceOfProblem(known.problem);
  const sentence = sentenceAbove(
    cluster,
    known.heard === null ? null : headline(known.heard.view, isKnown),
    trust,
    why,
  );
  useEffect(() => {
    document.title = `${sentence} – Bridgehead`;
    return () => {
      document.title = "Bridgehead";
    };
  }, [sentence]);
  return (
    <>
      <Top cluster={cluster} hasFleet={role === "admin"} forget={forget}>
        {role !== null && <span class="quiet role">{role}</span>}
        {isKnown && known.heard?.view.maintenance === true && <Badge sign="warning" word="in maintenance" />}
        <span id="status">
          <TrustBadge trust={trust} />
        </span>
      </Top>
      <main id="board">
        <Desk token={token} cluster={cluster} view={known.heard?.view ?? null} role={role}>
          <h1 id="headline" aria-live="polite">
            {sentence}
          </h1>
          <nav class="views" aria-label="Views of the cluster">
            {views.map((one) => (
              <a href={linkTo({ cluster, view: one })} aria-current={one === view ? "page" : undefined}>
                {names[one]}
              </a>
            ))}
            <MenuButton target={{ kind: "cluster" }} />
          </nav>
          <div id="warning">
            <Stale trust={trust} why={why} />
          </div>
          {known.heard !== null && view === "overview" && (
            <>
              <Picture view={known.heard.view} asked={known.heard.asked} isKnown={isKnown} />
              <div class="lists">
                <Associations associations={known.heard.view.associations} />
                <Journal entries={known.entries} gapAt={known.gapAt} />
              </div>
            </>
          )}
          {known.heard !== null && view === "resources" && <Trees view={known.heard.view} isKnown={isKnown} />}
          {known.heard !== null && view === "timeline" && (
            <Timeline token={token} cluster={cluster} view={known.heard.view} entries={known.entries} />
          )}
          {known.heard !== null && view === "verdict" && (
            <VerdictTester token={token} cluster={cluster} view={known.heard.view} />
          )}
        </Desk>
      </main>
    </>
  );
}

function sentenceAbove(cluster: string, said: string | null, trust: Trust, why: string | null): string {
  if (said !== null) return said;
  if (trust.kind !== "trying") return `Asking for cluster ${cluster} …`;
  return `${why ?? "The control plane does not answer."} This page goes on asking.`;
}
