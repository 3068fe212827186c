/** A table whose cells are Markdown. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

/** A bar would end the cell, also within code (GFM, 4.10). */
function cell(text: string): string {
  return text.replaceAll("\n", " ").replaceAll("|", "\\|");
}

export function code(text: string | number): string {
  return `\`${text}\``;
}

/** What stands in angle brackets is HTML to a renderer, unless it is code. */
export function plain(text: string): string {
  return text
    .split("`")
    .map((part, index) => (index % 2 === 1 ? `\`${part}\`` : part.replaceAll("<", "&lt;")))
    .join("");
}

/** A sentence of its own: as the code says it, with a capital and a full stop. */
export function sentence(text: string): string {
  const said = plain(text.trim());
  return said === "" ? "" : `${said.slice(0, 1).toUpperCase()}${said.slice(1)}${/[.!?…]$/.test(said) ? "" : "."}`;
}

/** The parts of a page, with an empty line between. */
export function pageOf(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}
