import type { JSX } from "preact";
import type { JournalEntry } from "../../../cluster/journal.ts";
import { ClockTime, SeverityBadge } from "../signs.tsx";

const shown = 30;

/** What happened, newest first. What is missing is said where it is missing. */
export function Journal({
  entries,
  gapAt,
}: {
  readonly entries: readonly JournalEntry[];
  readonly gapAt: number | null;
}): JSX.Element {
  const newest = entries.slice(-shown).toReversed();
  const isAbove = ({ seq }: JournalEntry): boolean => gapAt === null || seq > gapAt;
  const isGapSeen = gapAt !== null && (newest.length < shown || !newest.every(isAbove));
  return (
    <section aria-labelledby="events-title">
      <h2 id="events-title">Events</h2>
      <p class="quiet">The newest that the journal has; each change of owner is there.</p>
      <ul id="events" class="list" aria-label="Newest first">
        <Entries entries={newest.filter(isAbove)} />
        {isGapSeen && (
          <li class="idle">What the journal said before entry {gapAt + 1} is no longer there to be told.</li>
        )}
        <Entries entries={newest.filter((entry) => !isAbove(entry))} />
      </ul>
    </section>
  );
}

export function Entries({ entries }: { readonly entries: readonly JournalEntry[] }): JSX.Element {
  return (
    <>
      {entries.map(({ seq, at, severity, sentence, mscsId }) => (
        <li key={seq} class={`entry ${severity}`} data-seq={seq}>
          <ClockTime at={at} />
          <SeverityBadge severity={severity} />
          <span class="sentence">
            {sentence}
            {mscsId !== null && <span class="quiet"> event {mscsId}</span>}
          </span>
        </li>
      ))}
    </>
  );
}
