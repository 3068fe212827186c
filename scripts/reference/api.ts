import { problemKinds, type ProblemCode } from "../../src/protocol/problems.ts";
import { type FamilyRow, familiesOfRoutes, problemCodesOf, type RouteRow } from "../table-of-routes.ts";
import { code, pageOf, plain, sentence, tableOf } from "./markdown.ts";
import { madeFrom, type MadePage } from "./page.ts";

const head = `# The API

${madeFrom("the table of routes that the Worker enforces")}

Each path is below \`/v1\`. A deployment tells more of itself, with every field, an example and a \`curl\` command for each request, at \`/docs\`, and for machines at
\`/openapi.json\`. A token goes into \`Authorization: Bearer …\`; which roles a request takes is in its row ([SECURITY.md](../../SECURITY.md) says who may do what).
What each refusal means is in [problems.md](problems.md).`;

/** Those that so many requests can be refused with say nothing about one of them. */
const commonShare = 0.5;

export async function apiPage(): Promise<MadePage> {
  const families = await familiesOfRoutes();
  const specs = families.flatMap(({ routes }) => routes.map(({ spec }) => spec));
  const codesOf = await problemCodesOf();
  const common = commonOf(specs.map(codesOf));
  const commonText = [...common].map((name) => `${code(name)} (${problemKinds[name].status})`).join(", ");
  return {
    path: "docs/reference/api.md",
    text: pageOf([
      head,
      `Most requests can be refused with ${commonText}. The last column has what else a request can be refused with.`,
      ...families.map((family) => section(family, (spec) => codesOf(spec).filter((name) => !common.has(name)))),
    ]),
    faults: [],
  };
}

function commonOf(all: readonly (readonly ProblemCode[])[]): Set<ProblemCode> {
  const names = new Set(all.flat());
  return new Set(
    [...names].filter((name) => all.filter((codes) => codes.includes(name)).length > all.length * commonShare),
  );
}

function section({ name, what, routes }: FamilyRow, ownCodes: (spec: RouteRow) => readonly ProblemCode[]): string {
  const title = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`.replaceAll("-", " ");
  const rows = routes.map(({ spec }) => [
    `${code(`${spec.method} ${spec.path}`)}<br>${spec.id}`,
    typeof spec.roles === "string" ? "none" : spec.roles.join(", "),
    sentence(spec.summary),
    ownCodes(spec).map(code).join(", "),
  ]);
  return `## ${title}\n\n${plain(what)}\n\n${tableOf(["request", "token", "what it does", "refusals of its own"], rows)}`;
}
