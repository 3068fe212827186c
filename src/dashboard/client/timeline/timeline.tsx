import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { JournalEntry } from "../../../cluster/journal.ts";
import type { ClusterView } from "../../../cluster/questions/view.ts";
import type { Failover } from "../../../cluster/questions/failovers.ts";
import { Entries } from "../lists/journal.tsx";
import { duration } from "../signs.tsx";
import { useTicking } from "../tick.ts";
import { Chart } from "./chart.tsx";
import { useHistory } from "./history.ts";
import { FailoverTold } from "./phases.tsx";
import { type Chosen, chosenBy, moved, type Window, windowOf, zoomed } from "./window.ts";

const spans = [
  ["Last 1 min", 60_000],
  ["Last 10 min", 600_000],
  ["Last 1 h", 3_600_000],
  ["Last 1 day", 86_400_000],
  ["All", Infinity],
] as const;

const entriesShown = 100;
const failoversShown = 20;

/** What happened when, on a line for each group, as far back and as closely as one wants to look. */
export function Timeline(props: {
  readonly token: string;
  readonly cluster: string;
  readonly view: ClusterView;
  readonly entries: readonly JournalEntry[];
}): JSX.Element {
  const { token, cluster, view } = props;
  const [pages, setPages] = useState(1);
  const { entries, failovers, problem, hasEarlier } = useHistory(token, cluster, props.entries, pages);
  // Entries are told by the object's clock: where that is ahead of the browser's, the newest of them is the present.
  const now = Math.max(useTicking(secondMs, secondNow), entries.at(-1)?.at ?? 0);
  const all = { from: Math.min(entries[0]?.at ?? now, now - 60_000), to: now };
  const [chosen, setChosen] = useState<Chosen>({ kind: "last", ms: 600_000 });
  const window = windowOf(chosen, all);
  const choose = (next: Window): void => setChosen(chosenBy(next, all));
  const middle = (window.from + window.to) / 2;
  const seen = entries.filter(({ at }) => at >= window.from && at <= window.to);
  const changed = failovers.filter((failover) => isIn(failover, window));
  const zoomAt = (factor: number, at: number): void => choose(zoomed(window, factor, at, all));
  return (
    <div class="timeline">
      <div class="controls" role="group" aria-label="What of the time is shown">
        <button type="button" onClick={() => choose(moved(window, -0.5, all))}>
          Earlier
        </button>
        <button type="button" onClick={() => zoomAt(0.5, middle)}>
          Closer
        </button>
        <button type="button" onClick={() => zoomAt(2, middle)}>
          Wider
        </button>
        <button type="button" onClick={() => choose(moved(window, 0.5, all))}>
          Later
        </button>
        {spans.map(([name, ms]) => (
          <button
            type="button"
            aria-pressed={chosen.kind === "last" && chosen.ms === ms}
            onClick={() => setChosen({ kind: "last", ms })}
          >
            {name}
          </button>
        ))}
        {hasEarlier && (
          <button type="button" onClick={() => setPages(pages + 1)}>
            Read more of the journal
          </button>
        )}
      </div>
      {problem !== null && <p class="problem">What came before is not known. {problem}</p>}
      <Chart
        view={view}
        entries={entries}
        failovers={failovers}
        window={window}
        now={now}
        zoom={zoomAt}
        move={(share) => choose(moved(window, share, all))}
      />
      <p class="quiet" role="status">
        {spanOf(chosen)}: {counted(seen.length, "entry", "entries")},{" "}
        {counted(changed.length, "change of owner", "changes of owner")}.
      </p>
      <div class="lists">
        <section aria-labelledby="changes-title">
          <h2 id="changes-title">Changes of owner</h2>
          {changed.length === 0 && <p class="idle">None in this time.</p>}
          {changed.slice(0, failoversShown).map((failover) => (
            <FailoverTold key={`${failover.group} ${failover.epoch}`} failover={failover} />
          ))}
          {changed.length > failoversShown && <p class="quiet">and {changed.length - failoversShown} before.</p>}
        </section>
        <section aria-labelledby="seen-title">
          <h2 id="seen-title">Events of this time</h2>
          <ul class="list" aria-label="Newest first">
            {seen.length === 0 && <li class="idle">None in this time.</li>}
            <Entries entries={seen.slice(-entriesShown).toReversed()} />
            {seen.length > entriesShown && <li class="idle">and {seen.length - entriesShown} before.</li>}
          </ul>
        </section>
      </div>
    </div>
  );
}

/** What goes on with the time is called the same all the while: who is read to hears only what is new. */
function spanOf(chosen: Chosen): string {
  if (chosen.kind === "fixed") return duration(chosen.window.to - chosen.window.from);
  return chosen.ms === Infinity ? "All that is read" : `The last ${duration(chosen.ms)}`;
}

const secondMs = 1_000;

function secondNow(): number {
  return Math.floor(Date.now() / secondMs) * secondMs;
}

function counted(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}

function isIn({ phases }: Failover, { from, to }: Window): boolean {
  return (phases.beganAt ?? phases.ownedAt) <= to && (phases.onlineAt ?? phases.ownedAt) >= from;
}
