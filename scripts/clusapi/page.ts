import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MadePage } from "../reference/page.ts";
import { familiesOfRoutes } from "../table-of-routes.ts";
import { root } from "../tool.ts";
import { documentOf } from "./document.ts";
import { exported, internal } from "./exports.ts";
import { faultsOf, mappingOf, missingRows } from "./mapping.ts";
import { newer } from "./newer.ts";
import { notMapped } from "./not-mapped.ts";
import { pending } from "./pending.ts";

/** docs/clusapi.md. A function that is not accounted for is a fault. */
export async function clusapiPage(): Promise<MadePage> {
  const functions = { exported, internal, newer, notMapped, pending };
  const mapping = mappingOf(await familiesOfRoutes());
  const textOf = (path: string): string | null =>
    existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : null;
  return {
    path: "docs/clusapi.md",
    text: documentOf(mapping, functions),
    faults: [...faultsOf(mapping, functions), ...missingRows(mapping, textOf)],
  };
}
