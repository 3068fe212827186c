import * as z from "zod";
import { resumeFailbacks } from "../cluster/events.ts";
import { limits } from "../cluster/limits.ts";
import {
  dependsOnSchema,
  groupDependenciesSchema,
  groupSchema,
  nodeSchema,
  ownersSchema,
  resourceSchema,
} from "./definition.ts";
import { nameSchema } from "./names.ts";
import { holdRefSchema, incarnationSchema } from "./session.ts";
import { flag, dryRun, force } from "./query.ts";

/** What is asked of nodes, groups and resources. */

/** A moment as people and as programs write it; epoch milliseconds within. */
const momentSchema = z.union([
  z.int().nonnegative(),
  z.iso
    .datetime({ offset: true })
    .transform((text) => Date.parse(text))
    .refine((at) => at >= 0, "must not be before 1970"),
]);

/** Without a target, to the best node. `at`: not now but then, ISO 8601 or epoch milliseconds. */
export const moveRequestSchema = z
  .strictObject({
    target: nameSchema.nullable().default(null),
    at: momentSchema.nullable().default(null),
  })
  .meta({ id: "MoveRequest" });

/**
 * `drain`: what the node owns goes elsewhere as well, to `target` if one is named; without it the node only gets nothing
 * more.
 */
export const pauseRequestSchema = z
  .strictObject({
    drain: z.boolean().default(true),
    target: nameSchema.nullable().default(null),
  })
  .meta({ id: "PauseRequest" });

/** What becomes of groups that would rather be here: as their policy says, at once, or nothing. */
export const resumeRequestSchema = z
  .strictObject({ failback: z.enum(resumeFailbacks).default("policy") })
  .meta({ id: "ResumeRequest" });

/** A node as a definition has it, with its name. */
export const nodeRequestSchema = nodeSchema.extend({ name: nameSchema });
export type NodeRequest = z.input<typeof nodeRequestSchema>;

export const groupRequestSchema = groupSchema.extend({ name: nameSchema });
export type GroupRequest = z.input<typeof groupRequestSchema>;

export const resourceRequestSchema = resourceSchema.extend({ name: nameSchema });
export type ResourceRequest = z.input<typeof resourceRequestSchema>;

export const ownersRequestSchema = z.strictObject({ owners: ownersSchema });

export const groupDependenciesRequestSchema = z.strictObject({ dependsOn: groupDependenciesSchema });

export const dependenciesRequestSchema = z.strictObject({ dependsOn: dependsOnSchema });

export const changeGroupRequestSchema = z.strictObject({ group: nameSchema });

/** `recursive`: with its resources (DestroyClusterGroup); `force`: though it is not offline. */
export const groupRemovalQuerySchema = z.strictObject({
  dryRun,
  force,
  recursive: flag.describe("With its resources"),
});

/** The guard's word: every resource under these epochs is offline, and that was verified. */
export const releaseRequestSchema = z
  .strictObject({
    incarnation: incarnationSchema,
    epochs: z.array(holdRefSchema).min(1).max(limits.releasedNamed),
  })
  .meta({ id: "ReleaseRequest" });
export type ReleaseRequest = z.infer<typeof releaseRequestSchema>;
