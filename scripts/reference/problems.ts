import { hints } from "../../src/cli/hints.ts";
import { type ProblemCode, problemCodes, problemKinds } from "../../src/protocol/problems.ts";
import { code, pageOf, plain, tableOf } from "./markdown.ts";
import { madeFrom, type MadePage } from "./page.ts";

const head = `# Problems

${madeFrom("`src/protocol/problems.ts` and the command's hints")}

Every refusal of the API is \`application/problem+json\` (RFC 9457). Decide by \`code\`, which never changes its meaning; \`detail\` is a sentence about the case, and may be
worded otherwise in any version. \`type\` is \`urn:bridgehead:problem:\` and the code. Where Microsoft's cluster API has an error for the case, \`win32\` has its name and number.`;

export function problemsPage(): MadePage {
  const statuses = [...new Set(problemCodes.map((name) => problemKinds[name].status))].toSorted((a, b) => a - b);
  const sections = statuses.map((status) => {
    const rows = problemCodes.filter((name) => problemKinds[name].status === status).map(rowOf);
    return `## ${status}\n\n${tableOf(["code", "title", "Win32", "what to do"], rows)}`;
  });
  return { path: "docs/reference/problems.md", text: pageOf([head, ...sections]), faults: [] };
}

function rowOf(name: ProblemCode): string[] {
  const kind = problemKinds[name];
  const win32 = "win32" in kind ? `${kind.win32.name} (${kind.win32.number})` : "";
  return [code(name), plain(kind.title), win32, plain(hints[name])];
}
