import { enumerationSchema, enumQuerySchema } from "../../protocol/enumeration.ts";
import { answer, notDefined } from "../respond.ts";
import { readers, route, type Route } from "../route.ts";

export const enumerateRoutes: readonly Route[] = [
  route(
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
    async ({ query: { types, cursor, limit }, cluster }) => {
      const page = await cluster().enumerate(types, cursor ?? null, limit);
      return page === null ? notDefined() : answer(200, page);
    },
  ),
];
