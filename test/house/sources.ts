import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A file of the repository: its path from the root, and what it holds. */
export type Source = { readonly path: string; readonly text: string };

export function sourcesIn(folder: string, endings: readonly string[] = [".ts", ".tsx"]): Source[] {
  return readdirSync(`${root}${folder}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => `${entry.parentPath.slice(root.length)}/${entry.name}`)
    .toSorted()
    .map((path) => ({ path, text: readFileSync(`${root}${path}`, "utf8") }));
}

export function fileOf(path: string): string {
  return readFileSync(`${root}${path}`, "utf8");
}

/** What a page of docs/ links to in the repository, by paths from the root. */
export function linksOf(page: string): string[] {
  return [...page.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, target = ""]) => target);
}

const comment = /\/\/[^\n]*|\/\*[^]*?\*\//;
/** A slash begins a pattern where an operand is expected; elsewhere it divides. */
const pattern = /(?<=(?:^|[(,=:[!&|?{};+>]|\breturn)\s*)\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/m;
const text = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[^])*`/;
const tokens = new RegExp([comment, pattern, text].map(({ source }) => source).join("|"), "gm");

/** The text with its comments blanked, at the same places. */
export function withoutComments(file: string): string {
  return file.replace(tokens, (token) => (/^\/[/*]/.test(token) ? blank(token) : token));
}

/** The text with comments and the insides of literals blanked: what is left is program. */
export function programOf(file: string): string {
  return file.replace(tokens, (token) => blank(token));
}

function blank(token: string): string {
  return token.replace(/[^\n]/g, " ");
}

/** What a file imports or exports from elsewhere, as it is written. */
export function importsOf(file: string): string[] {
  const found = withoutComments(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*(["'])([^"'\n]+)\1/g);
  return [...found].map((match) => match[2] ?? "");
}

/** A relative import as a path from the root; null for a package or a module of Node. */
export function resolved(from: string, specifier: string): string | null {
  if (!specifier.startsWith(".")) return null;
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}
