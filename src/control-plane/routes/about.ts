import { healthSchema, versionSchema } from "../../protocol/about.ts";
import { sessionProtocol, version } from "../../protocol/version.ts";
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
];
