import type { JSX } from "preact";
import type { JournalEntry } from "../../cluster/journal.ts";
import type { GroupState, NodeState, ResourceView } from "../../cluster/questions/view.ts";
import type { SeenAssociation } from "../../cluster/state.ts";

/** Drawn, because a font may lack the sign. Beside each stands its word: no state is told by sign or colour alone. */
const paths = {
  good: "M3 8.5l3.2 3.2L13 5",
  bad: "M4 4l8 8M12 4l-8 8",
  moving: "M8 4v4.5l3 2M8 1.5a6.5 6.5 0 1 0 .01 0z",
  off: "M3.5 8h9",
  unknown: "M5.6 6a2.5 2.5 0 1 1 3.5 2.2c-.8.4-1.1.8-1.1 1.7M8 12.6v.1",
  note: "M8 7.9v.1",
  warning: "M8 2.2L14.4 13.5H1.6zM8 6.6v3.2M8 11.6v.1",
  more: "M8 3v.1M8 8v.1M8 13v.1",
} as const;
export type SignName = keyof typeof paths;

export function Sign({ name }: { readonly name: SignName }): JSX.Element {
  return (
    <svg class="sign" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** A sign and a word, in the colour of what they mean. */
export function Badge({ sign, word }: { readonly sign: SignName; readonly word: string }): JSX.Element {
  return (
    <span class={`badge ${sign}`}>
      <Sign name={sign} />
      <span>{word}</span>
    </span>
  );
}

const ofNode: Record<NodeState, SignName> = {
  Up: "good",
  Down: "bad",
  Paused: "off",
  Joining: "moving",
  Unknown: "unknown",
};

export type OwnedState = GroupState | ResourceView["state"];

const ofOwned: Record<OwnedState, SignName> = {
  Online: "good",
  Offline: "off",
  Failed: "bad",
  PartialOnline: "warning",
  Pending: "moving",
  OnlinePending: "moving",
  OfflinePending: "moving",
  Unknown: "unknown",
};

const ofAssociation: Record<SeenAssociation["state"], SignName> = {
  open: "good",
  accepted: "good",
  refused: "bad",
  deferred: "moving",
  closed: "off",
};

const ofSeverity: Record<JournalEntry["severity"], SignName> = { info: "note", warning: "warning", error: "bad" };

export function NodeBadge({ state }: { readonly state: NodeState }): JSX.Element {
  return <Badge sign={ofNode[state]} word={state} />;
}

/** Of a group or a resource. */
export function StateBadge({ state }: { readonly state: OwnedState }): JSX.Element {
  return <Badge sign={ofOwned[state]} word={state} />;
}

export function AssociationBadge({ state }: { readonly state: SeenAssociation["state"] }): JSX.Element {
  return <Badge sign={ofAssociation[state]} word={state} />;
}

export function SeverityBadge({ severity }: { readonly severity: JournalEntry["severity"] }): JSX.Element {
  return <Badge sign={ofSeverity[severity]} word={severity} />;
}

export function ClockTime({ at }: { readonly at: number }): JSX.Element {
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      {dayAndTime(at)}
    </time>
  );
}

/** The time, and the day before it when that is another one. */
export function dayAndTime(at: number): string {
  return dayUnlessToday(new Date(at)) + timeOfDay(at);
}

function dayUnlessToday(date: Date): string {
  if (date.toDateString() === new Date().toDateString()) return "";
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0"));
  return `${month}-${day} `;
}

export function timeOfDay(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** Milliseconds as a person reads them: `85 ms`, `1.9 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return withRest(Math.floor(seconds / 60), "min", seconds % 60, "s");
  return withRest(Math.floor(seconds / 3_600), "h", Math.floor((seconds % 3_600) / 60), "min");
}

function withRest(count: number, unit: string, rest: number, smaller: string): string {
  return rest === 0 ? `${count} ${unit}` : `${count} ${unit} ${rest} ${smaller}`;
}
