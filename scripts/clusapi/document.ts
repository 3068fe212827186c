import type { Functions, Mapped, Mapping } from "./mapping.ts";

const head = `# The cluster API, function by function

Made by \`npm run docs\` from the table of routes; \`npm run check\` fails when it is out of date.

What a program for Windows failover clustering calls in clusapi.dll, and which request does the same here. A function is named only
where the route does what the function does. Its meaning is that of Microsoft's documentation of the Failover Cluster API. A
handle has no place in HTTP: to open an object is to read it, and to close it is nothing. The path is below \`/v1\`; \`GET /docs\` of a
deployment describes each request. The last column leads to what the route is tested with: the row of that name in the file.
`;

/** The whole of docs/clusapi.md. */
export function documentOf(mapping: Mapping, functions: Functions): string {
  const { exported, internal, newer, notMapped, pending } = functions;
  const done = exported.filter((name) => mapping.has(name));
  const later = newer.filter((name) => mapping.has(name));
  const without = exported.filter((name) => Object.hasOwn(notMapped, name));
  const reasons = without.map((name) => `| ${name} | ${notMapped[name] ?? ""} |`);
  return [
    head,
    `${exported.length} functions: ${done.length} done, ${without.length} not, each with its reason${
      pending.length === 0 ? "" : `, ${pending.length} still to be done`
    }.\n`,
    section("Done", ["| function | request | tested by |", "|---|---|---|", ...done.map((name) => row(name, mapping))]),
    later.length === 0
      ? ""
      : section("Done, of later versions of the library", [
          "| function | request | tested by |",
          "|---|---|---|",
          ...later.map((name) => row(name, mapping)),
        ]),
    section("Not done", ["| function | why |", "|---|---|", ...reasons]),
    pending.length === 0 ? "" : section("Still to be done", [`${pending.join(", ")}.`]),
    section("Internal", [
      `Exported as well, for the set-up of Windows clustering only and declared by no header: ${internal.join(", ")}.`,
    ]),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function section(title: string, lines: readonly string[]): string {
  return `## ${title}\n${lines.join("\n")}\n`;
}

function row(name: string, mapping: Mapping): string {
  const by = mapping.get(name) ?? [];
  const column = (cell: (mapped: Mapped) => string): string => by.map(cell).join("<br>");
  const request = column(({ route }) => `\`${route.method} ${route.path}\``);
  return `| ${name} | ${request} | ${column(({ route, test }) => `[${route.id}](../${test})`)} |`;
}
