import { lookup, virtualServerOf } from "../../cluster/definition/definition.ts";
import { outputVariable } from "../left-programs.ts";
import type { DriverContext } from "./driver.ts";

/** What is the agent's own and no program's that it starts. */
const secrets: ReadonlySet<string> = new Set(["BRIDGEHEAD_TOKEN", "BRIDGEHEAD_TOKEN_FILE", "BRIDGEHEAD_ADMIN_TOKEN"]);

type Known = Pick<DriverContext, "name" | "hold" | "group" | "spec" | "agentSocket" | "outputFolder">;

/** What a program of a resource finds in its environment: its agent's, without what is a secret, and what it is told itself. */
export function environmentOf(context: Known): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([key]) => !secrets.has(key));
  return { ...Object.fromEntries(inherited), ...ownVariables(context) };
}

/**
 * The ownership that it runs for, the virtual server that it is a part of, and where to ask whether it may call. With
 * UseNetworkName also what MSCS gives such a program in place of the host's name.
 */
export function ownVariables({
  name,
  hold,
  group,
  spec,
  agentSocket,
  outputFolder,
}: Known): Readonly<Record<string, string>> {
  const server = virtualServerOf(group);
  return {
    BRIDGEHEAD_GROUP: hold.group,
    BRIDGEHEAD_RESOURCE: name,
    BRIDGEHEAD_EPOCH: String(hold.epoch),
    BRIDGEHEAD_AGENT_SOCKET: agentSocket,
    // The agent's next run knows by it what this one has left.
    [outputVariable]: outputFolder,
    ...(server === null ? {} : { BRIDGEHEAD_ADDRESS: server.address, BRIDGEHEAD_NETWORK_NAME: server.networkName }),
    ...(server !== null && lookup(spec.properties, "UseNetworkName") === 1
      ? { _CLUSTER_NETWORK_NAME_: server.networkName, HOSTNAME: server.networkName }
      : {}),
  };
}
