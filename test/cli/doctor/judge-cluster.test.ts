import { expect, test } from "vitest";
import type { Result } from "../../../src/client/result.ts";
import type { HostAddress } from "../../../src/agent/linux/ip.ts";
import type { Capability } from "../../../src/agent/linux/privileges.ts";
import { type ProblemCode, problemDetails } from "../../../src/protocol/problems.ts";
import { parseDefinition } from "../../../src/protocol/definition.ts";
import { sessionProtocol } from "../../../src/protocol/session-version.ts";
import type { NodeStateAnswer, Self } from "../../../src/protocol/objects.ts";
import {
  judgeColocation,
  judgeNodeState,
  judgeReach,
  judgeRoundTrip,
  judgeToken,
  judgeTransport,
  judgeWallClock,
} from "../../../src/cli/doctor/judge/control-plane.ts";
import {
  addressesFor,
  type DiskFacts,
  judgeAddresses,
  judgeDefinition,
  judgeDisks,
  judgeLease,
  judgeMounts,
  judgeNdptool,
  judgeServices,
  judgeTypes,
} from "../../../src/cli/doctor/judge/definition.ts";

const url = "http://c.test:8787";
const place = { cluster: "mail", node: "NODE1" };

function refused(code: ProblemCode): Exclude<Result<never>, { ok: true }> {
  return { ok: false, kind: "refused", problem: problemDetails(code, "") };
}

test("CL36 a token in clear text over a network is a warning, and on this host none", () => {
  expect(judgeTransport("https://c.test", false).kind).toBe("ok");
  expect(judgeTransport("http://127.0.0.1:8787", true).kind).toBe("ok");
  expect(judgeTransport(url, false)).toMatchObject({ kind: "warning", cost: expect.stringContaining("token") });
});

test("CL36 a control plane on this host dies with it, and that is said", () => {
  expect(judgeColocation("c.test", []).kind).toBe("ok");
  expect(judgeColocation("c.test", ["192.0.2.1"])).toMatchObject({
    kind: "warning",
    sentence: "The control plane runs on this host (192.0.2.1).",
    cost: expect.stringContaining("dies with this host"),
  });
});

test("CL36 how far the control plane is reached is told apart", () => {
  const answers = { kind: "answers", version: "1", protocol: sessionProtocol, apartMs: 0 } as const;
  expect(judgeReach(url, answers).kind).toBe("ok");
  expect(judgeReach(url, { kind: "other", status: 502 })).toMatchObject({ sentence: expect.stringContaining("502") });
  expect(judgeReach(url, { kind: "tls", why: "CERT_HAS_EXPIRED" }).sentence).toContain("CERT_HAS_EXPIRED");
  expect(judgeReach(url, { kind: "nobody", why: "ECONNREFUSED" })).toMatchObject({
    kind: "failed",
    sentence: "http://c.test:8787 cannot be reached (ECONNREFUSED).",
  });
});

test("SV2: SV3: who has to be updated is said, where the control plane and this agent speak different versions", () => {
  const of = (protocol: number) => judgeReach(url, { kind: "answers", version: "1", protocol, apartMs: 0 });
  expect(of(sessionProtocol - 1)).toMatchObject({ kind: "failed", remedy: "Update the control plane first." });
  expect(of(sessionProtocol + 1)).toMatchObject({ kind: "warning", remedy: "Update this agent." });
  expect(of(sessionProtocol + 2)).toMatchObject({ kind: "failed", remedy: "Update this agent." });
});

test("CL36 a wall clock that is apart is said to matter to readers and certificates alone", () => {
  expect([judgeWallClock(null), judgeWallClock(4_000)?.kind]).toEqual([null, "ok"]);
  expect(judgeWallClock(-90_000)).toMatchObject({
    kind: "warning",
    sentence: "This host's wall clock is 90 s behind the control plane's.",
    cost: expect.stringContaining("No lease depends on it"),
  });
});

