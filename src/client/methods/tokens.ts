import {
  type TokenCreated,
  tokenCreatedSchema,
  type TokenList,
  tokenListSchema,
  type TokenRequest,
} from "../../protocol/tokens.ts";
import { type Self, selfSchema } from "../../protocol/objects.ts";
import type { Result } from "../result.ts";
import type { Transport } from "../transport.ts";

/** Who may do what. */
export function tokenMethods({ at, get, post, remove }: Transport) {
  return {
    /** The answer holds the token, which is shown this once. */
    createToken: (cluster: string, token: TokenRequest): Promise<Result<TokenCreated>> =>
      post(at(cluster, "tokens"), token, tokenCreatedSchema),
    listTokens: (cluster: string): Promise<Result<TokenList>> => get(at(cluster, "tokens"), tokenListSchema),
    revokeToken: (cluster: string, id: string): Promise<Result<null>> => remove(at(cluster, "tokens", id)),
    /** Whom the token that asks is for. */
    self: (cluster: string): Promise<Result<Self>> => get(at(cluster, "self"), selfSchema),
  };
}
