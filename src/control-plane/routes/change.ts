import * as z from "zod";
import { acceptedSchema } from "../../protocol/changes.ts";
import { dryRun, force } from "../../protocol/query.ts";
import { operators } from "../route.ts";

/** What every route has in common that changes a cluster. */
export const changing = { roles: operators, conditional: true } as const;

export const changeQuerySchema = z.strictObject({ dryRun });
export const removalQuerySchema = z.strictObject({ dryRun, force });

export const underWay = { 202: { what: "Under way; the operation tells how far", schema: acceptedSchema } } as const;
export const doneNow = { 200: { what: "Done", schema: acceptedSchema } } as const;
export const createdNow = { 201: { what: "Created", schema: acceptedSchema } } as const;
