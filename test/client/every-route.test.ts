import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { familiesOfRoutes } from "../../scripts/table-of-routes.ts";
import { type Client, createClient } from "../../src/client/index.ts";

const asked: string[] = [];
let server: Server | null = null;
let client: Client | null = null;

beforeAll(async () => {
  const listening = createServer((request, response) => {
    asked.push(`${request.method} ${(request.url ?? "").split("?")[0]}`);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  server = listening;
  const { port } = listening.address() as AddressInfo;
  client = createClient({ url: `http://127.0.0.1:${port}`, token: "t" });
});
afterAll(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Not for programs of this kind: an agent's session, figures as text, and what answers without a token. */
const elsewhere = ["openSession", "getMetrics", "getClusterMetrics", "getHealth"];

type Calls = { readonly [Method in keyof Client]: readonly Parameters<Client[Method]>[] };

const resource = { kind: "resource", group: "G", name: "R" } as const;
const described = [
  { kind: "cluster" },
  { kind: "node", name: "N" },
  { kind: "network", name: "W" },
  { kind: "net-interface", name: "N - W" },
  { kind: "group", name: "G" },
  resource,
  { kind: "resource-type", name: "T" },
] as const;
const id = "0123456789abcdef";

/** Each method, called as often as it takes to reach all of its routes. */
const calls: Calls = {
  version: [[]],
  echoSource: [[]],
  listClusters: [[]],
  putCluster: [["c", {}]],
  getCluster: [["c"]],
  getDefinition: [["c"]],
  information: [["c"]],
  destroyCluster: [["c"]],
  setMaintenance: [["c", true]],
  quorum: [["c"]],
  enumerate: [["c", ["NODE"]]],
  createToken: [["c", { role: "reader" }]],
  listTokens: [["c"]],
  revokeToken: [["c", id]],
  self: [["c"]],
  listNodes: [["c"]],
  getNode: [["c", "N"]],
  addNode: [["c", { name: "N", address: "192.0.2.1" }]],
  evictNode: [["c", "N"]],
  pauseNode: [["c", "N"]],
  resumeNode: [["c", "N"]],
  confirmNodeDown: [["c", "N"]],
  releaseHolds: [["c", "N", { incarnation: id, epochs: [{ group: "G", epoch: 1 }] }]],
  listGroups: [["c"]],
  getGroup: [["c", "G"]],
  createGroup: [["c", { name: "G" }]],
  deleteGroup: [["c", "G"]],
  moveGroup: [["c", "G"]],
  commandGroup: (["online", "offline", "cancel"] as const).map((verb) => ["c", "G", verb]),
  getPreferredOwners: [["c", "G"]],
  setPreferredOwners: [["c", "G", []]],
  setGroupDependencies: [["c", "G", []]],
  listResources: [["c"]],
  listGroupResources: [["c", "G"]],
  getResource: [["c", "G", "R"]],
  createResource: [["c", "G", { name: "R", type: "T" }]],
  deleteResource: [["c", "G", "R"]],
  commandResource: (["online", "offline", "fail", "restart"] as const).map((verb) => ["c", "G", "R", verb]),
  changeResourceGroup: [["c", "G", "R", "H"]],
  getPossibleOwners: [["c", "G", "R"]],
  setPossibleOwners: [["c", "G", "R", []]],
  addPossibleOwner: [["c", "G", "R", "N"]],
  removePossibleOwner: [["c", "G", "R", "N"]],
  getDependencies: [["c", "G", "R"]],
  setDependencies: [["c", "G", "R", []]],
  addDependency: [["c", "G", "R", "S"]],
  removeDependency: [["c", "G", "R", "S"]],
  canDependOn: [["c", "G", "R", "S"]],
  requiredDependencies: [["c", "G", "R"]],
  networkName: [["c", "G", "R"]],
  ipAddressProps: [["c", "G", "R"]],
  sourceAddress: [["c", "G", { node: "N" }]],
  virtualServer: [["c", "V"]],
  isActive: [["c", "G", "N"]],
  reportAssociation: [["c", { group: "G", direction: "inbound", state: "accepted" }]],
  listResourceTypes: [["c"]],
  getResourceType: [["c", "T"]],
  createResourceType: [["c", { name: "T", basedOn: "IP Address" }]],
  deleteResourceType: [["c", "T"]],
  listNetworks: [["c"]],
  getNetwork: [["c", "W"]],
  createNetwork: [["c", { name: "W", cidr: "192.0.2.0/24" }]],
  deleteNetwork: [["c", "W"]],
  orderNetworks: [["c", ["W"]]],
  listNetInterfaces: [["c"]],
  getNetInterface: [["c", "N - W"]],
  findNetInterface: [["c", "N", "W"]],
  enumerateObject: [
    ["c", resource],
    ["c", { kind: "node", name: "N" }],
    ["c", { kind: "group", name: "G" }],
    ["c", { kind: "network", name: "W" }],
    ["c", { kind: "resource-type", name: "T" }],
  ],
  properties: described.map((of) => ["c", of, "common"]),
  setProperties: described.map((of) => ["c", of, "common", {}]),
  validateProperties: described.map((of) => ["c", of, "common", {}]),
  control: described.map((of) => ["c", of, "GET_COMMON_PROPERTIES"]),
  explainGroup: [["c", "G"]],
  simulate: [["c", []]],
  listOperations: [["c"]],
  getOperation: [["c", id]],
  events: [["c", 0]],
  failovers: [["c"]],
  watch: [["c"]],
  listWebhooks: [["c"]],
  createWebhook: [["c", { url: "https://example.org/" }]],
  getWebhook: [["c", id]],
  deleteWebhook: [["c", id]],
  enableWebhook: [["c", id]],
  rotateWebhookSecret: [["c", id]],
  testWebhook: [["c", id]],
  registryKey: [["c", "K"]],
  createRegistryKey: [["c", "K"]],
  deleteRegistryKey: [["c", "K"]],
  registryValue: [["c", "K", "v"]],
  setRegistryValue: [["c", "K", "v", { type: "REG_DWORD", value: 1 }]],
  deleteRegistryValue: [["c", "K", "v"]],
  writeRegistryBatch: [["c", { commands: [] }]],
  readRegistryBatch: [["c", []]],
  createNotifyPort: [["c", {}]],
  registerNotify: [["c", "p", { object: "group", changes: ["CLUSTER_CHANGE_GROUP_STATE"] }]],
  nextNotifications: [["c", "p"]],
  closeNotifyPort: [["c", "p"]],
};

/** A request belongs to the path with the most words of its own. */
function routeOf(request: string, paths: readonly string[]): string | undefined {
  const parts = request.split("/");
  const fits = (path: string): boolean =>
    path.split("/").length === parts.length &&
    path.split("/").every((part, index) => part.startsWith("{") || part === parts[index]);
  const words = (path: string): number => path.split("/").filter((part) => !part.startsWith("{")).length;
  return paths.filter(fits).toSorted((a, b) => words(b) - words(a))[0];
}

test("CK1 there is a method for each route, and no method that asks for what is none", async () => {
  const routes = (await familiesOfRoutes()).flatMap(({ routes: of }) => of.map(({ spec }) => spec));
  const name = ({ method, path }: (typeof routes)[number]) => `${method} /v1${path}`;
  for (const [method, argumentLists] of Object.entries(calls)) {
    for (const args of argumentLists) {
      const ask = client?.[method as keyof Client] as (
        ...given: readonly unknown[]
      ) => Promise<{ readonly ok: boolean }>;
      expect((await ask(...args)).ok, method).toBe(false);
    }
  }
  const known = routes.map(name);
  expect(asked.filter((request) => routeOf(request, known) === undefined)).toEqual([]);
  const reached = new Set(asked.map((request) => routeOf(request, known)));
  const missed = routes.filter((route) => !reached.has(name(route))).map((route) => route.id);
  expect(missed.toSorted()).toEqual(elsewhere.toSorted());
});
