import { quorumOf } from "../../cluster/questions/quorum.ts";
import { quorumSchema, selfSchema } from "../../protocol/objects.ts";
import { answer } from "../respond.ts";
import { question, readers, route, type Route } from "../route.ts";
import { snapshotOf } from "./snapshot.ts";

export const quorumRoutes: readonly Route[] = [
  question(
    {
      id: "getQuorum",
      method: "GET",
      path: "/clusters/{cluster}/quorum",
      summary: "What takes the place of a quorum: who could witness that an owner fell silent",
      clusapi: ["GetClusterQuorumResource"],
      roles: readers,
      answers: { 200: { what: "The arbiter, and the witnesses", schema: quorumSchema } },
      problems: ["cluster-not-defined"],
    },
    () => snapshotOf(({ view }) => answer(200, quorumOf(view))),
  ),
  route(
    {
      id: "getSelf",
      method: "GET",
      path: "/clusters/{cluster}/self",
      summary: "Who asks: the role of the token, and the node that it is for",
      roles: ["admin", "operator", "reader", "node", "partner"],
      answers: { 200: { what: "The caller", schema: selfSchema } },
    },
    ({ principal, params }) =>
      answer(200, {
        cluster: params.cluster,
        role: principal.role,
        token: principal.id,
        node: principal.role === "node" ? principal.node : null,
        partner: principal.role === "partner" ? principal.partner : null,
      }),
  ),
];
