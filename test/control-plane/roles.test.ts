import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { limits } from "../../src/cluster/limits.ts";
import type { Role, RouteSpec } from "../../src/control-plane/route.ts";
import { routes } from "../../src/control-plane/routes.ts";
import worker from "../../src/worker.ts";
import { joinBoth } from "./fake-agent.ts";
import { adminToken, allRows, ask, createExchange, expectProblem, json, tokenOf } from "./support.ts";

/** Who may what, said a second time, so that no row of the table changes by accident. `o` may, `-` may not. */
const expected: Readonly<Record<string, string>> = {
  //                   admin operator reader node partner
  listClusters: "o----",
  putCluster: "oo---",
  getCluster: "ooo--",
  createToken: "o----",
  listTokens: "o----",
  revokeToken: "o----",
  openSession: "---o-",
  pauseNode: "oo---",
  resumeNode: "oo---",
  confirmNodeDown: "oo---",
  releaseHolds: "---o-",
  moveGroup: "oo---",
  bringGroupOnline: "oo---",
  takeGroupOffline: "oo---",
  failResource: "oo---",
  restartResource: "oo---",
  getSourceAddress: "oooo-",
  getVirtualServer: "ooo--",
  reportAssociation: "----o",
  getEvents: "ooo--",
  watchEvents: "ooo--",
  listWebhooks: "oo---",
  createWebhook: "oo---",
  getWebhook: "oo---",
  deleteWebhook: "oo---",
  enableWebhook: "oo---",
  rotateWebhookSecret: "oo---",
  testWebhook: "oo---",
  getDefinition: "ooo--",
  getInformation: "ooo--",
  setMaintenance: "oo---",
  destroyCluster: "o----",
  listNodes: "ooo--",
  getNode: "oooo-",
  addNode: "oo---",
  evictNode: "oo---",
  listGroups: "ooo--",
  getGroup: "ooo--",
  createGroup: "oo---",
  deleteGroup: "oo---",
  cancelGroupMove: "oo---",
  getPreferredOwners: "ooo--",
  setPreferredOwners: "oo---",
  setGroupDependencies: "oo---",
  listResources: "ooo--",
  listGroupResources: "ooo--",
  getResource: "ooo--",
  createResource: "oo---",
  deleteResource: "oo---",
  bringResourceOnline: "oo---",
  takeResourceOffline: "oo---",
  changeResourceGroup: "oo---",
  getPossibleOwners: "ooo--",
  setPossibleOwners: "oo---",
  addPossibleOwner: "oo---",
  removePossibleOwner: "oo---",
  getDependencies: "ooo--",
  setDependencies: "oo---",
  addDependency: "oo---",
  removeDependency: "oo---",
  canDependOn: "ooo--",
  getRequiredDependencies: "ooo--",
  getNetworkName: "ooo--",
  getIpAddressProps: "ooo--",
  isGroupActive: "ooo--",
  listOperations: "ooo--",
  getOperation: "ooo--",
  getFailovers: "ooo--",
  getClusterProperties: "ooo--",
  setClusterProperties: "oo---",
  validateClusterProperties: "oo---",
  controlCluster: "ooo--",
  getNodeProperties: "ooo--",
  setNodeProperties: "oo---",
  validateNodeProperties: "oo---",
  controlNode: "ooo--",
  getGroupProperties: "ooo--",
  setGroupProperties: "oo---",
  validateGroupProperties: "oo---",
  controlGroup: "ooo--",
  getResourceProperties: "ooo--",
  setResourceProperties: "oo---",
  validateResourceProperties: "oo---",
  controlResource: "ooo--",
  getResourceTypeProperties: "ooo--",
  setResourceTypeProperties: "oo---",
  validateResourceTypeProperties: "oo---",
  controlResourceType: "ooo--",
  getNetworkProperties: "ooo--",
  setNetworkProperties: "oo---",
  validateNetworkProperties: "oo---",
  controlNetwork: "ooo--",
  getNetInterfaceProperties: "ooo--",
  setNetInterfaceProperties: "oo---",
  validateNetInterfaceProperties: "oo---",
  controlNetInterface: "ooo--",
  listNetworks: "ooo--",
  getNetwork: "ooo--",
  createNetwork: "oo---",
  deleteNetwork: "oo---",
  orderNetworks: "oo---",
  listNetInterfaces: "ooo--",
  getNetInterface: "ooo--",
  findNetInterface: "ooo--",
  listResourceTypes: "ooo--",
  getResourceType: "ooo--",
  createResourceType: "oo---",
  deleteResourceType: "oo---",
  getQuorum: "ooo--",
  getSelf: "ooooo",
  enumerateNode: "ooo--",
  enumerateGroup: "ooo--",
  enumerateResource: "ooo--",
  enumerateResourceType: "ooo--",
  enumerateNetwork: "ooo--",
  explainGroup: "ooo--",
  simulate: "ooo--",
  enumerateCluster: "ooo--",
  getRegistryKey: "oooo-",
  createRegistryKey: "oo-o-",
  deleteRegistryKey: "oo-o-",
  getRegistryValue: "oooo-",
  setRegistryValue: "oo-o-",
  deleteRegistryValue: "oo-o-",
  writeRegistryBatch: "oo-o-",
  readRegistryBatch: "oooo-",
  createNotifyPort: "ooo--",
  registerNotify: "ooo--",
  getNotifications: "ooo--",
  closeNotifyPort: "ooo--",
  getClusterMetrics: "ooo--",
  getMetrics: "o----",
  getHealth: "ooooo",
  getVersion: "ooooo",
  getEchoSource: "ooooo",
};
const roles = ["admin", "operator", "reader", "node", "partner"] as const satisfies readonly Role[];
type Tokens = Readonly<Record<Role, string>>;
let tokens: Tokens;
/** Of another cluster, whose nodes have the same names. */
let strangers: Tokens;

