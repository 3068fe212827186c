import type { JSX } from "preact";
import type { Simulation } from "../../../cluster/simulate/simulate.ts";
import { duration, SeverityBadge } from "../signs.tsx";

/** Beyond that, the first ones tell enough. */
const entriesShown = 40;

/** What a simulation says would happen. */
export function Outcome({ simulation }: { readonly simulation: Simulation }): JSX.Element {
  const { entries, differences, items } = simulation;
  const refused = items[0]?.refused ?? null;
  if (refused !== null) return <p class="problem">It would be refused: {refused}.</p>;
  return (
    <div class="outcome">
      {differences.length === 0 ? (
        <p>In the end every group would be where it is now, and in the state that it is in.</p>
      ) : (
        <ul class="differences" tabIndex={0} aria-label="What would be different">
          {differences.map(({ group, before, after }) => (
            <li key={group}>
              <b>{group}</b>: now {stateOf(before)}; then {stateOf(after)}
            </li>
          ))}
        </ul>
      )}
      {entries.length > 0 && (
        <ol class="list would" tabIndex={0} aria-label="What the journal would say">
          {entries.slice(0, entriesShown).map(({ at, severity, sentence }) => (
            <li class={`entry ${severity}`}>
              <span class="after">after {duration(at)}</span>
              <SeverityBadge severity={severity} />
              <span class="sentence">{sentence}</span>
            </li>
          ))}
          {entries.length > entriesShown && <li class="idle">and {entries.length - entriesShown} more.</li>}
        </ol>
      )}
      <p class="quiet">
        The cluster's own rules on its present state, with agents that are well. Nothing of it has happened.
      </p>
    </div>
  );
}

type Outcomes = Simulation["differences"][number];

function stateOf(outcome: Outcomes["before"]): string {
  return outcome === null ? "not there" : `${outcome.state} on ${outcome.owner ?? "no node"}, epoch ${outcome.epoch}`;
}
