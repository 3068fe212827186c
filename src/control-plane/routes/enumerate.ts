import { enumerationSchema, enumQuerySchema } from "../../protocol/enumeration.ts";
import { asking } from "../question.ts";
import { answer, notDefined } from "../respond.ts";
import { question, readers, type Route } from "../route.ts";

export const enumerateRoutes: readonly Route[] = [
  question(
    {
      id: "enumerateCluster",
      method: "GET",
      path: "/clusters/{cluster}/enum",
      summary:
        "The objects of a cluster by type and name, `types` being a list with commas. `next` is the cursor to go on with",
      clusapi: [
        "ClusterOpenEnum",
        "ClusterEnum",
        "ClusterGetEnumCount",
        "ClusterOpenEnumEx",
        "ClusterEnumEx",
        "ClusterGetEnumCountEx",
      ],
      roles: readers,
      query: enumQuerySchema,
      answers: { 200: { what: "A page of them, in a stable order", schema: enumerationSchema } },
      problems: ["cluster-not-defined"],
    },
    ({ query: { types, cursor, limit } }) =>
      asking("enumerate", [types, cursor ?? null, limit], (page) => (page === null ? notDefined() : answer(200, page))),
  ),
];
