import { useEffect, useState } from "preact/hooks";

/** What of a cluster is looked at. */
export const views = ["overview", "resources", "timeline", "verdict"] as const;
export type View = (typeof views)[number];

/** Where on the page somebody is: what a bookmark finds again. `cluster` null: all of them. */
export type Place = { readonly cluster: string | null; readonly view: View };

/** The address's fragment, which never reaches a server. */
export function placeNow(): Place {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const cluster = fragment.get("cluster");
  const view = views.find((one) => one === fragment.get("view")) ?? "overview";
  return { cluster: cluster === null || cluster === "" ? null : cluster, view };
}

export function linkTo({ cluster, view }: Place): string {
  if (cluster === null) return "#";
  return `#${new URLSearchParams({ cluster, ...(view === "overview" ? {} : { view }) })}`;
}

/** Goes there without a step in the history. */
export function replacePlace(place: Place): void {
  const link = linkTo(place);
  history.replaceState(null, "", `${location.pathname}${link === "#" ? "" : link}`);
  // Nothing tells of it by itself.
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

export function usePlace(): Place {
  const [place, setPlace] = useState(placeNow);
  useEffect(() => {
    const follow = (): void => setPlace(placeNow());
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return place;
}
