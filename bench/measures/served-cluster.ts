import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createAsk, type Ask } from "../../src/cli/api.ts";
import { startControlPlane } from "../../src/cli/workerd/process.ts";
import type { Verdict } from "../../src/cluster/questions/verdict.ts";
import { definitionSchema } from "../../src/protocol/definition.ts";
import type { TokenRequest } from "../../src/protocol/tokens.ts";
import { PlainAgent } from "../../test/support/plain-agent.ts";
import { until } from "../../test/support/until.ts";
import type { Surroundings } from "../measure.ts";

const cluster = "exchange";
const group = "Exchange";
const node = "NODE1";

/** A control plane on plain workerd with one cluster, whose first node has joined and owns the virtual server. */
export type ServedCluster = {
  readonly pid: number;
  readonly ask: Ask;
  /** Where it is asked from which address to call. */
  readonly verdictUrl: string;
  /** For everything of its API. */
  readonly url: string;
  readonly tokens: readonly string[];
  /** Rejects when the present answer is not `BIND`. */
  readonly expectBind: () => Promise<void>;
};

/**
 * @param name of its folder
 * @param made how many tokens are made; a cluster has 256 at most, and the agent has one of them
 * @param request which tokens
 */
export async function serveCluster(
  { folder, later }: Surroundings,
  { name, made, request }: { readonly name: string; readonly made: number; readonly request: TokenRequest },
): Promise<ServedCluster> {
  const options = { folder: join(folder, name), host: "127.0.0.1", port: 0, tls: null };
  const controlPlane = await startControlPlane(options);
  later(controlPlane.stop);
  const { url, adminToken } = controlPlane;
  const ask = createAsk(url, adminToken);
  await ask((client) => client.putCluster(cluster, definition));
  const { token } = await ask((client) => client.createToken(cluster, { role: "node", node }));
  const agent = new PlainAgent({ cluster, node, token, renewMs: 500, url: () => url, heard: () => {} });
  later(() => agent.stop());
  const tokens: string[] = [];
  while (tokens.length < made) tokens.push((await ask((client) => client.createToken(cluster, request))).token);
  const verdict = (): Promise<Verdict> => ask((client) => client.sourceAddress(cluster, group, { node }));
  await until(async () => (await verdict()).decision === "BIND", 20_000, "BIND");
  // What the last start has left to do is done.
  await delay(500);
  return {
    pid: controlPlane.pid,
    ask,
    url,
    tokens,
    verdictUrl: `${url}/v1/clusters/${cluster}/groups/${group}/source-address?node=${node}`,
    expectBind: async () => {
      const { decision } = await verdict();
      if (decision !== "BIND") throw new Error(`the verdict was ${decision}, so that refusals were measured`);
    },
  };
}

const definition = definitionSchema.parse({
  cluster,
  lease: "lan",
  networks: { client: { cidr: "127.0.1.0/24", role: "ClientAccess" } },
  nodes: { NODE1: { address: "127.0.1.1" }, NODE2: { address: "127.0.1.2" } },
  groups: {
    [group]: {
      preferredOwners: ["NODE1", "NODE2"],
      resources: {
        "Exchange IP": {
          type: "IP Address",
          properties: { Address: "127.0.1.100", SubnetMask: "255.255.255.0", Network: "client" },
        },
        "Exchange Name": { type: "Network Name", dependsOn: ["Exchange IP"], properties: { Name: "EXCHVS" } },
      },
    },
  },
});
