import { lookup, type Properties } from "./definition.ts";
import { faultOf, type PropertyRule, type PropertyRules } from "../properties/properties.ts";
import { shownName } from "../shown-name.ts";

export type Path = readonly (string | number)[];
export type ReportProblem = (path: Path, code: string, sentence: string) => void;

/** JSON Pointer, RFC 6901 section 3. */
export function pointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** @param owner whose properties they are, with its article: `a group` */
export function checkProperties(
  rules: PropertyRules,
  properties: Properties,
  path: Path,
  owner: string,
  report: ReportProblem,
): void {
  for (const [name, value] of Object.entries(properties)) {
    const rule = lookup(rules, name);
    if (rule === undefined) {
      report(
        [...path, name],
        "unknown-property",
        `${owner} has no property ${shownName(name)}; it has ${Object.keys(rules).join(", ")}`,
      );
      continue;
    }
    const fault = faultOf(rule, value);
    if (fault !== null) report([...path, name], fault.code, `${name} ${fault.sentence}`);
  }
  for (const name of Object.keys(rules)) {
    if (isRequired(rules[name]) && lookup(properties, name) === undefined) {
      report([...path, name], "property-required", `${owner} needs ${name}`);
    }
  }
}

function isRequired(rule: PropertyRule | undefined): boolean {
  return rule?.kind === "text" && rule.required === true;
}

export function quotedList(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}

export function withArticle(type: string): string {
  return `${/^[AEIO]/.test(type) ? "an" : "a"} ${type}`;
}
