import { createSocket } from "node:dgram";
import { expect, test } from "vitest";
import { knock } from "../../../src/cli/doctor/outage.ts";
import {
  groupsToStay,
  inProc,
  judgeKnock,
  judgeListen,
  judgePeers,
  judgePort,
  type ListenFacts,
  peersOf,
} from "../../../src/cli/doctor/judge/outage.ts";
import { parseDefinition } from "../../../src/protocol/definition.ts";
import { groupView } from "../../dashboard/views.ts";

const facts: ListenFacts = {
  node: "NODE1",
  toStay: ["Mail"],
  listen: "192.0.2.1:7946",
  present: ["127.0.0.1", "192.0.2.1", "2001:db8::1"],
  virtual: ["192.0.2.100"],
  groups: null,
};
const judged = (more: Partial<ListenFacts>) => judgeListen({ ...facts, ...more });

test("CL42 the groups that should stay without a control plane are those that may come to this node", () => {
  const parsed = parseDefinition({
    cluster: "mail",
    networks: { client: { cidr: "192.0.2.0/24" } },
    nodes: { NODE1: { address: "192.0.2.1" }, NODE2: { address: "192.0.2.2" } },
    groups: {
      Mail: { onControlPlaneLoss: "hold-while-peers-agree", resources: {} },
      Web: { resources: {} },
      Elsewhere: {
        onControlPlaneLoss: "hold-while-peers-agree",
        resources: { Disk: { type: "Physical Disk", possibleOwners: ["NODE2"] } },
      },
    },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  expect(groupsToStay(parsed.definition, "NODE1")).toEqual(["Mail"]);
});

test("CL42 a group that should stay needs peerListen, an address of this host's own, which others reach", () => {
  expect(judged({})?.kind).toBe("ok");
  expect(judged({ listen: "[2001:db8:0::1]:7946" })?.kind).toBe("ok");
  expect(judged({ listen: null, toStay: [] })).toBeNull();
  expect(judged({ listen: null })).toMatchObject({
    kind: "failed",
    sentence: "peerListen is not set, and Mail should stay while peers agree.",
    cost: expect.stringContaining("whichever node has them"),
    remedy: expect.stringMatching(/restart the agent/i),
  });
  for (const listen of ["node1:7946", "192.0.2.1", "0.0.0.0:7946", "[::]:7946"]) {
    expect(judged({ listen }), listen).toMatchObject({ kind: "failed", cost: "The agent does not start." });
  }
  expect(judged({ listen: "192.0.2.9:7946" })).toMatchObject({
    kind: "failed",
    remedy: "Name one of these: 192.0.2.1, 2001:db8::1.",
  });
  expect(judged({ listen: "192.0.2.100:7946", present: ["192.0.2.100"] })?.sentence).toContain("a virtual IP");
  expect(judged({ listen: "127.0.1.1:7946" })?.kind).toBe("warning");
});

test("CL42 an agent whose command line names its place is not missed in the configuration", () => {
  const groups = {
    Mail: groupView({ owner: "NODE2", peers: [{ node: "NODE1", address: "192.0.2.1:7946", agrees: true }] }),
  };
  expect(judged({ listen: null, groups })?.kind).toBe("ok");
  expect(judged({ listen: null, groups: { Mail: groupView({ peers: [] }) } })?.kind).toBe("failed");
});

test("CL42 an agent that runs and does not listen there has not read its configuration", () => {
  expect(judgePort("192.0.2.1:7946", true).kind).toBe("ok");
  expect(judgePort("192.0.2.1:7946", null).kind).toBe("skipped");
  expect(judgePort("192.0.2.1:7946", false)).toMatchObject({
    kind: "failed",
    remedy: expect.stringMatching(/restart the agent/i),
  });
});

test.each([
  [{ address: "127.0.0.1", port: 7946 }, "0100007F:1F0A"],
  [{ address: "::1", port: 53 }, "00000000000000000000000001000000:0035"],
  [{ address: "2001:db8::2:1", port: 65_535 }, "B80D0120000000000000000001000200:FFFF"],
])("CL42 %j is looked for as the kernel writes it", (endpoint, written) => {
  expect(inProc(endpoint)).toBe(written);
});

test("CL42 what the control plane says: whose word there is, who did not answer, and who cannot be asked", () => {
  const peer = (node: string, agrees: boolean) => ({ node, address: `${node.toLowerCase()}:7946`, agrees });
  const of = (more: Parameters<typeof groupView>[0]) => judgePeers(["Mail", "Gone"], { Mail: groupView(more) });
  expect(of({ peers: [peer("NODE2", true)] })).toMatchObject([
    { subject: "Mail", outcome: { kind: "ok", sentence: "It stays on NODE1 while NODE2 agrees." } },
  ]);
  expect(of({ peers: [peer("NODE2", true), peer("NODE3", false)] })).toMatchObject([
    { outcome: { kind: "warning", sentence: "Its owner, NODE1, has no word of NODE3." } },
  ]);
  expect(of({ cannotBeAsked: ["NODE2", "NODE3"] })).toMatchObject([
    {
      outcome: { kind: "failed", sentence: expect.stringContaining("the agent of NODE2 and NODE3 has no peerListen") },
    },
  ]);
  expect(of({ peers: [] })).toMatchObject([{ outcome: { kind: "warning" } }]);
  expect(of({ owner: null, lastOwner: null })).toEqual([]);
});

test("CL42 the others' ports are knocked at: a refusal is told, and silence proves nothing", async () => {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  const heard: number[] = [];
  socket.on("message", ({ length }) => heard.push(length));
  expect(await knock({ address: "127.0.0.1", port })).toBe("quiet");
  expect(heard).toEqual([0]);
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  expect(await knock({ address: "127.0.0.1", port })).toBe("refused");
  // Nobody may send to all hosts without asking for that first.
  expect(await knock({ address: "255.255.255.255", port })).toEqual({ unreachable: "EACCES" });

  const peers = [
    { node: "NODE2", address: "127.0.0.1:7946", agrees: false },
    { node: "NODE1", address: "", agrees: true },
  ];
  const [known, ...more] = peersOf(["Mail"], { Mail: groupView({ peers }) }, "NODE1");
  if (known === undefined) throw new Error("nobody is known");
  expect(more).toEqual([]);
  expect(judgeKnock(known, "quiet")).toMatchObject({ kind: "ok", sentence: expect.stringContaining("looks the same") });
  expect(judgeKnock(known, "refused").kind).toBe("failed");
  expect(judgeKnock(known, { unreachable: "EHOSTUNREACH" }).sentence).toContain("EHOSTUNREACH");
});
