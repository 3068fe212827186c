import { lookup, type Properties, type PropertyValue } from "../definition/definition.ts";
import { parseUnicast, prefixOfMask } from "../definition/ip-address.ts";

/**
 * What a property of MSCS may be. `readOnly`: it can be asked for and not set. `note`: it is taken and kept, and changes
 * nothing here; whoever sets it is told why.
 */
export type PropertyRule = (
  | { readonly kind: "dword"; readonly min: number; readonly max: number; readonly default: number }
  | {
      readonly kind: "text";
      readonly default: string | null;
      readonly required?: true;
      readonly format?: TextFormat;
      /** The only values that there are. */
      readonly choices?: readonly string[];
    }
  /** MULTI_SZ: a list of texts. */
  | { readonly kind: "multi-text"; readonly default: readonly string[]; readonly format?: "parameter" }
) & { readonly readOnly?: true; readonly note?: string };
export type TextFormat = "address" | "mask" | "network" | "host-name" | "ocf-agent";
export type PropertyRules = Readonly<Record<string, PropertyRule>>;

/** The largest DWORD: "never" where a time is meant, "as many as there are" where a count is. */
export const dwordMax = 0xffff_ffff;

/** A DWORD property with its default. Throws when no such DWORD is known: that is a mistake in this program. */
export function dwordOf(properties: Properties, rules: PropertyRules, name: string): number {
  const rule = lookup(rules, name);
  if (rule?.kind !== "dword") throw new Error(`${name} is not a DWORD property`);
  const value = lookup(properties, name);
  return typeof value === "number" ? value : rule.default;
}

/** A MULTI_SZ property with its default. Throws when no such property is known: that is a mistake in this program. */
export function textsOf(properties: Properties, rules: PropertyRules, name: string): readonly string[] {
  const rule = lookup(rules, name);
  if (rule?.kind !== "multi-text") throw new Error(`${name} is not a MULTI_SZ property`);
  const value = lookup(properties, name);
  return Array.isArray(value) ? value : rule.default;
}

/** A text property with its default; null: it has neither. Throws when no such property is known: that is a mistake in this program. */
export function textOf(properties: Properties, rules: PropertyRules, name: string): string | null {
  const rule = lookup(rules, name);
  if (rule?.kind !== "text") throw new Error(`${name} is not a text property`);
  const value = lookup(properties, name);
  return typeof value === "string" ? value : rule.default;
}

export type PropertyFault = { readonly code: string; readonly sentence: string };

/** What is wrong with a value, or null. That a `network` is one of the cluster's is judged by the caller. */
export function faultOf(rule: PropertyRule, value: PropertyValue): PropertyFault | null {
  if (rule.readOnly) return { code: "property-read-only", sentence: "can be read only" };
  switch (rule.kind) {
    case "dword":
      return faultOfNumber(rule, value);
    case "text":
      return faultOfText(rule, value);
    case "multi-text":
      return faultOfTexts(rule, value);
  }
}

function faultOfNumber(rule: PropertyRule & { kind: "dword" }, value: PropertyValue): PropertyFault | null {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    return { code: "property-type", sentence: "must be a whole number" };
  }
  if (value >= rule.min && value <= rule.max) return null;
  return { code: "property-range", sentence: `must be between ${rule.min} and ${rule.max}` };
}

function faultOfTexts({ format }: PropertyRule & { kind: "multi-text" }, value: PropertyValue): PropertyFault | null {
  if (!Array.isArray(value) || value.some((item) => item === "")) {
    return { code: "property-type", sentence: "must be a list of texts, none of them empty" };
  }
  if (format === undefined || value.every((item) => parameterPattern.test(item))) return null;
  return { code: "property-format", sentence: "must be a list of name=value, such as directory=/srv/mail" };
}

/** A parameter of a program: a name of letters, digits and underscores, and its value, which may be empty. */
const parameterPattern = /^[A-Za-z_]\w*=/;
/** As Pacemaker names an agent. */
const ocfAgentPattern = /^ocf:[\w-][\w.-]*:[\w-][\w.-]*$/;

/** Whoever has an IPv6 address finds no mask to write: YAML makes a number of 64, and `/64` and ffff:: are no masks here. */
const masks = 'a contiguous mask, such as "255.255.255.0", or for IPv6 the prefix length as text, such as "64"';

function faultOfText(rule: PropertyRule & { kind: "text" }, value: PropertyValue): PropertyFault | null {
  if (typeof value !== "string") {
    return { code: "property-type", sentence: rule.format === "mask" ? `must be text: ${masks}` : "must be text" };
  }
  if (rule.required && value === "") return { code: "property-required", sentence: "must not be empty" };
  if (rule.choices !== undefined && !rule.choices.includes(value)) {
    return { code: "property-choice", sentence: `must be ${rule.choices.join(" or ")}` };
  }
  switch (rule.format) {
    case "address":
      return parseUnicast(value) === null
        ? { code: "property-format", sentence: "must be an IPv4 or IPv6 address of a host, such as 192.0.2.10" }
        : null;
    case "mask":
      return prefixOfMask(value) === null ? { code: "property-format", sentence: `must be ${masks}` } : null;
    case "host-name":
      return /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/.test(value)
        ? null
        : { code: "property-format", sentence: "must be a host name: letters, digits, dots and hyphens, 63 at most" };
    case "ocf-agent":
      return ocfAgentPattern.test(value)
        ? null
        : { code: "property-format", sentence: "must be ocf:PROVIDER:AGENT, such as ocf:heartbeat:Filesystem" };
    default:
      return null;
  }
}
