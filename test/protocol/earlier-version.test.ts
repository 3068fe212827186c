import { describe, expect, test } from "vitest";
import type { Assignment } from "../../src/cluster/messages.ts";
import { decodeAgentMessage, decodeObjectMessage, encode } from "../../src/protocol/session.ts";
import { clusterOf, nodes, virtualServer } from "../cluster/definitions.ts";
import { Cluster } from "../cluster/driver.ts";
import { earlierRenewal } from "../support/earlier-renewal.ts";

/** Frames as an agent and a control plane wrote them that had never heard of a word between agents. */
const generation = { number: 1, nonce: "nonce-1" };
const hello = {
  type: "hello",
  protocol: 1,
  incarnation: "run-of-before",
  machine: null,
  connection: 1,
  seen: { generation: null, revision: null, epochs: {} },
  released: [],
  holding: [],
  told: { associations: 0, notices: 0 },
};
const group = {
  group: "Exchange",
  epoch: 1,
  wanted: "Online",
  observe: false,
  heldBefore: {},
  unfenced: [],
  resources: {},
};
const assignment = {
  revision: { generation: 1, n: 2 },
  lease: { ttlMs: 2_000, renewMs: 500 },
  groups: [group],
  mayCome: ["127.0.1.100"],
};

function heard(message: object) {
  const decoded = decodeAgentMessage(JSON.stringify(message), 1);
  if (!decoded.ok) throw new Error(decoded.code);
  return decoded.message;
}

describe("an agent of before", () => {
  test("PW11: its hello and its renewal are understood as those of one that names no place and has nobody's word", () => {
    expect(heard(hello)).toEqual({ ...hello, peer: null });
    expect(heard(earlierRenewal)).toEqual({ ...earlierRenewal, agreeing: [], ttlHeldMs: null });
  });

  test("PW11: its node counts as one without peerListen: nobody's word holds what it could own", () => {
    const place = (node: string) => ({ key: `key-of-${node}`, address: `${node}:7946`, proof: "" });
    const onControlPlaneLoss = "hold-while-peers-agree";
    const cluster = new Cluster(
      clusterOf(
        { Exchange: virtualServer(100, { onControlPlaneLoss, preferredOwners: ["NODE1"] }) },
        { nodes: nodes("NODE1", "NODE2", "NODE3") },
      ),
    );
    for (const node of ["NODE1", "NODE2"]) cluster.hello(node, { peer: place(node) });
    for (const node of ["NODE1", "NODE2"]) cluster.renew(node);
    cluster.countStart("NODE1", "NODE2");
    expect(cluster.groupView("Exchange").peers).toMatchObject([{ node: "NODE2" }]);
    const said = heard(hello);
    if (said.type !== "hello") throw new Error("a hello was read as something else");
    cluster.hello("NODE3", said);
    cluster.renew("NODE3");
    cluster.renew("NODE1");
    expect(cluster.groupView("Exchange")).toMatchObject({ peers: [], cannotBeAsked: ["NODE3"], claimants: null });
  });

  test("PW11: where it has no part in words, it is told nothing that it would not read", () => {
    const now: Assignment = {
      ...assignment,
      groups: [{ ...group, wanted: "Online", peers: [] }],
      vouchesFor: [],
    };
    const told = [
      { type: "welcome", generation, connection: 1, standing: { kind: "Up" }, assignment: now } as const,
      { type: "assignment", generation, assignment: now } as const,
    ];
    for (const message of told) {
      expect(JSON.parse(encode(message))).toEqual({ ...message, assignment });
      expect(decodeObjectMessage(encode(message))).toEqual({ ok: true, message });
    }
  });
});

describe("a control plane of before", () => {
  test("PW11: what it assigns is understood as held by nobody's word, and as asking for none", () => {
    const welcome = { type: "welcome", generation, connection: 1, standing: { kind: "Up" }, assignment };
    expect(decodeObjectMessage(JSON.stringify(welcome))).toEqual({
      ok: true,
      message: { ...welcome, assignment: { ...assignment, groups: [{ ...group, peers: [] }], vouchesFor: [] } },
    });
  });

  test("PW11: the hello of an agent without peerListen is one that it would read; GR13: its renewals say what it would not", () => {
    expect(JSON.parse(encode(heard(hello)))).toEqual(hello);
    const said = heard({ ...earlierRenewal, ttlHeldMs: 0 });
    expect(JSON.parse(encode(said))).toEqual({ ...earlierRenewal, ttlHeldMs: 0 });
  });
});
