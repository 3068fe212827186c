import { readFileSync } from "node:fs";
import { join } from "node:path";
import { limits } from "../../src/cluster/limits.ts";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { root } from "../tool.ts";
import { commentsOf } from "./comments.ts";
import { code, pageOf, plain, tableOf } from "./markdown.ts";
import { madeFrom, type MadePage } from "./page.ts";

const head = `# Limits

${madeFrom("`src/cluster/limits.ts` and `src/protocol/limits.ts`")}

Everything that comes in and everything that is kept has a bound. What would exceed one is refused, with the bound in the sentence. None can be set. A name that ends in \`Ms\` is milliseconds, one that ends in \`Bytes\` octets, and one in \`Length\` characters.`;

const sets = [
  { title: "A cluster", object: "limits", file: "src/cluster/limits.ts", values: limits },
  {
    title: "Requests and connections",
    object: "protocolLimits",
    file: "src/protocol/limits.ts",
    values: protocolLimits,
  },
];

export function limitsPage(): MadePage {
  const faults: string[] = [];
  const sections = sets.map(({ title, object, file, values }) => {
    const said = commentsOf(readFileSync(join(root, file), "utf8"), `export const ${object} = {`);
    const rows = Object.entries(values).map(([name, value]) => {
      const what = said.get(name);
      if (what === undefined) faults.push(`${file}: ${name} has no comment that says what it bounds`);
      return [code(name), value.toLocaleString("en-US").replaceAll(",", " "), plain(what ?? "")];
    });
    return `## ${title}\n\n${tableOf(["limit", "value", "what it bounds"], rows)}`;
  });
  return { path: "docs/reference/limits.md", text: pageOf([head, ...sections]), faults };
}
