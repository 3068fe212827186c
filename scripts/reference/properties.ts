import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PropertyRule, PropertyRules } from "../../src/cluster/properties/properties.ts";
import { dwordMax } from "../../src/cluster/properties/properties.ts";
import {
  clusterProperties,
  commonResourceProperties,
  groupProperties,
  netInterfaceProperties,
  networkProperties,
  nodeProperties,
  requiredDependencies,
  resourceTypeProperties,
  resourceTypes,
} from "../../src/cluster/properties/property-tables.ts";
import { root } from "../tool.ts";
import { commentsOf } from "./comments.ts";
import { code, pageOf, plain, sentence, tableOf } from "./markdown.ts";
import { madeFrom, type MadePage } from "./page.ts";

const tables = "src/cluster/properties/property-tables.ts";
const clusterTable = "src/cluster/properties/cluster-property-table.ts";

const head = `# Properties

${madeFrom("the tables in `src/cluster/properties`")}

The properties of Windows failover clustering (MSCS), with their names, ranges and defaults; what a property means is Microsoft's, where nothing else is said.
Durations of resources are milliseconds and those of clusters seconds, where nothing else is said. \`max\` is ${dwordMax}, the largest DWORD.

A definition sets one under \`properties\`; \`bridgehead NOUN set NAME PROPERTY=VALUE\` sets one, and \`bridgehead NOUN properties NAME\` shows them as they are.
In a definition \`true\` is 1 and \`false\` 0. One that is **read only** is told by the cluster and cannot be set. One that is **kept** is taken, given back, and changes
nothing here, for the reason that stands there.`;

type Table = {
  readonly title: string;
  readonly rules: PropertyRules;
  readonly file: string;
  readonly opening: string;
};

const ofObjects: readonly Table[] = [
  { title: "Cluster", rules: clusterProperties, file: clusterTable, opening: "export const clusterProperties" },
  { title: "Node", rules: nodeProperties, file: tables, opening: "export const nodeProperties" },
  { title: "Network", rules: networkProperties, file: tables, opening: "export const networkProperties" },
  {
    title: "Network interface",
    rules: netInterfaceProperties,
    file: tables,
    opening: "export const netInterfaceProperties",
  },
  { title: "Group", rules: groupProperties, file: tables, opening: "export const groupProperties" },
  {
    title: "Every resource",
    rules: commonResourceProperties,
    file: tables,
    opening: "export const commonResourceProperties",
  },
  {
    title: "Resource type",
    rules: resourceTypeProperties,
    file: tables,
    opening: "export const resourceTypeProperties",
  },
];
const ofResources: readonly Table[] = Object.entries(resourceTypes).map(([title, rules]) => ({
  title,
  rules,
  file: tables,
  opening: /\W/.test(title) ? `"${title}": {` : `${title}: {`,
}));

export function propertiesPage(): MadePage {
  const text = pageOf([
    head,
    ...ofObjects.map((table) => section(table, "##")),
    "## Resources, by their type",
    "These are private properties; a resource has those of every resource as well.",
    ...ofResources.map((table) => section(table, "###")),
  ]);
  return { path: "docs/reference/properties.md", text, faults: [] };
}

function section({ title, rules, file, opening }: Table, level: string): string {
  const said = commentsOf(readFileSync(join(root, file), "utf8"), opening);
  const rows = Object.entries(rules).map(([name, rule]) => [
    code(name),
    typeOf(rule),
    defaultOf(rule),
    rangeOf(rule),
    [sentence(said.get(name) ?? ""), effectOf(rule)].filter((part) => part !== "").join(" "),
  ]);
  const needs = requiredDependencies[title] ?? [];
  const needed = needs.length === 0 ? "" : `It depends on a resource of the type ${needs.join(", ")}.\n\n`;
  return `${level} ${title}\n\n${needed}${tableOf(["property", "type", "default", "range", ""], rows)}`;
}

function typeOf({ kind }: PropertyRule): string {
  return { dword: "DWORD", text: "SZ", "multi-text": "MULTI_SZ" }[kind];
}

function defaultOf(rule: PropertyRule): string {
  if (rule.kind === "multi-text") return "empty";
  if (rule.kind === "text" && rule.required === true) return "**required**";
  if (rule.default === null) return "none";
  return rule.default === "" ? "empty" : number(rule.default);
}

function rangeOf(rule: PropertyRule): string {
  if (rule.kind === "dword") return `${number(rule.min)} to ${number(rule.max)}`;
  if (rule.kind === "text" && rule.choices !== undefined) return rule.choices.map(code).join(", ");
  return rule.format === undefined ? "" : plain(`a ${rule.format.replaceAll("-", " ")}`);
}

function number(value: string | number): string {
  return value === dwordMax ? "max" : String(value);
}

function effectOf({ readOnly, note }: PropertyRule): string {
  return `${readOnly === true ? "**Read only.**" : ""}${note === undefined ? "" : `**Kept**: ${plain(note)}.`}`;
}
