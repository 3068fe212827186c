import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "../../src/client/http-client.ts";
import type { LeaseTerms } from "../../src/cluster/lease/lease.ts";
import { definitionSchema } from "../../src/protocol/definition.ts";
import { expectOk } from "../../test/network/expect-ok.ts";
import { HollowAgent } from "./hollow-agent.ts";

const group = "Mail";
const nodes = ["NODE1", "NODE2"] as const;
type NodeName = (typeof nodes)[number];
/** The admin token may ask 500 times a second, and a cluster takes three. */
const clustersPerSecond = 100;
const patienceMs = 120_000;

/** One cluster of two hosts, each a session over a socket of its own. */
type Member = {
  readonly agents: Map<NodeName, HollowAgent>;
  owner: NodeName | null;
  epoch: number;
  /** When a node was told that the group is its own; on the clock of `performance`. */
  ownedAt: number;
};

/** Clusters of one control plane, with all their agents in this process. */
export class Fleet {
  /** Renewals that were answered. */
  answered = 0;
  readonly #client: Client;
  readonly #url: string;
  readonly #lease: LeaseTerms;
  readonly #members: Member[] = [];

  constructor(client: Client, url: string, lease: LeaseTerms) {
    this.#client = client;
    this.#url = url;
    this.#lease = lease;
  }

  /** Makes clusters until there are so many, and waits until each group is owned. */
  async growTo(count: number): Promise<void> {
    const startedAt = performance.now();
    const before = this.#members.length;
    while (this.#members.length < count) {
      const dueAt = startedAt + ((this.#members.length - before) * 1_000) / clustersPerSecond;
      await delay(Math.max(0, dueAt - performance.now()));
      await this.#make(`cluster-${this.#members.length + 1}`);
    }
    await until(() => this.#members.every(({ owner }) => owner !== null), "an owner of each group");
  }

  /**
   * So many owners say nothing any more, all at one moment.
   * @returns how long it took until the other node of each had been told that the group is its own, in milliseconds
   */
  async silenceOwners(count: number): Promise<number[]> {
    const some = this.#members.slice(0, count).map((member) => ({ member, epoch: member.epoch }));
    const silentAt = performance.now();
    for (const { member } of some) if (member.owner !== null) member.agents.get(member.owner)?.fallSilent();
    await until(() => some.every(({ member, epoch }) => member.epoch > epoch), "another owner of each group");
    return some.map(({ member }) => member.ownedAt - silentAt);
  }

  end(): void {
    for (const { agents } of this.#members) for (const agent of agents.values()) agent.end();
  }

  async #make(cluster: string): Promise<void> {
    await expectOk(this.#client.putCluster(cluster, definitionOf(cluster, this.#lease)));
    const member: Member = { agents: new Map(), owner: null, epoch: 0, ownedAt: 0 };
    // Before it is complete: what has been begun of it has to end, too.
    this.#members.push(member);
    for (const node of nodes) {
      const { token } = await expectOk(this.#client.createToken(cluster, { role: "node", node }));
      const agent = new HollowAgent({
        url: this.#url,
        cluster,
        node,
        token,
        answered: () => (this.answered += 1),
        ordered: ({ holds }) => {
          const own = holds.find(({ mode, epoch }) => mode.kind === "up" && epoch > member.epoch);
          if (own !== undefined) Object.assign(member, { owner: node, epoch: own.epoch, ownedAt: performance.now() });
        },
      });
      member.agents.set(node, agent);
    }
  }
}

/** As small as a cluster for mail is: a virtual IP and its name. */
function definitionOf(cluster: string, lease: LeaseTerms) {
  return definitionSchema.parse({
    cluster,
    lease,
    networks: { client: { cidr: "192.0.2.0/24", role: "ClientAccess" } },
    nodes: { NODE1: { address: "192.0.2.1" }, NODE2: { address: "192.0.2.2" } },
    groups: {
      [group]: {
        resources: {
          "Mail address": {
            type: "IP Address",
            properties: { Address: "192.0.2.10", Network: "client", SubnetMask: "255.255.255.0" },
          },
          "Mail name": { type: "Network Name", properties: { Name: "mail.example.org" }, dependsOn: ["Mail address"] },
        },
      },
    },
  });
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  const endAt = performance.now() + patienceMs;
  while (!isSo()) {
    if (performance.now() > endAt) throw new Error(`no ${what} within ${patienceMs / 1_000} s`);
    await delay(20);
  }
}
