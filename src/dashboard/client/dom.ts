/** Everything on the page is built of nodes and text: what comes from a cluster is never read as markup. */
export type Child = Node | string | null;

export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** An element of the page as it was served. */
export function part<T extends Element>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no ${id}`);
  return element;
}

/** Says it only if it is news: a live region repeats what is written to it. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

const svgNamespace = "http://www.w3.org/2000/svg";

export function svg(
  tag: string,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly Node[]
): SVGElement {
  const element = document.createElementNS(svgNamespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Drawn, because a font may lack the sign. Beside each stands its word: no state is told by sign or colour alone. */
const signs = {
  good: "M3 8.5l3.2 3.2L13 5",
  bad: "M4 4l8 8M12 4l-8 8",
  moving: "M8 4v4.5l3 2M8 1.5a6.5 6.5 0 1 0 .01 0z",
  off: "M3.5 8h9",
  unknown: "M5.6 6a2.5 2.5 0 1 1 3.5 2.2c-.8.4-1.1.8-1.1 1.7M8 12.6v.1",
  note: "M8 7.9v.1",
  warning: "M8 2.2L14.4 13.5H1.6zM8 6.6v3.2M8 11.6v.1",
} as const;
export type Sign = keyof typeof signs;

export function sign(name: Sign): SVGElement {
  return svg("svg", { class: "sign", viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: signs[name] }));
}

/** A sign and a word, in the colour of what they mean. */
export function badge(name: Sign, word: string): HTMLElement {
  return h("span", { class: `badge ${name}` }, sign(name), h("span", {}, word));
}

export function clockTime(at: number): HTMLElement {
  const date = new Date(at);
  return h("time", { datetime: date.toISOString(), title: date.toLocaleString() }, timeOfDay(at));
}

export function timeOfDay(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}
