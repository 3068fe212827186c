import { join } from "node:path";
import type { ProblemCode } from "../src/protocol/problems.ts";
import { root } from "./tool.ts";

/** As much of `src/control-plane/route.ts` as the scripts look at. The Worker's own types know no Node, and are checked there. */
export type RouteRow = {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly clusapi?: readonly string[];
  readonly roles: readonly string[] | "anyone";
};
export type FamilyRow = {
  readonly name: string;
  readonly what: string;
  readonly routes: readonly { readonly spec: RouteRow }[];
};

type Table = { readonly families: readonly FamilyRow[] };
type Document = { readonly openApi: (families: readonly FamilyRow[]) => object };
type Problems = { readonly problemCodesOf: (spec: RouteRow) => ProblemCode[] };

/** The table of routes itself: it is data, and needs no Worker to be read. */
export async function familiesOfRoutes(): Promise<readonly FamilyRow[]> {
  const table = (await import(join(root, "src/control-plane/routes.ts"))) as Table;
  return table.families;
}

/** The OpenAPI document as the Worker serves it. */
export async function openApiDocument(): Promise<object> {
  const { openApi } = (await import(join(root, "src/control-plane/openapi/document.ts"))) as Document;
  return openApi(await familiesOfRoutes());
}

/** Every code that a route of that table can refuse with. */
export async function problemCodesOf(): Promise<Problems["problemCodesOf"]> {
  const problems = (await import(join(root, "src/control-plane/openapi/problems.ts"))) as Problems;
  return problems.problemCodesOf;
}
