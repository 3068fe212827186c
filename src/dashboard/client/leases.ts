import type { ClusterView } from "../../cluster/questions/view.ts";
import { h, setText } from "./dom.ts";
import { type Moment, since } from "./moment.ts";

type Reading = { readonly remainingMs: number; readonly asked: Moment } | "none" | "unknown";

/** A bar that runs down as a node's lease does, and is full again with each renewal that the page hears of. */
export class LeaseBar {
  readonly element: HTMLElement;
  readonly #fill = h("span", { class: "fill" });
  readonly #bar: HTMLElement;
  readonly #words = h("span", { class: "words" });
  readonly #ttlMs: number;
  #reading: Reading = "unknown";

  constructor(node: string, ttlMs: number) {
    this.#ttlMs = ttlMs;
    const meter = {
      role: "meter",
      "aria-label": `Lease of ${node}`,
      "aria-valuemin": "0",
      "aria-valuemax": String(ttlMs),
    };
    this.#bar = h("span", { class: "bar", ...meter }, this.#fill);
    this.element = h("div", { class: "lease" }, this.#words, this.#bar);
  }

  read(reading: Reading): void {
    this.#reading = reading;
    this.draw();
    this.#bar.setAttribute("aria-valuenow", String(this.#leftMs() ?? 0));
    this.#bar.setAttribute("aria-valuetext", this.#say());
  }

  /** Called ten times a second. */
  draw(): void {
    const left = this.#leftMs() ?? 0;
    // What is set here is a property of the element, which the policy allows; a style attribute it would not.
    this.#fill.style.transform = `scaleX(${Math.min(1, left / this.#ttlMs)})`;
    this.#fill.classList.toggle("low", left < this.#ttlMs / 4);
    setText(this.#words, this.#say());
  }

  #leftMs(): number | null {
    return typeof this.#reading === "string"
      ? null
      : Math.max(0, this.#reading.remainingMs - since(this.#reading.asked));
  }

  #say(): string {
    const left = this.#leftMs();
    if (left === null) return this.#reading === "none" ? "no lease" : "lease not known";
    return left === 0 ? "lease has run out" : `lease: ${seconds(left)} of ${seconds(this.#ttlMs)} left`;
  }
}

/**
 * What is left of a node's lease. A node whose connection is gone is no longer listed with one, but while it owns a group
 * nobody else may have it, and that time runs on from its last renewal.
 */
export function leaseOf(view: ClusterView, node: string): number | null {
  const joined = view.nodes[node]?.leaseRemainingMs ?? null;
  if (joined !== null) return joined;
  const left = Object.values(view.groups)
    .filter(({ lastOwner }) => lastOwner === node)
    .flatMap(({ ageMs }) => (ageMs === null ? [] : [Math.max(0, view.lease.ttlMs - ageMs)]));
  return left.length === 0 ? null : Math.max(...left);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
