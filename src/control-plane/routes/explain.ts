import { explanationSchema } from "../../protocol/explain.ts";
import { answer, refuse } from "../respond.ts";
import { readers, route, type Route } from "../route.ts";

/** Questions about what the cluster decides. None of them changes anything. */
export const explainRoutes: readonly Route[] = [
  route(
    {
      id: "explainGroup",
      method: "GET",
      path: "/clusters/{cluster}/groups/{group}/explain",
      summary: "Why a group is where it is, why it is on no other node, what it waits for, and what happens by itself",
      roles: readers,
      answers: { 200: { what: "Each answer with the rule that it follows from", schema: explanationSchema } },
      problems: ["group-not-found"],
    },
    async ({ params, cluster }) => {
      const explanation = await cluster().explain(params.group);
      return explanation === null
        ? refuse("group-not-found", "names are written as in the definition")
        : answer(200, explanation);
    },
  ),
];
