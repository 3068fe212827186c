import { badge, h, type Sign, timeOfDay } from "./dom.ts";
import { type Moment, since } from "./moment.ts";

/** How far what is shown can be trusted, said in words beside a sign. */
export type Trust =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** Without a watch: what happens is seen when it is asked for next. */
  | { readonly kind: "asking" }
  /** The newest question was not answered, and the last answer is young enough to be shown still. */
  | { readonly kind: "trying" }
  | { readonly kind: "old"; readonly heard: Moment };

const signs: Record<Trust["kind"], Sign> = {
  connecting: "moving",
  live: "good",
  asking: "good",
  trying: "moving",
  old: "warning",
};

export function trustBadge(trust: Trust): HTMLElement {
  return badge(signs[trust.kind], shortly(trust));
}

/** The strip above the picture; null when there is nothing to warn of. */
export function trustWarning(trust: Trust, why: string | null): HTMLElement | null {
  if (trust.kind !== "old") return null;
  const seconds = Math.floor(since(trust.heard) / 1000);
  const rest = why ?? "No answer has come since. This page goes on asking.";
  return h(
    "p",
    { class: "stale" },
    h("b", {}, `Not connected since ${timeOfDay(trust.heard.wall)} (${seconds} s).`),
    ` What is below is old: nobody knows from it who owns what now. ${rest}`,
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
