import * as z from "zod";
import { acceptedSchema, flag } from "../../protocol/http.ts";
import { operators } from "../route.ts";

/** What every route has in common that changes a cluster. */
export const changing = { roles: operators, conditional: true } as const;

/** `dryRun`: say what would come of it, and change nothing. */
export const changeQuerySchema = z.strictObject({ dryRun: flag });

/** `force`: also what is not offline may go. */
export const removalQuerySchema = z.strictObject({ dryRun: flag, force: flag });

export const underWay = { 202: { what: "Under way; the operation tells how far", schema: acceptedSchema } } as const;
export const doneNow = { 200: { what: "Done", schema: acceptedSchema } } as const;
export const createdNow = { 201: { what: "Created", schema: acceptedSchema } } as const;
