import { ownersRequestSchema } from "../../protocol/requests.ts";
import { ownersAnswerSchema } from "../../protocol/objects.ts";
import { answer } from "../respond.ts";
import { body, question, readers, route, type Route } from "../route.ts";
import { changeQuerySchema, changing, doneNow, underWay } from "./change.ts";
import { edit, edited, notFound, withResource } from "./resource.ts";

/** Which nodes may host a resource. */
export const resourceOwnerRoutes: readonly Route[] = [
  question(
    {
      id: "getPossibleOwners",
      method: "GET",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/possible-owners",
      summary: "The nodes that may host a resource",
      roles: readers,
      answers: { 200: { what: "Names of nodes; all of them where none is named", schema: ownersAnswerSchema } },
      problems: notFound,
    },
    (call) =>
      withResource(call, ({ snapshot, resource: { possibleOwners } }) =>
        answer(200, { owners: possibleOwners.length > 0 ? possibleOwners : Object.keys(snapshot.definition.nodes) }),
      ),
  ),
  route(
    {
      id: "setPossibleOwners",
      method: "PUT",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/possible-owners",
      summary: "Say which nodes may host a resource; an empty list is every node",
      ...changing,
      query: changeQuerySchema,
      body: body(ownersRequestSchema),
      answers: underWay,
      problems: edited,
    },
    (call) => edit(202, call, { kind: "allow-owners", ...call.params, owners: call.body.owners }),
  ),
  route(
    {
      id: "addPossibleOwner",
      method: "PUT",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/possible-owners/{node}",
      summary: "Let a node host a resource",
      clusapi: ["AddClusterResourceNode"],
      ...changing,
      query: changeQuerySchema,
      answers: doneNow,
      problems: edited,
    },
    (call) => edit(200, call, { kind: "add-owner", ...call.params }),
  ),
  route(
    {
      id: "removePossibleOwner",
      method: "DELETE",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/possible-owners/{node}",
      summary: "Let a node host a resource no more; a group that it owns goes elsewhere",
      clusapi: ["RemoveClusterResourceNode"],
      ...changing,
      query: changeQuerySchema,
      answers: underWay,
      problems: [...edited, "last-possible-owner"],
    },
    (call) => edit(202, call, { kind: "remove-owner", ...call.params }),
  ),
];
