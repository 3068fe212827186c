import type { ClusterView } from "../../cluster/questions/view.ts";
import type { ProblemDetails } from "../../protocol/problems.ts";
import { sentenceOfProblem } from "./api.ts";
import { part, setText } from "./dom.ts";
import { Feed } from "./feed.ts";
import { associationCounts, associationItems, Journal } from "./lists.ts";
import { type ClusterMap, drawMap, readLeases } from "./map.ts";
import { type Moment, since } from "./moment.ts";
import { headline } from "./sentences.ts";
import { type Trust, trustBadge, trustWarning } from "./status.ts";
import { drawWires } from "./wires.ts";

type Heard = { readonly view: ClusterView; readonly asked: Moment };

/** Bars run smoothly at this rate, and no faster one is worth the battery. */
const tickMs = 100;

/** One cluster on the page, from the first question until `end`. */
export class Board {
  readonly #feed: Feed;
  readonly #journal = new Journal(part("events", HTMLElement));
  readonly #ticker: number;
  readonly #resized = new ResizeObserver(() => this.#drawWires());
  #heard: Heard | null = null;
  /** The newest question went without an answer. */
  #missed = false;
  #problem: ProblemDetails | null = null;
  #map: ClusterMap | null = null;
  /** What the map was drawn from: it is drawn again only when that is different. */
  #drawn = "";
  #trusted = "";

  constructor(token: string, cluster: string, refused: (problem: ProblemDetails) => void) {
    this.#journal.clear();
    setText(part("headline", HTMLElement), `Asking for cluster ${cluster} …`);
    this.#feed = new Feed(token, cluster, {
      state: (view, asked) => this.#take({ view, asked }),
      entry: (entry) => this.#journal.add(entry),
      gap: (resumesAt) => this.#journal.gap(resumesAt),
      missed: (problem) => this.#miss(problem),
      refused,
    });
    this.#feed.start();
    this.#resized.observe(part("picture", HTMLElement));
    this.#ticker = window.setInterval(() => this.#tick(), tickMs);
  }

  end(): void {
    clearInterval(this.#ticker);
    this.#resized.disconnect();
    this.#feed.end();
    for (const id of ["picture", "associations", "events", "warning", "status"])
      part(id, HTMLElement).replaceChildren();
    for (const id of ["headline", "association-counts"]) setText(part(id, HTMLElement), "");
    document.title = "Bridgehead";
  }

  #take(heard: Heard): void {
    this.#heard = heard;
    this.#missed = false;
    this.#problem = null;
    this.#draw();
  }

  #miss(problem: ProblemDetails | null): void {
    this.#missed = true;
    this.#problem = problem;
    this.#draw();
  }

  #tick(): void {
    // A page that nobody sees asks for nothing, so that what it holds grows old is no news.
    if (document.visibilityState !== "visible") return;
    this.#draw();
    for (const bar of this.#map?.leases.values() ?? []) bar.draw();
  }

  #draw(): void {
    const trust = this.#trust();
    this.#drawTrust(trust);
    if (this.#heard === null) return;
    const { view, asked } = this.#heard;
    const known = trust.kind !== "old";
    const drawnFrom = JSON.stringify([known, timeless(view)]);
    if (this.#map !== null && drawnFrom === this.#drawn) return readLeases(this.#map, view, asked, known);
    this.#drawn = drawnFrom;
    this.#map = drawMap(view, known);
    // Before they have a place, so that a new bar begins where it is, and does not run up to it.
    readLeases(this.#map, view, asked, known);
    this.#show(view, known, this.#map);
  }

  /** An owner that has not been heard of for a ttl is Unknown to the control plane; so is all of it to a page that has not heard. */
  #trust(): Trust {
    if (this.#heard === null) return { kind: this.#missed ? "trying" : "connecting" };
    const { view, asked } = this.#heard;
    if (since(asked) > Math.max(view.lease.ttlMs, youngestOldMs)) return { kind: "old", heard: asked };
    if (this.#missed) return { kind: "trying" };
    return { kind: this.#feed.watching ? "live" : "asking" };
  }

  #drawTrust(trust: Trust): void {
    const why = this.#problem === null ? null : sentenceOfProblem(this.#problem);
    const age = trust.kind === "old" ? Math.floor(since(trust.heard) / 1000) : 0;
    const said = JSON.stringify([trust.kind, age, why]);
    if (said === this.#trusted) return;
    this.#trusted = said;
    part("status", HTMLElement).replaceChildren(trustBadge(trust));
    const warning = trustWarning(trust, why);
    part("warning", HTMLElement).replaceChildren(...(warning === null ? [] : [warning]));
  }

  #show(view: ClusterView, known: boolean, { element }: ClusterMap): void {
    const sentence = headline(view, known);
    setText(part("headline", HTMLElement), sentence);
    document.title = `${sentence} – Bridgehead`;
    part("picture", HTMLElement).replaceChildren(element);
    this.#drawWires();
    part("associations", HTMLElement).replaceChildren(...associationItems(view.associations));
    setText(part("association-counts", HTMLElement), associationCounts(view.associations));
  }

  #drawWires(): void {
    if (this.#map?.element.isConnected === true) drawWires(this.#map.element, this.#map.wires);
  }
}

/** With a very short ttl, what was heard between two questions is not called old. */
const youngestOldMs = 1_500;

/** The state without what changes with each renewal. */
function timeless(view: ClusterView): unknown {
  const without = (key: string, value: unknown): unknown =>
    key === "ageMs" || key === "leaseRemainingMs" || key === "lastEvent" ? undefined : value;
  return JSON.parse(JSON.stringify(view, without)) as unknown;
}
