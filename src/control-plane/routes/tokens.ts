import { tokenCreatedSchema, tokenListSchema, tokenRequestSchema } from "../../protocol/tokens.ts";
import { protocolLimits } from "../../protocol/limits.ts";
import { answer, notDefined, refuse } from "../respond.ts";
import { body, route, type Route } from "../route.ts";
import { newToken } from "../tokens.ts";

export const tokenRoutes: readonly Route[] = [
  route(
    {
      id: "createToken",
      method: "POST",
      path: "/clusters/{cluster}/tokens",
      summary: "Make a token. It is shown in this answer and never again",
      roles: ["admin"],
      body: body(tokenRequestSchema),
      answers: { 201: { what: "The token", schema: tokenCreatedSchema } },
      problems: ["too-many-tokens", "node-not-found"],
    },
    async ({ principal, params, body: request, cluster }) => {
      const { id, token, digest } = await newToken(params.cluster);
      switch (await cluster().addToken(id, digest, request, principal.id)) {
        case "added":
          return answer(201, { id, token });
        case "full":
          return refuse("too-many-tokens", `a cluster has ${protocolLimits.tokens} tokens at most; revoke one`);
        case "not-defined":
          return notDefined();
        case "no-node":
          return refuse("node-not-found", "a node's token is made when the node is part of the cluster");
      }
    },
  ),
  route(
    {
      id: "listTokens",
      method: "GET",
      path: "/clusters/{cluster}/tokens",
      summary: "Which tokens there are, without their secrets",
      roles: ["admin"],
      answers: { 200: { what: "The tokens, oldest first", schema: tokenListSchema } },
    },
    async ({ cluster }) => answer(200, { tokens: await cluster().listTokens() }),
  ),
  route(
    {
      id: "revokeToken",
      method: "DELETE",
      path: "/clusters/{cluster}/tokens/{token}",
      summary: "Revoke a token, and close what it has opened",
      roles: ["admin"],
      answers: { 204: { what: "It is no token any more" } },
      problems: ["token-not-found"],
    },
    async ({ params, principal, cluster }) =>
      (await cluster().revokeToken(params.token, principal.id))
        ? new Response(null, { status: 204 })
        : refuse("token-not-found", "it may have been revoked already"),
  ),
];
