import type { Verdict } from "../../cluster/questions/verdict.ts";
import { activeQuerySchema, sourceAddressQuerySchema, virtualServerSchema } from "../../protocol/virtual-servers.ts";
import { activeSchema } from "../../protocol/objects.ts";
import { verdictSchema } from "../../protocol/verdict.ts";
import { asking } from "../question.ts";
import { answer, refuse } from "../respond.ts";
import { question, readers, type Route } from "../route.ts";
import { found, snapshotOf } from "./snapshot.ts";

const notYours: Verdict = { decision: "DENY", reason: "not-your-node" };

/** A group as the network sees it: who may speak for it, and where it is. */
export const virtualServerRoutes: readonly Route[] = [
  question(
    {
      id: "getSourceAddress",
      method: "GET",
      path: "/clusters/{cluster}/groups/{group}/source-address",
      summary: "From which local address may a node open an association for this group, until when, under which name?",
      roles: ["admin", "operator", "reader", "node"],
      query: sourceAddressQuerySchema,
      answers: { 200: { what: "The verdict: BIND, DEFER or DENY", schema: verdictSchema } },
    },
    ({ params, query: { node } }) =>
      asking("sourceAddress", [params.group, node], (verdict, principal) =>
        answer(200, principal.role === "node" && principal.node !== node ? notYours : verdict),
      ),
  ),
  question(
    {
      id: "isGroupActive",
      method: "GET",
      path: "/clusters/{cluster}/groups/{group}/active",
      summary:
        "For load balancers: 200 where the node owns the group and has it online; 503 where not, or where nobody can say",
      roles: readers,
      query: activeQuerySchema,
      answers: {
        200: { what: "It is active there", schema: activeSchema },
        503: { what: "It is not, or nobody can say", schema: activeSchema },
      },
      problems: ["cluster-not-defined", "group-not-found"],
    },
    (call) =>
      snapshotOf(({ view }) =>
        found(view.groups, call.params.group, "group-not-found", ({ owner, epoch, state }) => {
          const active = owner === call.query.node && state === "Online";
          return answer(active ? 200 : 503, { active, group: call.params.group, owner, epoch });
        }),
      ),
  ),
  question(
    {
      id: "getVirtualServer",
      method: "GET",
      path: "/clusters/{cluster}/virtual-servers/{networkName}",
      summary: "Where a virtual server is, for a caller from outside",
      roles: readers,
      answers: { 200: { what: "Its address and owner", schema: virtualServerSchema } },
      problems: ["virtual-server-not-found"],
    },
    ({ params }) =>
      asking("virtualServer", [params.networkName], (server) =>
        server === null
          ? refuse("virtual-server-not-found", "network names are compared without regard to case")
          : answer(200, server),
      ),
  ),
];
