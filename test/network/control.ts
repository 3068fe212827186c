import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type Client } from "../../src/client/http-client.ts";
import { until } from "../support/until.ts";
import { expectOk } from "./expect-ok.ts";
import type { Host, Lan } from "./lan.ts";

export const commandModule = join(import.meta.dirname, "..", "..", "dist", "cli", "main.js");
const port = 8787;

/** The control plane on the host CONTROL, and the agents of its clusters on their hosts. */
export type ControlHost = {
  /** Removed by `close`. */
  readonly folder: string;
  readonly client: Client;
  /** Where it answers, from this process as from the hosts. */
  readonly url: string;
  /** Makes a cluster, and a token for each of its nodes. */
  readonly define: (cluster: string, definition: unknown, nodes: readonly string[]) => Promise<void>;
  readonly startAgent: (cluster: string, node: string, start?: AgentStart) => ChildProcess;
  /** The file of a node's token. */
  readonly tokenFile: (node: string) => string;
  readonly agent: (node: string) => ChildProcess;
  /** What the processes of a host have written. */
  readonly logOf: (host: string) => string;
  readonly start: () => Promise<void>;
  readonly close: () => void;
};

export type AgentStart = {
  /** What it is started by, with its own arguments. */
  readonly as?: readonly string[];
  readonly state?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly options?: readonly string[];
};

/** The unit of the agent says so too. All hosts of a test share the processors of one machine. An agent may have another PATH. */
const asItsUnit = ["/usr/bin/nice", "-n", "-10"];

export async function openControl(lan: Lan): Promise<ControlHost> {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-lan-"));
  const logs = new Map<string, string>();
  const agents = new Map<string, ChildProcess>();

  function run(host: Host, words: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    const [program = "", ...args] = words;
    const child = host.start(program, args, { ...process.env, ...env });
    const take = (text: Buffer): void => void logs.set(host.name, (logs.get(host.name) ?? "") + text.toString("utf8"));
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    return child;
  }

  const host = lan.host("CONTROL");
  const data = join(folder, "control");
  const listen = `${host.addressOn("control")}:${port}`;
  const url = `http://${listen}`;
  async function start(): Promise<void> {
    run(host, [process.execPath, commandModule, "serve", "--listen", listen, "--data", data, "--insecure"]);
    const answers = () =>
      fetch(`${url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(answers, 20_000, "the control plane");
  }
  await start();
  const client = createClient({ url, token: readFileSync(join(data, "admin.token"), "utf8").trim() });
  const tokenFile = (node: string): string => join(folder, `${node}.token`);

  return {
    folder,
    client,
    url,
    define: async (cluster, definition, nodes) => {
      await expectOk(client.putCluster(cluster, definition));
      for (const node of nodes) {
        const made = await expectOk(client.createToken(cluster, { role: "node", node }));
        writeFileSync(tokenFile(node), made.token, { mode: 0o600 });
      }
    },
    startAgent: (cluster, node, { as = asItsUnit, state = join(folder, node), env = {}, options = [] } = {}) => {
      const reach = ["--cluster", cluster, "--url", url, "--token-file", tokenFile(node)];
      const agent = [process.execPath, commandModule, "agent", "--node", node, "--state", state];
      const child = run(lan.host(node), [...as, ...agent, ...reach, ...options], env);
      agents.set(node, child);
      return child;
    },
    tokenFile,
    agent: (node) => {
      const child = agents.get(node);
      if (child === undefined) throw new Error(`${node} has no agent`);
      return child;
    },
    logOf: (name) => logs.get(name) ?? "",
    start,
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
