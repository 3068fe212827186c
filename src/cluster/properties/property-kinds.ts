import type { PropertyRule, TextFormat } from "./properties.ts";

/** How the tables of properties are written: what a property may be, and whether it does anything here. */
export const dword = (min: number, max: number, byDefault: number): PropertyRule => ({
  kind: "dword",
  min,
  max,
  default: byDefault,
});
export const text = (byDefault: string | null = null): PropertyRule => ({ kind: "text", default: byDefault });
/** The first one is the default. */
export const choice = (...choices: readonly [string, ...string[]]): PropertyRule => ({
  kind: "text",
  default: choices[0],
  choices,
});
export const requiredText = (format?: TextFormat): PropertyRule => ({
  kind: "text",
  default: null,
  required: true,
  ...(format === undefined ? {} : { format }),
});
export const texts = (): PropertyRule => ({ kind: "multi-text", default: [] });
export const readOnly = (rule: PropertyRule): PropertyRule => ({ ...rule, readOnly: true });
export const kept = (rule: PropertyRule, note: string): PropertyRule => ({ ...rule, note });

/** Reasons that more than one table gives. */
export const byLease = "the lease of the definition says how long a silence may last";
export const byControlPlane = "the control plane is the quorum";
export const noColdStart = "a start of the control plane changes no group";
