import type { JournalEntry } from "../../cluster/journal.ts";
import type { SeenAssociation } from "../../cluster/state.ts";
import { badge, clockTime, h, type Sign } from "./dom.ts";
import { associationBadge } from "./states.ts";

const entriesShown = 30;
const associationsShown = 12;

/** Newest first: what MTAs said of their associations, on this side and on the other. */
export function associationItems(associations: readonly SeenAssociation[]): HTMLElement[] {
  if (associations.length === 0) return [h("li", { class: "idle" }, "No association has been reported yet.")];
  return associations.slice(-associationsShown).toReversed().map(associationItem);
}

export function associationCounts(associations: readonly SeenAssociation[]): string {
  if (associations.length === 0) return "";
  const refused = associations.filter(({ state }) => state === "refused").length;
  const accepted = associations.filter(({ state }) => state === "open" || state === "accepted").length;
  return `The last reports: ${accepted} accepted, ${refused} refused, ${associations.length} in all.`;
}

function associationItem(seen: SeenAssociation): HTMLElement {
  const { partner, direction, reporter, localAddress, remoteAddress } = seen;
  const own = end(reporter, localAddress);
  const other = end(partner, remoteAddress);
  const [caller, called] = direction === "outbound" ? [own, other] : [other, own];
  return h(
    "li",
    { class: `association ${seen.state}` },
    clockTime(seen.at),
    associationBadge(seen.state),
    h(
      "div",
      { class: "sentence" },
      h("p", {}, caller, h("span", { class: "to" }, " to "), called),
      seen.reason === null ? null : h("p", { class: seen.state === "refused" ? "problem" : "quiet" }, seen.reason),
      h("p", { class: "quiet" }, `Says ${reporter}.`),
    ),
  );
}

function end(name: string, address: string | null): HTMLElement {
  return h("span", { class: "end" }, h("b", {}, name), " ", h("span", { class: "address" }, address ?? "no address"));
}

const signOfSeverity: Record<JournalEntry["severity"], Sign> = { info: "note", warning: "warning", error: "bad" };

/** The newest journal entries that the page has heard, in order. */
export class Journal {
  readonly #list: HTMLElement;
  #entries: JournalEntry[] = [];

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  clear(): void {
    this.#entries = [];
    this.#list.replaceChildren();
  }

  add(entry: JournalEntry): void {
    this.#entries = [...this.#entries, entry].slice(-entriesShown);
    this.#list.prepend(entryItem(entry));
    while (this.#list.childElementCount > entriesShown) this.#list.lastElementChild?.remove();
  }

  /** What is missing is said where it is missing, and what has been rolled back is taken away. */
  gap(resumesAt: number): void {
    this.#entries = this.#entries.filter(({ seq }) => seq <= resumesAt);
    const sentence = `What the journal said before entry ${resumesAt + 1} is no longer there to be told.`;
    const items = this.#entries.map(entryItem).toReversed();
    this.#list.replaceChildren(h("li", { class: "idle" }, sentence), ...items);
  }
}

function entryItem({ seq, at, severity, sentence, mscsId }: JournalEntry): HTMLElement {
  return h(
    "li",
    { class: `entry ${severity}`, "data-seq": String(seq) },
    clockTime(at),
    badge(signOfSeverity[severity], severity),
    h(
      "span",
      { class: "sentence" },
      sentence,
      mscsId === null ? null : h("span", { class: "quiet" }, ` event ${mscsId}`),
    ),
  );
}
