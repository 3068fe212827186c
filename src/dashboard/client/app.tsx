import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ClusterList } from "../../protocol/clusters.ts";
import type { ProblemDetails } from "../../protocol/problems.ts";
import { sentenceOf } from "./answer.ts";
import { get, isFinal, sentenceOfProblem } from "./api.ts";
import { ClusterPage } from "./cluster-page.tsx";
import { forgetToken, isSendable, keepToken, keptToken, takeToken } from "./credentials.ts";
import { Fleet } from "./fleet.tsx";
import { replacePlace, usePlace } from "./place.ts";
import { type SignedIn, SignIn } from "./sign-in.tsx";
import { Top } from "./top.tsx";

/** The page: a form for a token, all clusters, or one of them. */
export function App(): JSX.Element {
  const [token, setToken] = useState(keptToken);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [absent, setAbsent] = useState<string | null>(null);
  const place = usePlace();
  useEffect(() => {
    // A link that is opened while the page is open changes the fragment and loads nothing.
    const taken = (): void => {
      takeToken();
      setToken(keptToken());
      setAbsent(null);
    };
    window.addEventListener("hashchange", taken);
    return () => window.removeEventListener("hashchange", taken);
  }, []);
  const enter = ({ token: given, cluster }: SignedIn): void => {
    if (!isSendable(given)) return setRefusal("What was given has a character that no token has.");
    keepToken(given);
    setRefusal(null);
    setToken(given);
    if (cluster !== place.cluster) replacePlace({ cluster, view: "overview" });
  };
  const leave = (why: string | null): void => {
    forgetToken();
    setRefusal(why);
    setToken(null);
  };
  const refused = (problem: ProblemDetails): void => {
    // Only the admin's token is told so: it is good for the other clusters.
    if (problem.code === "cluster-not-found") setAbsent(place.cluster);
    else leave(sentenceOfProblem(problem));
  };
  if (token === null)
    return (
      <main>
        <SignIn cluster={place.cluster} refusal={refusal} enter={enter} />
      </main>
    );
  const forget = (): void => leave(null);
  const { cluster, view } = place;
  if (cluster === null) return <AllClusters token={token} leave={leave} />;
  if (absent === cluster) return <NoCluster cluster={cluster} forget={forget} />;
  return <ClusterPage key={`${token} ${cluster}`} {...{ token, cluster, view, refused, forget }} />;
}

function NoCluster({ cluster, forget }: { readonly cluster: string; readonly forget: () => void }): JSX.Element {
  return (
    <>
      <Top cluster={cluster} hasFleet forget={forget} />
      <main>
        <h1 id="headline">There is no cluster {cluster}, or no longer.</h1>
      </main>
    </>
  );
}

/** How often the list is asked for: soon where there is nothing to show yet. */
const againMs = { nothing: 2_000, something: 15_000 } as const;

const needsName = "If the token is for one cluster only, its name is needed as well.";

/** A token of one cluster cannot list them, and the only one of a deployment is shown at once. */
function AllClusters(props: { readonly token: string; readonly leave: (why: string | null) => void }): JSX.Element {
  const { token, leave } = props;
  const [names, setNames] = useState<readonly string[]>([]);
  const [said, setSaid] = useState("Asking for the clusters …");
  useEffect(() => {
    let isOver = false;
    let timer: number | undefined;
    let isListed = false;
    const later = (): void => {
      timer = window.setTimeout(() => void ask(), isListed ? againMs.something : againMs.nothing);
    };
    const ask = async (): Promise<void> => {
      // While nobody looks, time passing is no reason to ask.
      if (document.visibilityState !== "visible") return later();
      const list = await get<ClusterList>(token, "/clusters");
      if (isOver) return;
      if (list.kind === "refused" && isFinal(list.problem))
        return leave(`${sentenceOfProblem(list.problem)} ${needsName}`);
      const found = list.kind === "ok" ? list.value.clusters.map(({ name }) => name) : [];
      const [only] = found;
      // Who came here from a cluster wants the list, also of one; and who looks at the list keeps it when only one is left.
      if (found.length === 1 && only !== undefined && !isListed && location.hash !== "#fleet")
        return replacePlace({ cluster: only, view: "overview" });
      if (list.kind === "ok") setNames(found);
      setSaid(list.kind === "ok" ? nothingYet : `${sentenceOf(list)} This page goes on asking.`);
      isListed ||= found.length > 0;
      later();
    };
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [token]);
  return (
    <>
      <Top cluster={null} hasFleet={false} forget={() => leave(null)} />
      <main>{names.length === 0 ? <h1 id="headline">{said}</h1> : <Fleet token={token} names={names} />}</main>
    </>
  );
}

const nothingYet = "There is no cluster yet: bridgehead cluster apply -f FILE makes one.";
