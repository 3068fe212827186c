import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ClusterView } from "../../cluster/questions/view.ts";
import { sentenceOf } from "./answer.ts";
import { get, pathOf } from "./api.ts";
import type { Heard } from "./known.ts";
import { now, since } from "./moment.ts";
import { linkTo } from "./place.ts";
import { headline, isAsItShouldBe } from "./sentences.ts";
import { Badge, duration } from "./signs.tsx";
import { useTicking } from "./tick.ts";

/** How often each cluster is asked for, and how many at a time: a fleet is looked over, one cluster is watched. */
const everyMs = 5_000;
const atOnce = 4;
/** What is older than two rounds is said to be old. */
const oldMs = 2 * everyMs + 2_000;
/** Beyond, the names are there, and what they are is asked for when they are searched for. */
const askedAtMost = 60;

/** `heard`: null while it has never answered. `problem`: why the newest question has no answer. */
type Seen = { readonly heard: Heard | null; readonly problem: string | null };

/** All clusters of the deployment, those first with which something is not as it should be. */
export function Fleet({ token, names }: { readonly token: string; readonly names: readonly string[] }): JSX.Element {
  const [wanted, setWanted] = useState("");
  const found = names.filter((name) => name.toLowerCase().includes(wanted.trim().toLowerCase()));
  const seen = useClusters(token, found.slice(0, askedAtMost));
  const amiss = new Set(names.filter((name) => isAmiss(seen.get(name))));
  const sorted = [...found.filter((name) => amiss.has(name)), ...found.filter((name) => !amiss.has(name))];
  return (
    <>
      <h1 id="headline" aria-live="polite">
        {fleetSentence(names.length, amiss.size, names.filter((name) => !seen.has(name)).length)}
      </h1>
      <p class="search">
        <label for="wanted">Find</label>
        <input
          id="wanted"
          type="search"
          spellcheck={false}
          value={wanted}
          onInput={({ currentTarget }) => setWanted(currentTarget.value)}
        />
      </p>
      <ul class="fleet">
        {sorted.map((name) => (
          <Cluster key={name} name={name} seen={seen.get(name)} />
        ))}
      </ul>
      {sorted.length === 0 && <p class="idle">No cluster has that in its name.</p>}
    </>
  );
}

/** @param unasked of how many nothing is known: they are not said to be as they should be */
function fleetSentence(count: number, amiss: number, unasked: number): string {
  const all = count === 1 ? "1 cluster" : `${count} clusters`;
  const some = amiss === 1 ? "1 is not as it should be" : `${amiss} are not as they should be`;
  const rest = count > askedAtMost && unasked > 0 ? [`${unasked} have not been asked`] : [];
  return `${[all, ...(amiss === 0 ? [] : [some]), ...rest].join("; ")}.`;
}

function isAmiss(seen: Seen | undefined): boolean {
  return seen !== undefined && (seen.problem !== null || (seen.heard !== null && !isAsItShouldBe(seen.heard.view)));
}

function Cluster({ name, seen }: { readonly name: string; readonly seen: Seen | undefined }): JSX.Element {
  const heard = seen?.heard ?? null;
  const ageS = useTicking(1_000, () => (heard === null ? 0 : Math.floor(since(heard.asked) / 1_000)));
  const problem = seen?.problem ?? null;
  const isOld = problem !== null || ageS * 1_000 > oldMs;
  return (
    <li class="cluster" data-cluster={name}>
      <header>
        <h2>
          <a href={linkTo({ cluster: name, view: "overview" })}>{name}</a>
        </h2>
        <State seen={seen} isOld={isOld} />
      </header>
      {heard !== null && <Summary view={heard.view} isKnown={!isOld} />}
      {problem !== null && <p class="because">{problem}</p>}
      {isOld && heard !== null && <p class="because">Last heard of {duration(ageS * 1_000)} ago.</p>}
    </li>
  );
}

function State({ seen, isOld }: { readonly seen: Seen | undefined; readonly isOld: boolean }): JSX.Element {
  if (seen === undefined) return <Badge sign="moving" word="not asked yet" />;
  if (isOld || seen.heard === null) return <Badge sign="unknown" word="Unknown" />;
  return isAsItShouldBe(seen.heard.view) ? (
    <Badge sign="good" word="as it should be" />
  ) : (
    <Badge sign="warning" word="look" />
  );
}

function Summary({ view, isKnown }: { readonly view: ClusterView; readonly isKnown: boolean }): JSX.Element {
  const nodes = Object.values(view.nodes);
  const groups = Object.values(view.groups);
  const up = nodes.filter(({ state }) => state === "Up").length;
  const right = groups.filter(({ state, wanted }) => state === wanted).length;
  return (
    <>
      <p>{headline(view, isKnown)}</p>
      <p class="facts quiet">
        <span>{isKnown ? `${up} of ${nodes.length} nodes up` : `${nodes.length} nodes`}</span>
        <span>{isKnown ? `${right} of ${groups.length} groups as wanted` : `${groups.length} groups`}</span>
        {view.maintenance && <span>in maintenance</span>}
      </p>
    </>
  );
}

/** Each of them every few seconds, a few at a time, while somebody looks. */
function useClusters(token: string, names: readonly string[]): ReadonlyMap<string, Seen> {
  const [seen, setSeen] = useState<ReadonlyMap<string, Seen>>(new Map());
  const asked = names.join("\n");
  useEffect(() => {
    let isOver = false;
    let timer: number | undefined;
    const askOne = async (name: string): Promise<void> => {
      const moment = now();
      const answer = await get<ClusterView>(token, pathOf(name));
      if (isOver) return;
      setSeen((before) => {
        const heard = answer.kind === "ok" ? { view: answer.value, asked: moment } : (before.get(name)?.heard ?? null);
        return new Map(before).set(name, { heard, problem: answer.kind === "ok" ? null : sentenceOf(answer) });
      });
    };
    let isAsking = false;
    const round = async (): Promise<void> => {
      if (isAsking) return;
      isAsking = true;
      clearTimeout(timer);
      const left = document.visibilityState === "visible" ? [...names] : [];
      const worker = async (): Promise<void> => {
        for (let name = left.shift(); name !== undefined && !isOver; name = left.shift()) await askOne(name);
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
      isAsking = false;
      if (!isOver) timer = window.setTimeout(() => void round(), everyMs);
    };
    const looked = (): void => void round();
    document.addEventListener("visibilitychange", looked);
    void round();
    return () => {
      isOver = true;
      document.removeEventListener("visibilitychange", looked);
      clearTimeout(timer);
    };
  }, [token, asked]);
  return seen;
}
