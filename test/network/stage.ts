import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { execFile, type ChildProcess } from "node:child_process";
import { createClient, type Client } from "../../src/client/http-client.ts";
import { until } from "../support/until.ts";
import { clientNetwork, type Host, type Lan, openLan, virtualAddress, virtualAddress6 } from "./lan.ts";

export const commandModule = join(import.meta.dirname, "..", "..", "dist", "cli", "main.js");
const command = commandModule;
const port = 8787;
/** The user that owns nothing. */
const nobody = 65_534;

export const cluster = "lan";
export const group = "Mail";
export const nodeNames = ["NODE1", "NODE2"] as const;

/** Two nodes, a peer, and a control plane on a host of its own. */
export type Stage = {
  readonly lan: Lan;
  readonly client: Client;
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
  /** Ends agent and guard of a node at once. */
  readonly killAll: (name: string) => Promise<void>;
  /** To agent, or guard, or both. */
  readonly signal: (name: string, to: "agent" | "guard" | "both", signal: NodeJS.Signals) => Promise<void>;
  readonly logOf: (name: string) => string;
  readonly ownerIs: (name: string, patienceMs?: number) => Promise<void>;
  /** Both nodes are up, and the group is online on one of them. */
  readonly bothUp: (patienceMs?: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** The unit of the agent says so too. All hosts of the stage share the processors of one machine. An agent may have another PATH. */
const asItsUnit = ["/usr/bin/nice", "-n", "-10"];

export type LeaseTerms = { readonly ttlMs: number; readonly renewMs: number };

export async function openStage(lease: LeaseTerms): Promise<Stage> {
  const lan = await openLan(["NODE1", "NODE2", "PEER", "CONTROL"]);
  try {
    return await furnish(lan, lease);
  } catch (error) {
    await lan.close();
    throw error;
  }
}

async function furnish(lan: Lan, lease: LeaseTerms): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-lan-"));
  const logs = new Map<string, string>();
  const agents = new Map<string, ChildProcess>();

  function start(host: Host, words: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    const [program = "", ...args] = words;
    const child = host.start(program, args, { ...process.env, ...env });
    const take = (text: Buffer): void => void logs.set(host.name, (logs.get(host.name) ?? "") + text.toString("utf8"));
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    return child;
  }

  const control = lan.host("CONTROL");
  const data = join(folder, "control");
  const listen = `${control.addressOn("control")}:${port}`;
  const url = `http://${listen}`;
  async function startControl(): Promise<void> {
    start(control, [process.execPath, command, "serve", "--listen", listen, "--data", data, "--insecure"]);
    const answers = () =>
      fetch(`${url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(answers, 20_000, "the control plane");
  }
  await startControl();
  /** @param as what it is started by, with its own arguments */
  function startAgent(
    name: string,
    as: readonly string[],
    state: string,
    env = {},
    options: readonly string[] = [],
  ): ChildProcess {
    const reach = ["--cluster", cluster, "--url", url, "--token-file", join(folder, `${name}.token`)];
    const words = [...as, process.execPath, command, "agent", "--node", name, "--state", state, ...reach, ...options];
    const child = start(lan.host(name), words, env);
    agents.set(name, child);
    return child;
  }
  const token = readFileSync(join(data, "admin.token"), "utf8").trim();
  const client = createClient({ url, token });
  await expectOk(client.putCluster(cluster, definition(lan, lease)));
  for (const name of nodeNames) {
    const made = await expectOk(client.createToken(cluster, { role: "node", node: name }));
    writeFileSync(join(folder, `${name}.token`), made.token, { mode: 0o600 });
  }
  return {
    lan,
    client,
    node: (name) => lan.host(name),
    startAgent: (name, env, options) => startAgent(name, asItsUnit, join(folder, name), env, options),
    startAgentAs: (name, capabilities) => {
      const state = join(folder, `${name}-nobody`);
      mkdirSync(state, { recursive: true });
      for (const path of [state, join(folder, `${name}.token`)]) chownSync(path, nobody, nobody);
      chmodSync(folder, 0o711);
      const held = capabilities.map((capability) => `+${capability}`).join(",");
      const as = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", `--inh-caps=-all,${held}`];
      return startAgent(name, [...as, `--ambient-caps=-all,${held}`], state);
    },
    agent: (name) => {
      const child = agents.get(name);
      if (child === undefined) throw new Error(`${name} has no agent`);
      return child;
    },
    restartControl: async () => {
      await signalIn(control, () => true, "SIGKILL");
      await startControl();
    },
    killAll: (name) => signalIn(lan.host(name), (commandLine) => commandLine.includes(command), "SIGKILL"),
    signal: (name, to, signal) => {
      const verbs = to === "both" ? ["agent", "guard"] : [to];
      const isMeant = (commandLine: string): boolean =>
        verbs.some((verb) => commandLine.includes(`${command} ${verb} `));
      return signalIn(lan.host(name), isMeant, signal);
    },
    logOf: (name) => logs.get(name) ?? "",
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
        const said = nodeNames.map((one) => `${one}:\n${logs.get(one) ?? ""}`).join("\n");
        throw new Error(`${String(error)}\n${JSON.stringify(last)}\n${said}`, { cause: error });
      }
    },
    bothUp: (patienceMs = 30_000) =>
      until(
        async () => {
          const { nodes, groups } = await expectOk(client.getCluster(cluster));
          return nodeNames.every((name) => nodes[name]?.state === "Up") && groups[group]?.state === "Online";
        },
        patienceMs,
        "both nodes up",
      ),
    close: async () => {
      await lan.close();
      rmSync(folder, { recursive: true, force: true });
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
    if (which(commandLineOf(pid))) process.kill(Number(pid), signal);
  }
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

type Answered<T> = { readonly ok: true; readonly value: T } | { readonly ok: false };

export async function expectOk<T>(asked: Promise<Answered<T>>): Promise<T> {
  const answered = await asked;
  if (!answered.ok) throw new Error(`refused: ${JSON.stringify(answered)}`);
  return answered.value;
}

function definition(lan: Lan, lease: LeaseTerms) {
  const node = (name: string) => ({ address: lan.host(name).addressOn("client") });
  const ip = (address: string, mask: string, network: string) => ({
    type: "IP Address",
    properties: { Address: address, SubnetMask: mask, Network: network },
  });
  return {
    cluster,
    lease,
    networks: { client: { cidr: clientNetwork }, client6: { cidr: "2001:2:0:77::/64" } },
    nodes: { NODE1: node("NODE1"), NODE2: node("NODE2") },
    groups: {
      [group]: {
        preferredOwners: ["NODE1", "NODE2"],
        resources: {
          IP: ip(virtualAddress, "255.255.255.0", "client"),
          IP6: ip(virtualAddress6, "64", "client6"),
          Name: { type: "Network Name", dependsOn: ["IP"], properties: { Name: "MAILVS" } },
        },
      },
    },
  };
}
