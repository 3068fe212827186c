import { echoSourceSchema, healthSchema, versionSchema } from "../../protocol/about.ts";
import { sessionProtocol } from "../../protocol/session-version.ts";
import { version } from "../../protocol/version.ts";
import { answer } from "../respond.ts";
import { route, type Route } from "../route.ts";

export const aboutRoutes: readonly Route[] = [
  route(
    {
      id: "getHealth",
      method: "GET",
      path: "/healthz",
      summary: "The Worker answers. It says nothing about any cluster",
      roles: "anyone",
      answers: { 200: { what: "It does", schema: healthSchema } },
    },
    () => answer(200, { status: "ok" }),
  ),
  route(
    {
      id: "getVersion",
      method: "GET",
      path: "/version",
      summary: "What runs here",
      roles: "anyone",
      answers: { 200: { what: "Its version", schema: versionSchema } },
    },
    () => answer(200, { name: "bridgehead", version, protocol: sessionProtocol }),
  ),
  route(
    {
      id: "getEchoSource",
      method: "GET",
      path: "/echo-source",
      summary:
        "From which address this request came, as the world outside sees it: behind NAT, not the one that it was bound to",
      roles: "anyone",
      answers: { 200: { what: "The address", schema: echoSourceSchema } },
    },
    ({ request }) => answer(200, { address: callerOf(request) }),
  ),
];

/** The edge says it in a header of its own; plain workerd says it beside the request, with the port. */
function callerOf({ headers, cf }: Request): string | null {
  const atEdge = headers.get("CF-Connecting-IP");
  if (atEdge !== null) return atEdge;
  const beside = cf?.["clientIp"];
  if (typeof beside !== "string") return null;
  return /^\[(.+)\]:\d+$/.exec(beside)?.[1] ?? /^([^:]+):\d+$/.exec(beside)?.[1] ?? beside;
}
