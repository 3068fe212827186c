import { operationListSchema, operationSchema, waitQuerySchema } from "../../protocol/operation.ts";
import { asking } from "../question.ts";
import { answer, notDefined, refuse, unauthorized } from "../respond.ts";
import { question, readers, route, type Route } from "../route.ts";
import { tokenIdOf } from "../auth.ts";
import { waitFor } from "../waiters.ts";

export const operationRoutes: readonly Route[] = [
  question(
    {
      id: "listOperations",
      method: "GET",
      path: "/clusters/{cluster}/operations",
      summary: "What was asked for and takes time, newest first",
      roles: readers,
      answers: { 200: { what: "Those that are under way, and the last that were", schema: operationListSchema } },
    },
    () => asking("operations", [], (operations) => (operations === null ? notDefined() : answer(200, { operations }))),
  ),
  route(
    {
      id: "getOperation",
      method: "GET",
      path: "/clusters/{cluster}/operations/{operation}",
      summary: "How far an operation is; with `waitMs` the answer waits for its end",
      roles: readers,
      query: waitQuerySchema,
      answers: { 200: { what: "The operation", schema: operationSchema } },
      problems: ["operation-not-found", "too-many-waiters"],
    },
    async ({ params, query: { waitMs }, principal, cluster }) => {
      const waited = await waitFor({
        timeoutMs: waitMs,
        look: async () => {
          const { operation, last } = await cluster().operation(params.operation);
          return operation?.status.state === "Pending" ? { found: false, last } : { found: true, value: operation };
        },
        published: (_, forMs) => cluster().operationEnded(params.operation, tokenIdOf(principal), forMs),
      });
      if (waited.kind === "revoked") return unauthorized();
      if (waited.kind === "too-many") return refuse("too-many-waiters", "ask without waitMs, or again in a moment");
      const found = waited.kind === "found" ? waited.value : (await cluster().operation(params.operation)).operation;
      return found === null
        ? refuse("operation-not-found", "operations are forgotten, oldest first, when there are many")
        : answer(200, found);
    },
  ),
];
