import { lookup, type PropertyValue } from "./definition.ts";
import { parseAddress, prefixOfMask } from "./ip-address.ts";

/** A property of MSCS: its type, range and default, as in Microsoft's Failover Cluster API documentation. */
export type PropertyRule =
  | { readonly kind: "dword"; readonly min: number; readonly max: number; readonly default: number }
  | {
      readonly kind: "text";
      readonly default: string | null;
      readonly required?: true;
      readonly format?: TextFormat;
    };
export type TextFormat = "address" | "mask" | "network" | "host-name";
export type PropertyRules = Readonly<Record<string, PropertyRule>>;

const dwordMax = 0xffff_ffff;
const dword = (min: number, max: number, byDefault: number): PropertyRule => ({
  kind: "dword",
  min,
  max,
  default: byDefault,
});
const text = (byDefault: string | null = null): PropertyRule => ({ kind: "text", default: byDefault });
const requiredText = (format?: TextFormat): PropertyRule => ({
  kind: "text",
  default: null,
  required: true,
  ...(format === undefined ? {} : { format }),
});

export const groupProperties: PropertyRules = {
  Description: text(""),
  /** Failovers within FailoverPeriod before the group is given up. The largest value means: as many as nodes, less one. */
  FailoverThreshold: dword(0, dwordMax, dwordMax),
  /** Hours. */
  FailoverPeriod: dword(0, 1_193, 6),
  PersistentState: dword(0, 1, 1),
};

/** Durations in milliseconds; the largest DWORD means "never" where a retry is meant. */
export const commonResourceProperties: PropertyRules = {
  Description: text(""),
  /** The largest DWORD: as `pollIntervals` says of the type. */
  LooksAlivePollInterval: dword(10, dwordMax, dwordMax),
  IsAlivePollInterval: dword(10, dwordMax, 60_000),
  /** How long a poll may be without an answer. */
  DeadlockTimeout: dword(1_000, dwordMax, 300_000),
  PendingTimeout: dword(10, dwordMax, 180_000),
  RestartDelay: dword(0, dwordMax, 500),
  /** 0 DontRestart, 1 RestartNoNotify, 2 RestartNotify: beyond the threshold, fail the group over. */
  RestartAction: dword(0, 2, 2),
  RestartThreshold: dword(0, dwordMax, 3),
  RestartPeriod: dword(0, dwordMax, 900_000),
  RetryPeriodOnFailure: dword(0, dwordMax, 3_600_000),
};

export type PollIntervals = { readonly looksAliveMs: number; readonly isAliveMs: number };

export const defaultPollIntervals: PollIntervals = { looksAliveMs: 5_000, isAliveMs: 60_000 };

/** How often a resource is polled that does not say it itself; a type without a row, by the default. */
export const pollIntervals: Readonly<Record<string, PollIntervals>> = {};

export const resourceTypes: Readonly<Record<string, PropertyRules>> = {
  "IP Address": {
    Address: requiredText("address"),
    SubnetMask: requiredText("mask"),
    Network: requiredText("network"),
  },
  "Network Name": { Name: requiredText("host-name") },
  "Physical Disk": {
    Signature: dword(0, dwordMax, 0),
    Device: text(),
    MountPoint: text(),
    FileSystem: text(),
    Options: text(),
    Fence: text(),
  },
  "Message Transfer Agent": {
    Port: dword(1, 65_535, 102),
    PartnersFile: requiredText(),
    MtaName: text(),
  },
};

/** What each resource type must stand on (required dependencies of MSCS). */
export const requiredDependencies: Readonly<Record<string, readonly string[]>> = {
  "Network Name": ["IP Address"],
  "Message Transfer Agent": ["Network Name"],
};

export function rulesOfType(type: string): PropertyRules | undefined {
  const own = lookup(resourceTypes, type);
  return own === undefined ? undefined : { ...commonResourceProperties, ...own };
}

/** A DWORD property with its default. Throws when no such DWORD is known: that is a mistake in this program. */
export function dwordOf(
  properties: Readonly<Record<string, PropertyValue>>,
  rules: PropertyRules,
  name: string,
): number {
  const rule = lookup(rules, name);
  if (rule?.kind !== "dword") throw new Error(`${name} is not a DWORD property`);
  const value = lookup(properties, name);
  return typeof value === "number" ? value : rule.default;
}

/** What is wrong with a value, as code and sentence, or null. `network` format is judged by the caller. */
export function faultOf(rule: PropertyRule, value: PropertyValue): { code: string; sentence: string } | null {
  if (rule.kind === "dword") {
    if (typeof value !== "number" || !Number.isInteger(value)) {
      return { code: "property-type", sentence: "must be a whole number" };
    }
    if (value < rule.min || value > rule.max) {
      return { code: "property-range", sentence: `must be between ${rule.min} and ${rule.max}` };
    }
    return null;
  }
  if (typeof value !== "string") return { code: "property-type", sentence: "must be text" };
  if (rule.required && value === "") return { code: "property-required", sentence: "must not be empty" };
  switch (rule.format) {
    case "address":
      return parseAddress(value) === null
        ? { code: "property-format", sentence: "must be an IPv4 or IPv6 address, such as 192.0.2.10" }
        : null;
    case "mask":
      return prefixOfMask(value) === null
        ? { code: "property-format", sentence: "must be a contiguous mask, such as 255.255.255.0" }
        : null;
    case "host-name":
      return /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/.test(value)
        ? null
        : { code: "property-format", sentence: "must be a host name: letters, digits, dots and hyphens, 63 at most" };
    default:
      return null;
  }
}