test("CL36 a token has to be of this node", () => {
  const self = (role: Self["role"], node: string | null): Result<Self> => ({
    ok: true,
    value: { cluster: "mail", role, token: "id", node, partner: null },
  });
  expect(judgeToken(place, self("node", "NODE1")).kind).toBe("ok");
  expect(judgeToken(place, self("node", "NODE2")).sentence).toBe("The token is of node NODE2, and not of node NODE1.");
  expect(judgeToken(place, self("admin", null)).kind).toBe("failed");
  expect(judgeToken(place, refused("unauthorized"))).toMatchObject({ remedy: expect.stringContaining("--node NODE1") });
});

test("CL36 a node that is not up takes nothing over, and why is said", () => {
  const node: NodeStateAnswer = {
    name: "NODE1",
    state: "Up",
    address: "192.0.2.1",
    leaseRemainingMs: 1_700,
    reason: null,
    incarnation: "i",
    drain: "NotInitiated",
    drainTarget: null,
    quarantinedUntil: null,
    clusterState: "Running",
    owns: [],
  };
  const judged = (more: Partial<NodeStateAnswer>, ttlMs: number | null = null) =>
    judgeNodeState("NODE1", { ok: true, value: { ...node, ...more } }, ttlMs);
  expect(judged({}, 2_000).sentence).toBe("NODE1 is up, and has renewed 300 ms ago.");
  expect(judged({}).sentence).toBe("NODE1 is up, and its lease goes on for 1700 ms.");
  for (const state of ["Paused", "Joining", "Down", "Unknown"] as const) expect(judged({ state }).kind).toBe("warning");
  expect(judged({ quarantinedUntil: 1 }).sentence).toBe("NODE1 is in quarantine.");
  expect(judgeNodeState("NODE1", refused("node-not-found"), null).kind).toBe("failed");
});

test("CL36 a round trip is measured against the lease: well under a renewal, near it, or longer than all of it", () => {
  const lan = { ttlMs: 2_000, renewMs: 500 };
  expect(judgeRoundTrip([3, 5, 20], lan)).toMatchObject({
    kind: "ok",
    sentence: expect.stringContaining("takes 5 ms"),
  });
  expect(judgeRoundTrip([3, 5, 300], lan)).toMatchObject({
    kind: "warning",
    sentence: expect.stringContaining("2000 ms"),
  });
  expect(judgeRoundTrip([3, 5, 2_000], lan).kind).toBe("failed");
  expect(judgeRoundTrip([3, 5, 300], null).sentence).toContain("lease: wan, and too long for lease: lan");
  expect(judgeRoundTrip([1_300], null).kind).toBe("warning");
});