beforeAll(async () => {
  tokens = await tokensOf("roles");
  strangers = await tokensOf("other-roles");
});

async function tokensOf(cluster: string): Promise<Tokens> {
  await createExchange(cluster);
  return {
    admin: adminToken,
    operator: await tokenOf(cluster, { role: "operator" }),
    reader: await tokenOf(cluster, { role: "reader" }),
    node: await tokenOf(cluster, { role: "node", node: "NODE1" }),
    partner: await tokenOf(cluster, { role: "partner", partner: "peer.test" }),
  };
}

function pathOf(path: string, node = "NODE1"): string {
  return path
    .replace("{cluster}", "roles")
    .replace("{node}", node)
    .replace("{group}", "Exchange")
    .replace("{resource}", "Exchange%20MTA")
    .replace("{networkName}", "EXCHVS")
    .replace("{token}", "0123456789abcdef")
    .replace("{on}", "Exchange IP")
    .replace("{operation}", "0123456789abcdef")
    .replace("{network}", "client")
    .replace("{interface}", "NODE1 - client")
    .replace("{type}", "IP Address")
    .replace("{scope}", "common")
    .replace("{code}", "GET_ID")
    .replace("{webhook}", "0123456789abcdef")
    .replace("{port}", "0123456789abcdef".repeat(2));
}

const cases = routes.flatMap(({ spec }) =>
  roles.map((role, index) => ({ spec, role, may: expected[spec.id]?.[index] })),
);

/** Asks with what no route takes: who may come in is told so, and nothing is done. */
async function statusFor({ method, path, body, id }: RouteSpec, token: string, node?: string): Promise<number> {
  const response = await ask(method, `${pathOf(path, node)}?nobody-takes-this`, {
    token,
    body: method === "GET" || body === undefined ? undefined : "{",
    // A stream would stay open.
    headers: id === "watchEvents" ? { Upgrade: "none", "Last-Event-ID": "x" } : {},
  });
  await response.body?.cancel();
  return response.status;
}

