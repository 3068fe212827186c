import * as z from "zod";
import { rejectionCodes } from "../cluster/policies/candidates.ts";
import { notHereCodes } from "../cluster/explain/explain-candidates.ts";
import type { GroupExplanation } from "../cluster/explain/explain.ts";
import { nextCodes } from "../cluster/explain/explain-next.ts";
import { notOnlineCodes } from "../cluster/explain/explain-resources.ts";
import { resourceStates } from "../cluster/messages.ts";
import { groupStates } from "./view.ts";

/** Why a group is where it is (`src/cluster/explain.ts`). Programs decide by the codes; the sentences may change. */

const rule = z.string().describe("The rule of SPEC.md that says so");
const sentence = z.string();
const reasonSchema = z.object({ code: z.string(), rule, sentence });
const moment = z.number().nullable();

const candidateSchema = z
  .object({
    node: z.string(),
    place: z.int().nullable().describe("In the order of choice, from 1; null: it never comes into question"),
    mayOwn: z.boolean(),
    isOwner: z.boolean(),
    rejected: z.object({ code: z.enum(rejectionCodes), rule, sentence }).nullable(),
    notHere: z
      .object({ code: z.enum(notHereCodes), rule, sentence })
      .nullable()
      .describe("Why the group is not on this node, though nothing speaks against it"),
    sentence,
  })
  .meta({ id: "Candidate" });

const resourceExplanationSchema = z
  .object({
    resource: z.string(),
    state: z.enum([...resourceStates, "Unknown"]),
    wanted: z.enum(["Online", "Offline"]),
    code: z.enum(notOnlineCodes),
    rule,
    sentence,
    waitsFor: z.array(z.string()),
    problem: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .describe("What its agent said when it failed"),
    failures: z.int().describe("Within its RestartPeriod"),
    restartThreshold: z.int().describe("How many of them are answered with a restart on the same node"),
    attempt: z.int(),
    triedAgainAt: moment.describe("Epoch milliseconds; null: at once, or nobody can say, or not by itself"),
  })
  .meta({ id: "ResourceExplanation" });

const nextSchema = z
  .object({
    code: z.enum(nextCodes),
    rule,
    sentence,
    at: moment.describe("Epoch milliseconds; null: when somebody else is ready"),
  })
  .meta({ id: "NextStep" });

export const explanationSchema = z
  .object({
    group: z.string(),
    state: z.enum(groupStates),
    owner: z.string().nullable(),
    epoch: z.int(),
    because: reasonSchema,
    candidates: z.array(candidateSchema),
    resources: z.array(resourceExplanationSchema).describe("Those that are not online"),
    failovers: z
      .object({
        counted: z.int(),
        threshold: z.int(),
        periodMs: z.number().describe("FailoverPeriod; 0: without an end"),
      })
      .describe("Those that count to FailoverThreshold, at which the group is given up"),
    next: z.array(nextSchema).describe("What would happen by itself"),
    blocked: z
      .array(reasonSchema)
      .describe("What keeps the cluster from giving the group to anybody, or from touching it"),
  })
  .meta({ id: "GroupExplanation" }) satisfies z.ZodType<GroupExplanation>;
