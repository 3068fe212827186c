/**
 * Packs the page's script and style, and the style of the API's reference, into `packed.ts`, so that the Worker carries them as strings and no way to run it
 * needs another step or another kind of module. Run it after each change below `client/`: node src/dashboard/pack.ts
 */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const folder = import.meta.dirname;
export const packedFile = join(folder, "packed.ts");

/** What `packed.ts` should hold. */
export async function pack(): Promise<string> {
  const [script, style, referenceStyle] = await Promise.all(["main.tsx", "style.css", "reference.css"].map(bundle));
  return `/** Made by pack.ts out of client/: change those, and run it. */
${constant("script", script)}
${constant("style", style)}
${constant("referenceStyle", referenceStyle)}
`;
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, "client", entry)],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    jsx: "automatic",
    jsxImportSource: "preact",
    target: ["chrome111", "firefox115", "safari16.4"],
    legalComments: "none",
  });
  return outputFiles[0]?.text ?? "";
}

/** The tag is of the content, so that a browser keeps what has not changed over deployments. */
function constant(name: string, text = ""): string {
  const tag = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return `export const ${name} = {
  tag: '"${tag}"',
  text: ${literal(text)},
} as const;`;
}

/** In the quotes that need fewer escapes, as the formatter would have it. */
function literal(text: string): string {
  const double = JSON.stringify(text);
  if (text.split('"').length <= text.split("'").length) return double;
  return `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

if (import.meta.main) await writeFile(packedFile, await pack());
