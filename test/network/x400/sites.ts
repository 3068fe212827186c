import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { inboxFolder, outboxFolder } from "../../../src/mta/queue-folder.ts";
import { submit } from "../../../src/mta/submit.ts";
import { until } from "../../support/until.ts";
import { originator, recipient } from "../../mta/messages.ts";
import { commandModule, type ControlHost, openControl } from "../control.ts";
import { expectOk } from "../expect-ok.ts";
import { clientNetwork, openLan, type Lan } from "../lan.ts";

/** A virtual server of a site, and the folder of its queue. */
export type Server = {
  readonly cluster: string;
  readonly group: string;
  readonly networkName: string;
  readonly address: string;
  readonly nodes: readonly [string, string];
};

const network = "198.18.77";
/** Two sites, each a cluster of two nodes and the other's partner; the first has a second virtual server, whose partner is a third. */
export const east: Server = {
  cluster: "east",
  group: "Mail",
  networkName: "EASTVS",
  address: `${network}.100`,
  nodes: ["NODE1", "NODE2"],
};
export const eastToo: Server = { ...east, group: "Fax Mail", networkName: "EAST2VS", address: `${network}.102` };
export const west: Server = {
  cluster: "west",
  group: "Mail",
  networkName: "WESTVS",
  address: `${network}.101`,
  nodes: ["NODE3", "NODE4"],
};
export const peerName = "peer.test";
const port = 10_102;

export type Sites = {
  /** Puts a message into the queue of a server for a partner. */
  readonly send: (from: Server, to: string, lines?: number) => Promise<string>;
  readonly waiting: (from: Server, to: string) => number;
  /** Names of the messages that a server has been transferred. */
  readonly arrived: (at: Server | "peer") => string[];
  readonly ownerOf: (server: Server) => Promise<string>;
  /** Kills the agent of a server's owner, and resolves when the other node has it; the agent is started again. */
  readonly failOver: (server: Server) => Promise<void>;
  /** Addresses that the peer was called from. */
  readonly callersOfPeer: () => string[];
  readonly close: () => Promise<void>;
};

export async function openSites(): Promise<Sites> {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-sites-"));
  const lan = await openLan(["NODE1", "NODE2", "NODE3", "NODE4", "PEER", "CONTROL"]);
  const opened: { control: ControlHost | null } = { control: null };
  const close = async (): Promise<void> => {
    await lan.close();
    opened.control?.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    opened.control = await openControl(lan);
    return { ...(await furnish(lan, opened.control, folder)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function furnish(lan: Lan, control: ControlHost, folder: string): Promise<Omit<Sites, "close">> {
  const peerAddress = lan.host("PEER").addressOn("client");
  const queueOf = (server: Server | "peer"): string => join(folder, server === "peer" ? "peer" : server.networkName);
  /** A partner as another one sees it; `own` is who sees it. */
  const partner = (host: string, addresses: readonly string[], more = {}) => ({
    host,
    port,
    mode: "normal",
    callingTsap: "591",
    calledTsap: "591",
    password: "pw",
    partnerPassword: "pw",
    addresses,
    ...more,
  });
  const files = {
    EASTVS: { [west.networkName]: partner(west.address, [west.address]) },
    EAST2VS: { [peerName]: partner(peerAddress, [peerAddress]) },
    WESTVS: { [east.networkName]: partner(east.address, [east.address]) },
    peer: { [eastToo.networkName]: partner(eastToo.address, [eastToo.address], { connect: false }) },
  };
  for (const [name, partners] of Object.entries(files)) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, `${name}.yaml`), stringify({ partners }));
  }

  const words = ["mta", "listen", "--name", peerName, "--listen", `${peerAddress}:${port}`, "--output", "json"];
  const listener = lan
    .host("PEER")
    .start(process.execPath, [
      commandModule,
      ...words,
      "--partners",
      join(folder, "peer.yaml"),
      "--queue",
      queueOf("peer"),
    ]);
  let peerLog = "";
  listener.stdout?.on("data", (text: Buffer) => (peerLog += text.toString("utf8")));

  const resources = ({ address, networkName }: Server) => ({
    IP: { type: "IP Address", properties: { Address: address, SubnetMask: "255.255.255.0", Network: "client" } },
    Name: { type: "Network Name", dependsOn: ["IP"], properties: { Name: networkName } },
    MTA: {
      type: "Message Transfer Agent",
      dependsOn: ["Name"],
      properties: { Port: port, PartnersFile: `${networkName}.yaml`, QueueFolder: join(folder, networkName) },
    },
  });
  for (const servers of [[east, eastToo], [west]]) {
    const [first] = servers;
    if (first === undefined) continue;
    const { cluster, nodes } = first;
    const definition = {
      cluster,
      lease: { ttlMs: 2_000, renewMs: 500 },
      networks: { client: { cidr: clientNetwork } },
      nodes: Object.fromEntries(nodes.map((node) => [node, { address: lan.host(node).addressOn("client") }])),
      groups: Object.fromEntries(
        servers.map((one) => [one.group, { preferredOwners: nodes, resources: resources(one) }]),
      ),
    };
    await control.define(cluster, definition, nodes);
    for (const node of nodes) control.startAgent(cluster, node, { options: ["--base", folder] });
  }

  const viewOf = (cluster: string) => expectOk(control.client.getCluster(cluster));
  const isUp = async ({ cluster, nodes }: Server): Promise<boolean> => {
    const { nodes: states, groups } = await viewOf(cluster);
    return (
      nodes.every((node) => states[node]?.state === "Up") &&
      Object.values(groups).every(({ state }) => state === "Online")
    );
  };
  const allUp = (): Promise<void> =>
    until(async () => (await isUp(east)) && (await isUp(west)), 30_000, "both sites up");
  const ownerOf = async ({ cluster, group }: Server): Promise<string> =>
    (await viewOf(cluster)).groups[group]?.owner ?? "";
  await allUp();

  const messagesIn = (path: string): string[] => readdirSync(path).filter((name) => name.endsWith(".p1"));
  return {
    send: (from, to, lines = 20) =>
      submit({
        queue: queueOf(from),
        partner: to,
        originator,
        recipients: [recipient],
        subject: "A test",
        text: "A line of a message.\n".repeat(lines),
        now: new Date(),
      }),
    waiting: (from, to) => messagesIn(outboxFolder(queueOf(from), to)).length,
    arrived: (at) => messagesIn(inboxFolder(queueOf(at))).map((name) => `${name.split("+").at(-2) ?? ""}.p1`),
    ownerOf,
    failOver: async (server) => {
      const owner = await ownerOf(server);
      control.agent(owner).kill("SIGKILL");
      await until(
        async () => ![owner, ""].includes(await ownerOf(server)),
        20_000,
        `another owner of ${server.networkName}`,
      );
      control.startAgent(server.cluster, owner, { options: ["--base", folder] });
      await allUp();
    },
    callersOfPeer: () => [
      ...new Set([...peerLog.matchAll(/"callingAddress":"([^"]+)"/g)].map(([, address = ""]) => address)),
    ],
  };
}
