import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** The commands that a page shows in its blocks for a shell, line by line. A test takes each of them: what is left was run by nothing. */
export class PageCommands {
  readonly #lines: string[];

  /** @param part between two headings of the page, each as it is written; where one is null, from its beginning or to its end */
  constructor(page: string, part: { readonly from?: string; readonly to?: string } = {}) {
    const text = readFileSync(join(root, page), "utf8");
    const from = part.from === undefined ? 0 : placeOf(text, part.from);
    const to = part.to === undefined ? text.length : placeOf(text, part.to);
    this.#lines = [...text.slice(from, to).matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = ""]) =>
      block.trim().split("\n"),
    );
  }

  /** The first line that is left and has this in it. */
  take(part: string): string {
    const at = this.#lines.findIndex((line) => line.includes(part));
    if (at < 0) throw new Error(`no command that is left has ${part} in it; there are: ${this.#lines.join("; ")}`);
    return this.#lines.splice(at, 1)[0] ?? "";
  }

  left(): readonly string[] {
    return this.#lines;
  }
}

function placeOf(text: string, heading: string): number {
  const at = text.indexOf(`\n${heading}\n`);
  if (at < 0) throw new Error(`the page has no heading ${heading}`);
  return at;
}
