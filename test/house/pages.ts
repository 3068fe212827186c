import { existsSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { packageRoot } from "../../src/cli/package-files.ts";
import { fileOf } from "./sources.ts";

/** Folders that hold nothing of this repository's own. */
const notOurs = new Set(["node_modules", "test-results"]);

/** Every Markdown file of the repository, by its path from the root. */
export function pagesBelow(folder = ""): string[] {
  return readdirSync(join(packageRoot, folder), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith(".") && !name.startsWith("dist") && !notOurs.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return pagesBelow(path);
      return entry.name.endsWith(".md") ? [path] : [];
    })
    .toSorted();
}

/** A page without its blocks of code. */
function proseOf(text: string): string {
  return text.replace(/^( *)```[^\n]*\n[\s\S]*?^\1```$/gm, "");
}

/** Where the links and pictures of a page lead, as they are written. */
export function targetsOf(text: string): string[] {
  const prose = proseOf(text).replaceAll(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, "code");
  const inline = [...prose.matchAll(/\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const defined = [...prose.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?\s*$/gm)];
  const html = [...prose.matchAll(/<(?:a|img)\b[^>]*\b(?:href|src)="([^"]*)"/g)];
  return [...inline, ...defined, ...html].map(([, target = ""]) => target);
}

/** The anchors of a page: of its headings, as GitHub makes them (github-slugger), and those that it names itself. */
export function anchorsOf(text: string): Set<string> {
  const prose = proseOf(text);
  const anchors = new Set([...prose.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)].map(([, id = ""]) => id));
  const times = new Map<string, number>();
  for (const [, heading = ""] of prose.matchAll(/^ {0,3}#{1,6}[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$/gm)) {
    const slug = slugOf(heading);
    const before = times.get(slug) ?? 0;
    times.set(slug, before + 1);
    anchors.add(before === 0 ? slug : `${slug}-${before}`);
  }
  return anchors;
}

function slugOf(heading: string): string {
  return heading
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/<[^>]+>/g, "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");
}

/** What is wrong with where a link of a page leads; null: nothing, or it is of another place, which is not asked. */
export function faultOfLink(page: string, target: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return null;
  const [file = "", anchor] = target.split("#");
  const path = file === "" ? page : normalize(join(dirname(page), decodeURIComponent(file)));
  if (path.startsWith("..") || file.startsWith("/")) return "leads out of the repository";
  if (!existsSync(join(packageRoot, path))) return "leads to no file";
  if (anchor === undefined) return null;
  if (!path.endsWith(".md")) return /^L\d+(-L\d+)?$/.test(anchor) ? null : "names a heading of what is no page";
  return anchorsOf(fileOf(path)).has(anchor) ? null : "leads to no heading of that page";
}

/** The pages that one leads to, itself among them, over any number of links. */
export function reachableFrom(start: string): Set<string> {
  const found = new Set([start]);
  for (const page of found) {
    for (const target of targetsOf(fileOf(page))) {
      const [file = ""] = target.split("#");
      const path = normalize(join(dirname(page), file));
      if (file.endsWith(".md") && faultOfLink(page, target) === null) found.add(path);
    }
  }
  return found;
}

/** The blocks of a page in one language; "" for those in none. */
export function blocksIn(text: string, language: string): string[] {
  return [...text.matchAll(/^( *)```([^\n]*)\n([\s\S]*?)^\1```$/gm)].flatMap(([, , of, block = ""]) =>
    of === language ? [block] : [],
  );
}
