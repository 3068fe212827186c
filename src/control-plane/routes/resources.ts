import { acceptedSchema } from "../../protocol/http.ts";
import { operators, route, type Route } from "../route.ts";
import { accept } from "./accept.ts";

export const resourceRoutes: readonly Route[] = [
  route(
    {
      id: "failResource",
      method: "POST",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/fail",
      summary: "Let a resource that is online fail, with all that follows from a failure (FailClusterResource)",
      clusapi: ["FailClusterResource"],
      roles: operators,
      answers: { 202: { what: "Under way", schema: acceptedSchema } },
      problems: [
        "group-not-found",
        "resource-not-found",
        "group-not-owned",
        "group-in-transition",
        "resource-not-online",
      ],
    },
    ({ principal, params: { group, resource }, cluster }) =>
      accept(202, cluster, { type: "fail-resource", actor: principal.id, group, resource }),
  ),
  route(
    {
      id: "restartResource",
      method: "POST",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/restart",
      summary:
        "Take a resource that is online offline, with what stands on it, and bring it back (RestartClusterResource)",
      clusapi: ["RestartClusterResource"],
      roles: operators,
      answers: { 202: { what: "Under way", schema: acceptedSchema } },
      problems: [
        "group-not-found",
        "resource-not-found",
        "group-not-owned",
        "group-in-transition",
        "resource-not-online",
      ],
    },
    ({ principal, params: { group, resource }, cluster }) =>
      accept(202, cluster, { type: "restart-resource", actor: principal.id, group, resource }),
  ),
];
