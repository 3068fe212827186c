import * as z from "zod";
import { limits } from "../cluster/limits.ts";

/**
 * Names of clusters, nodes, networks, groups and resources: those of MSCS as far as they fit into a URL and a log line.
 * They are kept as written, and unique without regard to case.
 */
export const nameSchema = z
  .string()
  .max(limits.nameLength, `a name has ${limits.nameLength} characters at most`)
  .regex(
    // What asks an agent for a group has words apart by one blank; and nobody sees two of them, or one at the end.
    /^[A-Za-z0-9][A-Za-z0-9._:-]*(?: [A-Za-z0-9._:-]+)*$/,
    "a name begins with a letter or digit, and goes on with letters, digits, . _ - : and single spaces between these",
  )
  // The order of nodes and groups means something, and JavaScript would put such names first.
  .regex(/\D/, "a name is not a number alone")
  .refine((name) => !isReserved(name), "this name is reserved: it is what a reader is told when nobody can say")
  .meta({ id: "Name", description: "Kept as written, and unique without regard to case", examples: ["Exchange"] });

/** `Unknown` stands in place of an owner's name when nobody can say who owns a group. */
export function isReserved(name: string): boolean {
  return nameKey(name) === "unknown";
}

/** What two names are compared by. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** The names among these that differ from an earlier one in nothing but case. */
export function namesTwice(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => {
    const key = nameKey(name);
    const twice = seen.has(key);
    seen.add(key);
    return twice;
  });
}

/** A record whose keys are names. */
export function named<T extends z.ZodType>(value: T) {
  return z.record(nameSchema, value).superRefine((record, context) => {
    for (const name of namesTwice(Object.keys(record))) {
      context.addIssue({
        code: "custom",
        path: [name],
        params: { code: "name-twice" },
        message: "another name here differs from this one in nothing but case",
      });
    }
  });
}
