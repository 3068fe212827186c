import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** A piece of the page. `html` escapes whatever is put into one, unless it is one itself. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** The document writes code in Markdown's quotes, and nothing else of Markdown. */
export function plain(text: string): Markup[] {
  return text.split("`").map((part, index) => (index % 2 === 1 ? code(part) : html`${part}`));
}

export function code(text: string): Markup {
  return html`<code>${text}</code>`;
}

/** `a`, `a or b`, `a, b or c`. */
export function either(parts: readonly Markup[]): Markup[] {
  return parts.map((part, index) => {
    if (index === 0) return part;
    return index === parts.length - 1 ? html` or ${part}` : html`, ${part}`;
  });
}
