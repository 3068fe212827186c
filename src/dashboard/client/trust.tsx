import type { JSX } from "preact";
import type { Known } from "./known.ts";
import { type Moment, since } from "./moment.ts";
import { Badge, type SignName, timeOfDay } from "./signs.tsx";

/** How far what is shown can be trusted, said in words beside a sign. */
export type Trust =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** Without a watch: what happens is seen when it is asked for next. */
  | { readonly kind: "asking" }
  /** The newest question was not answered, and the last answer is young enough to be shown still. */
  | { readonly kind: "trying" }
  | { readonly kind: "old"; readonly heard: Moment; readonly seconds: number };

/** With a very short ttl, what was heard between two questions is not called old. */
const youngestOldMs = 1_500;

/** An owner that has not been heard of for a ttl is Unknown to the control plane; so is all of it to a page that has not heard. */
export function trustIn({ heard, missed }: Known, isWatching: boolean): Trust {
  if (heard === null) return { kind: missed ? "trying" : "connecting" };
  const ms = since(heard.asked);
  if (ms > Math.max(heard.view.lease.ttlMs, youngestOldMs))
    return { kind: "old", heard: heard.asked, seconds: Math.floor(ms / 1_000) };
  if (missed) return { kind: "trying" };
  return { kind: isWatching ? "live" : "asking" };
}

const signs: Record<Trust["kind"], SignName> = {
  connecting: "moving",
  live: "good",
  asking: "good",
  trying: "moving",
  old: "warning",
};

export function TrustBadge({ trust }: { readonly trust: Trust }): JSX.Element {
  return <Badge sign={signs[trust.kind]} word={shortly(trust)} />;
}

/** The strip above all that is old. */
export function Stale({ trust, why }: { readonly trust: Trust; readonly why: string | null }): JSX.Element | null {
  if (trust.kind !== "old") return null;
  return (
    <p class="stale">
      <b>
        Not connected since {timeOfDay(trust.heard.wall)} ({trust.seconds} s).
      </b>{" "}
      What is below is old: nobody knows from it who owns what now.{" "}
      {why ?? "No answer has come since. This page goes on asking."}
    </p>
  );
}

function shortly(trust: Trust): string {
  switch (trust.kind) {
    case "connecting":
      return "connecting";
    case "live":
      return "live";
    case "asking":
      return "live, by asking each second";
    case "trying":
      return "not answered, asking again";
    case "old":
      return `not connected since ${timeOfDay(trust.heard.wall)}`;
  }
}