test.each(cases)("AU3: $role on $spec.id ($may)", async ({ spec, role, may }) => {
  const status = await statusFor(spec, tokens[role]);
  if (may === "o") expect([401, 403]).not.toContain(status);
  // Where the path names no cluster, nobody can say whose the token is.
  else expect(status).toBe(spec.path.includes("{cluster}") ? 403 : 401);
});

test.each(cases.filter(({ spec, role }) => spec.roles !== "anyone" && role !== "admin"))(
  "AU15: $role of another cluster is nobody on $spec.id",
  async ({ spec, role }) => {
    expect(await statusFor(spec, strangers[role])).toBe(401);
  },
);

test("AU3: every route is in this test's table, and the other way round", () => {
  expect(routes.map(({ spec }) => spec.id).toSorted()).toEqual(Object.keys(expected).toSorted());
});

/** Where a node's token gets in, and what becomes of it there when it asks for another node. */
const stolen: Readonly<Record<string, readonly [request: Parameters<typeof ask> | null, outcome: string]>> = {
  getNode: [["GET", "/clusters/roles/nodes/NODE2"], "forbidden"],
  openSession: [["GET", "/clusters/roles/nodes/NODE2/session", { headers: { Upgrade: "websocket" } }], "forbidden"],
  releaseHolds: [
    ["POST", "/clusters/roles/nodes/NODE2/release", { body: { incarnation: "run-of-NODE2", epochs: [] } }],
    "forbidden",
  ],
  getSourceAddress: [["GET", "/clusters/roles/groups/Exchange/source-address?node=NODE2"], "not-your-node"],
  getSelf: [null, "tells of the token itself"],
  createRegistryKey: [["PUT", "/clusters/roles/registry/key?key=Nodes/NODE2/X"], "forbidden"],
  deleteRegistryKey: [["DELETE", "/clusters/roles/registry/key?key=Nodes/NODE2"], "forbidden"],
  setRegistryValue: [
    ["PUT", "/clusters/roles/registry/value?key=Nodes/NODE2&name=v", { body: { type: "REG_DWORD", value: 1 } }],
    "forbidden",
  ],
  deleteRegistryValue: [["DELETE", "/clusters/roles/registry/value?key=Nodes/NODE2&name=v"], "forbidden"],
  writeRegistryBatch: [
    [
      "POST",
      "/clusters/roles/registry-batch",
      { body: { commands: [{ command: "create-key", key: "Nodes/NODE2/X" }] } },
    ],
    "forbidden",
  ],
  getRegistryKey: [null, "the registry is what the applications of a cluster share"],
  getRegistryValue: [null, "the registry is what the applications of a cluster share"],
  readRegistryBatch: [null, "the registry is what the applications of a cluster share"],
};

describe("a stolen token of a node", () => {
  test("AU4: gets in at these routes and at no other", () => {
    const open = routes.filter(({ spec }) => spec.roles !== "anyone" && spec.roles.includes("node"));
    expect(open.map(({ spec }) => spec.id).toSorted()).toEqual(Object.keys(stolen).toSorted());
  });

  test.each(routes.filter(({ spec }) => spec.roles !== "anyone").map(({ spec }) => ({ id: spec.id, spec })))(
    "AU4: reaches nothing of another node by $id",
    async ({ id, spec }) => {
      const before = await allRows("roles");
      if (spec.path.includes("{node}")) expect(await statusFor(spec, tokens.node, "NODE2")).toBe(403);
      const [request, outcome] = stolen[id] ?? [null, ""];
      if (request !== null) {
        const [method, path, more] = request;
        const answered = await json(ask(method, path, { ...more, token: tokens.node }));
        expect([answered["code"], answered["reason"]]).toContain(outcome);
      }
      expect(await allRows("roles")).toEqual(before);
    },
  );
});