function definitionWith(resources: object, lease: object = { ttlMs: 2_000, renewMs: 500 }) {
  const parsed = parseDefinition({
    cluster: "mail",
    lease,
    networks: { client: { cidr: "192.0.2.0/24" }, six: { cidr: "2001:db8::/64" }, lo: { cidr: "127.0.1.0/24" } },
    nodes: { NODE1: { address: "192.0.2.1" }, NODE2: { address: "192.0.2.2" } },
    resourceTypes: { "Mail Disk": { basedOn: "Physical Disk" } },
    groups: { Mail: { resources } },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

const ip = (address: string, mask: string, network: string, possibleOwners: string[] = []) => ({
  type: "IP Address",
  properties: { Address: address, SubnetMask: mask, Network: network },
  ...(possibleOwners.length === 0 ? {} : { possibleOwners }),
});
const real = definitionWith({ IP: ip("192.0.2.100", "255.255.255.0", "client") });
const local = definitionWith({ IP: ip("127.0.1.100", "255.255.255.0", "lo") });

test("CL36 a definition that does not know the node is a failure, and one that may not be read is skipped with what to give", () => {
  expect(judgeDefinition("NODE1", { ok: true, definition: real }, true).kind).toBe("ok");
  expect(judgeDefinition("NODE3", { ok: true, definition: real }, true).sentence).toContain("NODE1, NODE2");
  expect(judgeDefinition("NODE1", refused("cluster-not-defined"), false).kind).toBe("failed");
  expect(judgeDefinition("NODE1", refused("forbidden"), true)).toMatchObject({
    kind: "skipped",
    remedy: expect.stringContaining("--token-file"),
  });
});

const eth0: HostAddress = { device: "eth0", address: "192.0.2.1", prefix: 24, isForever: true };
const able = { uid: 7, capabilities: new Set(["CAP_NET_ADMIN"] as const) };
const unable = { uid: 7, capabilities: new Set<never>() };

test("CL36 an address needs a network of this host, ip, and the agent's privilege; one of 127.0.0.0/8 needs nothing (LX5)", () => {
  const wanted = addressesFor(real, "NODE1");
  const facts = { wanted, whyNoIp: null, whose: { who: "agent", privileges: able }, present: [eth0] } as const;
  expect(judgeAddresses(facts)).toEqual([
    { subject: "IP", outcome: { kind: "ok", sentence: "192.0.2.100 would come on eth0." } },
  ]);
  expect(judgeAddresses({ ...facts, present: [] })).toMatchObject([{ subject: "IP", outcome: { kind: "failed" } }]);
  expect(judgeAddresses({ ...facts, whyNoIp: "spawn ip ENOENT" })).toMatchObject({ kind: "failed" });
  expect(judgeAddresses({ ...facts, whose: { who: "agent", privileges: unable } })).toMatchObject({ kind: "failed" });
  expect(judgeAddresses({ ...facts, whose: { who: "this user", privileges: unable } })).toHaveLength(1);
  expect(addressesFor(local, "NODE1")).toEqual([]);
  expect(judgeAddresses({ ...facts, wanted: [] })).toBeNull();
  const elsewhere = definitionWith({ IP: ip("192.0.2.100", "255.255.255.0", "client", ["NODE2"]) });
  expect(addressesFor(elsewhere, "NODE1")).toEqual([]);
});

test("CL36 a lease under a second without a packet filter is a failure (LX11)", () => {
  const wanted = addressesFor(real, "NODE1");
  const lacks = { kind: "lacks", why: "no nft" } as const;
  expect(judgeLease(999, wanted, { kind: "has" })?.kind).toBe("ok");
  expect(judgeLease(999, wanted, lacks)).toMatchObject({ kind: "failed", remedy: expect.stringContaining("1000") });
  expect(judgeLease(999, wanted, { kind: "not-known" })?.kind).toBe("skipped");
  expect(judgeLease(999, wanted, { kind: "elsewhere", tool: "nft", path: "/usr/sbin/nft" })?.kind).toBe("skipped");
  expect(judgeLease(1_000, wanted, lacks)?.kind).toBe("ok");
  expect(judgeLease(999, [], lacks)).toBeNull();
});

test("CL36 a disk whose Fence is None is named, also of a type of one's own", () => {
  const fenced = { Disk: { type: "Physical Disk" } };
  expect(judgeDisks(definitionWith(fenced), "NODE1")).toEqual([]);
  const kinds = { Disk: { type: "Mail Disk" }, Other: { type: "Physical Disk" }, State: { type: "Physical Disk" } };
  const open = structuredClone(definitionWith(kinds));
  for (const [name, { properties }] of Object.entries(open.groups["Mail"]?.resources ?? {})) {
    Object.assign(properties, { Fence: "None", ...(name === "State" ? {} : { Device: "/dev/sdb" }) });
  }
  expect(judgeDisks(open, "NODE1")).toMatchObject([
    { subject: "Disk", outcome: { kind: "warning", sentence: "Nothing fences this disk (Fence is None)." } },
    { subject: "Other" },
  ]);
});

test("CL36 what a mounted disk needs and this host has not is named: the agent's privilege, and sg_persist", () => {
  const mounted = definitionWith({
    Store: { type: "Physical Disk", properties: { Device: "/dev/sdb", MountPoint: "/srv/mail" } },
    State: { type: "Physical Disk" },
  });
  const agent = (...held: Capability[]) => ({
    who: "agent" as const,
    privileges: { uid: 998, capabilities: new Set(held) },
  });
  const sgPersist = { path: "/usr/bin/sg_persist", isInPath: true };
  const able = agent("CAP_SYS_ADMIN", "CAP_SYS_RAWIO");
  const usual: DiskFacts = { whose: able, sgPersist, inPlace: (path) => (path === "/srv/mail" ? "folder" : "other") };
  const judged = (facts: Partial<DiskFacts>, of = mounted) =>
    judgeMounts(of, "NODE1", { ...usual, ...facts }).map(({ subject, outcome }) => [subject, outcome.kind]);
  expect(judgeMounts(mounted, "NODE1", usual)).toEqual([
    { subject: "Store", outcome: { kind: "ok", sentence: "Nothing was found against it." } },
  ]);
  expect(judged({ whose: agent("CAP_NET_ADMIN") })).toEqual([["Store", "failed"]]);
  expect(judged({ whose: agent("CAP_SYS_ADMIN") })).toEqual([["Store", "failed"]]);
  expect(judged({ whose: { ...agent("CAP_SYS_ADMIN"), who: "this user" } })).toEqual([["Store", "skipped"]]);
  expect(judged({ sgPersist: null })).toEqual([["Store", "warning"]]);
  expect(judged({ sgPersist: { ...sgPersist, isInPath: false } })).toEqual([["Store", "warning"]]);
  for (const missing of ["/dev/sdb", "/srv/mail"]) {
    expect(judged({ inPlace: (path) => (path === missing ? "absent" : usual.inPlace(path)) })).toEqual([
      ["Store", "failed"],
    ]);
  }
  expect(judged({ inPlace: () => "other" })).toEqual([["Store", "failed"]]);
  const open = definitionWith({
    Store: { type: "Physical Disk", properties: { Device: "/dev/sdb", MountPoint: "/srv/mail", Fence: "None" } },
  });
  expect(judged({ whose: agent("CAP_SYS_ADMIN"), sgPersist: null }, open)).toEqual([["Store", "ok"]]);
});

test("CL36 what a cluster needs and this host has not is named: ndptool for IPv6, systemd for a Generic Service", () => {
  const six = addressesFor(definitionWith({ IP: ip("2001:db8::100", "64", "six") }), "NODE1");
  expect(judgeNdptool(six, null)?.kind).toBe("warning");
  expect(judgeNdptool(addressesFor(real, "NODE1"), null)).toBeNull();
  const service = definitionWith({ Mailer: { type: "Generic Service", properties: { ServiceName: "postfix" } } });
  expect(judgeServices(service, "NODE1", true)).toEqual([]);
  expect(judgeServices(service, "NODE1", false)).toMatchObject([{ subject: "Mailer", outcome: { kind: "failed" } }]);
});

test("CL44 a resource of a type that this host's agent does not take, or does not know, is told before its group comes", () => {
  const of = definitionWith({
    IP: ip("192.0.2.10", "255.255.255.0", "client"),
    Away: ip("192.0.2.11", "255.255.255.0", "client", ["NODE2"]),
    Disk: { type: "Mail Disk" },
  });
  expect(judgeTypes(of, "NODE2", null)).toEqual([]);
  expect(judgeTypes(of, "NODE2", ["IP Address", "Physical Disk"])).toEqual([]);
  // A group with a resource that may not come to a node does not come to it either.
  expect(judgeTypes(of, "NODE1", [])).toEqual([]);
  expect(judgeTypes(of, "NODE2", ["IP Address"])).toMatchObject([
    {
      subject: "Disk",
      outcome: {
        kind: "failed",
        sentence: "It is a Physical Disk, which is not among the resourceTypes of this host's agent.",
        remedy: expect.stringContaining("Add it to resourceTypes"),
      },
    },
  ]);
  const group = of.groups["Mail"];
  const resource = group?.resources["IP"];
  if (group === undefined || resource === undefined) throw new Error("the definition was read otherwise");
  // As a later version would define it.
  const groups = { Mail: { ...group, resources: { New: { ...resource, type: "Newer Type" } } } };
  expect(judgeTypes({ ...of, groups }, "NODE2", null)).toMatchObject([
    { outcome: { sentence: expect.stringContaining("does not know") } },
  ]);
});
