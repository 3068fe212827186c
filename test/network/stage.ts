import { chmodSync, chownSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { execFile, type ChildProcess } from "node:child_process";
import type { Client } from "../../src/client/http-client.ts";
import type { OutagePolicy } from "../../src/cluster/definition/definition.ts";
import { until } from "../support/until.ts";
import { commandModule, openControl } from "./control.ts";
import { expectOk } from "./expect-ok.ts";
import { clientNetwork, type Host, type Lan, openLan, virtualAddress, virtualAddress6 } from "./lan.ts";

/** The user that owns nothing. */
const nobody = 65_534;

export const cluster = "lan";
export const group = "Mail";
export const nodeNames = ["NODE1", "NODE2"] as const;

export { expectOk };

/** Two nodes, or more, a peer, and a control plane on a host of its own. */
export type Stage = {
  readonly lan: Lan;
  readonly client: Client;
  /** Where the control plane answers. */
  readonly url: string;
  readonly node: (name: string) => Host;
  readonly startAgent: (
    name: string,
    env?: Readonly<Record<string, string>>,
    options?: readonly string[],
  ) => ChildProcess;
  /** As a user without privileges, who has these capabilities. */
  readonly startAgentAs: (name: string, capabilities: readonly string[]) => ChildProcess;
  readonly agent: (name: string) => ChildProcess;
  /** Ends the control plane with SIGKILL, and starts it again on its data. Resolves when it answers. */
  readonly restartControl: () => Promise<void>;
  /** To all of the control plane. */
  readonly signalControl: (signal: NodeJS.Signals) => Promise<void>;
  /** After its end, on its data. Resolves when it answers. */
  readonly startControl: () => Promise<void>;
  /** Ends agent and guard of a node at once. */
  readonly killAll: (name: string) => Promise<void>;
  /** To agent, or guard, or both. */
  readonly signal: (name: string, to: "agent" | "guard" | "both", signal: NodeJS.Signals) => Promise<void>;
  readonly logOf: (name: string) => string;
  /** Removed by `close`. */
  readonly folder: string;
  /** Where the agent of a node is asked. */
  readonly socketOf: (name: string) => string;
  readonly ownerIs: (name: string, patienceMs?: number) => Promise<void>;
  /** All nodes are up, and the group is online on one of them. */
  readonly bothUp: (patienceMs?: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type LeaseTerms = { readonly ttlMs: number; readonly renewMs: number };

export async function openStage(
  lease: LeaseTerms,
  onControlPlaneLoss: OutagePolicy = "drop",
  nodes: readonly string[] = nodeNames,
): Promise<Stage> {
  const lan = await openLan([...nodes, "PEER", "CONTROL"]);
  try {
    return await furnish(lan, lease, onControlPlaneLoss, nodes);
  } catch (error) {
    await lan.close();
    throw error;
  }
}

async function furnish(
  lan: Lan,
  lease: LeaseTerms,
  onControlPlaneLoss: OutagePolicy,
  nodes: readonly string[],
): Promise<Stage> {
  const control = await openControl(lan);
  const { client, folder, logOf } = control;
  await control.define(cluster, definition(lan, lease, onControlPlaneLoss, nodes), nodes);
  const signalControl = (signal: NodeJS.Signals) => signalIn(lan.host("CONTROL"), () => true, signal);
  return {
    lan,
    client,
    url: control.url,
    node: (name) => lan.host(name),
    startAgent: (name, env = {}, options = []) => control.startAgent(cluster, name, { env, options }),
    startAgentAs: (name, capabilities) => {
      const state = join(folder, `${name}-nobody`);
      mkdirSync(state, { recursive: true });
      for (const path of [state, control.tokenFile(name)]) chownSync(path, nobody, nobody);
      chmodSync(folder, 0o711);
      const held = capabilities.map((capability) => `+${capability}`).join(",");
      const as = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", `--inh-caps=-all,${held}`];
      return control.startAgent(cluster, name, { as: [...as, `--ambient-caps=-all,${held}`], state });
    },
    agent: control.agent,
    restartControl: async () => {
      await signalControl("SIGKILL");
      await control.start();
    },
    signalControl,
    startControl: control.start,
    killAll: (name) => signalIn(lan.host(name), (commandLine) => commandLine.includes(commandModule), "SIGKILL"),
    signal: (name, to, signal) => {
      const verbs = to === "both" ? ["agent", "guard"] : [to];
      const isMeant = (commandLine: string): boolean =>
        verbs.some((verb) => commandLine.includes(`${commandModule} ${verb} `));
      return signalIn(lan.host(name), isMeant, signal);
    },
    logOf,
    folder,
    socketOf: (name) => join(folder, name, "agent.sock"),
    ownerIs: async (name, patienceMs = 15_000) => {
      let last: unknown = null;
      try {
        await until(
          async () => {
            const view = await expectOk(client.getCluster(cluster));
            const there = (last = view.groups[group]);
            return there?.owner === name && there.state === "Online";
          },
          patienceMs,
          `${group} online on ${name}`,
        );
      } catch (error) {
        const said = nodes.map((one) => `${one}:\n${logOf(one)}`).join("\n");
        throw new Error(`${String(error)}\n${JSON.stringify(last)}\n${said}`, { cause: error });
      }
    },
    bothUp: (patienceMs = 30_000) =>
      until(
        async () => {
          const view = await expectOk(client.getCluster(cluster));
          return nodes.every((name) => view.nodes[name]?.state === "Up") && view.groups[group]?.state === "Online";
        },
        patienceMs,
        "all nodes up",
      ),
    close: async () => {
      await lan.close();
      control.close();
    },
  };
}

async function signalIn(
  { namespace }: Host,
  which: (commandLine: string) => boolean,
  signal: NodeJS.Signals,
): Promise<void> {
  const { stdout } = await promisify(execFile)("ip", ["netns", "pids", namespace]);
  for (const pid of stdout.split("\n").filter((text) => text !== "")) {
    if (which(commandLineOf(pid))) signalIfThere(Number(pid), signal);
  }
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended between the list and now.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

function definition(lan: Lan, lease: LeaseTerms, onControlPlaneLoss: OutagePolicy, nodes: readonly string[]) {
  const node = (name: string) => ({ address: lan.host(name).addressOn("client") });
  const ip = (address: string, mask: string, network: string) => ({
    type: "IP Address",
    properties: { Address: address, SubnetMask: mask, Network: network },
  });
  return {
    cluster,
    lease,
    networks: { client: { cidr: clientNetwork }, client6: { cidr: "2001:2:0:77::/64" } },
    nodes: Object.fromEntries(nodes.map((name) => [name, node(name)])),
    groups: {
      [group]: {
        preferredOwners: nodes,
        onControlPlaneLoss,
        resources: {
          IP: ip(virtualAddress, "255.255.255.0", "client"),
          IP6: ip(virtualAddress6, "64", "client6"),
          Name: { type: "Network Name", dependsOn: ["IP"], properties: { Name: "MAILVS" } },
        },
      },
    },
  };
}
