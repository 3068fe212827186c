import type { TokenCreated } from "../../../src/protocol/tokens.ts";
import { protocolLimits } from "../../../src/protocol/limits.ts";
import { createExchange, inside } from "../support.ts";
import type { Conformance } from "./row.ts";

export const tokens: Conformance = {
  rows: {
    createToken: {
      success: [
        { body: { role: "reader" }, status: 201 },
        { body: { role: "node", node: "NODE1" }, status: 201 },
      ],
      refusal: async () => {
        const cluster = "conformance-full";
        await createExchange(cluster);
        await inside(cluster, (object) => {
          for (let i = 0; i < protocolLimits.tokens; i++) {
            object.addToken(i.toString(16).padStart(16, "0"), new ArrayBuffer(32), { role: "reader" }, "test");
          }
        });
        return { params: { cluster }, body: { role: "reader" }, code: "too-many-tokens" };
      },
      badInput: [
        { body: { role: "admin" }, code: "invalid-request" },
        { body: { role: "node" }, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
    listTokens: {
      success: { status: 200 },
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: { without: "a name that is none is the name of no cluster, and it takes nothing else" },
    },
    revokeToken: {
      success: async ({ ask, cluster }) => {
        const created = await ask("POST", `/clusters/${cluster}/tokens`, { body: { role: "reader" } });
        return { params: { token: ((await created.json()) as TokenCreated).id }, status: 204 };
      },
      refusal: { code: "token-not-found" },
      badInput: { params: { token: "x" }, code: "invalid-request" },
    },
  },
};