describe("a node's token", () => {
  test("AU4: asks for its own source address only; another's is answered DENY, with 200", async () => {
    const question = (node: string) =>
      ask("GET", `/clusters/roles/groups/Exchange/source-address?node=${node}`, { token: tokens.node });
    const denied = await question("NODE2");
    expect(denied.status).toBe(200);
    expect(await denied.json()).toEqual({ decision: "DENY", reason: "not-your-node" });
    expect(await json(question("NODE1"))).toMatchObject({ decision: "DEFER" });
  });
});

describe("a partner's token", () => {
  test("AU9: says which associations the partner saw, and the journal names the partner", async () => {
    await joinBoth("roles");
    const token = tokens.partner;
    const body = {
      group: "Exchange",
      direction: "inbound",
      state: "refused",
      localAddress: "127.0.1.99",
      remoteAddress: "127.0.1.1",
      reason: "the caller is not at a configured address",
    };
    expect((await ask("POST", "/clusters/roles/associations", { token, body })).status).toBe(200);
    const view = await json<{ associations: unknown[] }>(ask("GET", "/clusters/roles"));
    expect(view.associations.at(-1)).toMatchObject({ ...body, reporter: "peer.test", partner: "peer.test" });
    const { events } = await json<{ events: { kind: string }[] }>(ask("GET", "/clusters/roles/events?limit=1000"));
    expect(events.at(-1)).toMatchObject({ kind: "association.refused", group: "Exchange" });
  });

  test("AU9: a partner that says too much at a time is refused, and the journal does not grow", async () => {
    const body = { group: "Exchange", direction: "inbound", state: "accepted" };
    const say = () => ask("POST", "/clusters/roles/associations", { token: tokens.partner, body });
    const last = async () => (await json<{ last: number }>(ask("GET", "/clusters/roles/events?limit=1"))).last;
    for (let i = 0; i < limits.reportsInTenSeconds; i++) await (await say()).body?.cancel();
    const before = await last();
    await expectProblem(say(), "rate-limited");
    expect(await last()).toBe(before);
  });
});

describe("without the admin secret", () => {
  const without = (path: string, token = adminToken, secret: string | undefined = undefined) =>
    worker.fetch(new Request(`https://bridgehead.test${path}`, { headers: { Authorization: `Bearer ${token}` } }), {
      CLUSTER: env.CLUSTER,
      DIRECTORY: env.DIRECTORY,
      ...(secret === undefined ? {} : { BRIDGEHEAD_ADMIN_TOKEN: secret }),
    });

  test("AU2: everything is refused, and the refusal says how to set it", async () => {
    for (const { spec } of routes) {
      if (spec.roles === "anyone" || spec.method !== "GET") continue;
      for (const secret of [undefined, ""]) {
        const problem = await expectProblem(
          without(`/v1${pathOf(spec.path)}`, adminToken, secret),
          "admin-token-not-set",
        );
        expect(problem.detail).toContain("BRIDGEHEAD_ADMIN_TOKEN");
      }
    }
  });

  test("AU2: the secret that is set now is the one that counts, whichever was set before", async () => {
    for (const [secret, other] of [
      ["first", "second"],
      ["second", "first"],
      ["first", "second"],
    ] as const) {
      expect((await without("/v1/clusters", secret, secret)).status).toBe(200);
      await expectProblem(without("/v1/clusters", other, secret), "unauthorized");
    }
  });

  test("AU2: a valid cluster token is refused as well, and so is an empty one", async () => {
    await expectProblem(without("/v1/clusters/roles", tokens.reader), "admin-token-not-set");
    await expectProblem(without("/v1/clusters", ""), "admin-token-not-set");
  });

  test.each(["/healthz", "/version", "/echo-source", "/openapi.json"])(
    "AU1: %s is answered, with the prefix and without",
    async (path) => {
      for (const prefix of ["", "/v1"]) expect((await without(prefix + path)).status).toBe(200);
    },
  );
});
