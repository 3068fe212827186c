import { exports } from "cloudflare:workers";
import parsePrometheus from "parse-prometheus-text-format";
import { beforeAll, describe, expect, test } from "vitest";
import { limits } from "../../src/cluster/limits.ts";
import type { ClusterView } from "../../src/cluster/questions/view.ts";
import { type ClusterFigures, clusterMetrics } from "../../src/control-plane/metrics/cluster-metrics.ts";
import { exposition, metricsMediaType } from "../../src/control-plane/metrics/exposition.ts";
import { Tally } from "../../src/control-plane/metrics/tally.ts";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { version } from "../../src/protocol/version.ts";
import { type FakeAgent, joinBoth } from "./fake-agent.ts";
import { adminToken, allRows, ask, createExchange, expectProblem, inside, json, tokenOf } from "./support.ts";

type Figure = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

const label = '[a-z_]+="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const line = new RegExp(
  `^(?:# HELP bridgehead_[a-z_]+ .+|# TYPE bridgehead_[a-z_]+ (?:gauge|counter)|bridgehead_[a-z_]+(?:\\{${label}(?:,${label})*\\})? \\S+)$`,
);

/** Held to the grammar line by line, and then read by a parser that is not ours. */
function readMetrics(text: string): Map<string, Figure[]> {
  expect(text.endsWith("\n")).toBe(true);
  const lines = text.slice(0, -1).split("\n");
  expect(lines.filter((one) => !line.test(one))).toEqual([]);
  const series = lines.filter((one) => !one.startsWith("#")).map((one) => one.slice(0, one.lastIndexOf(" ")));
  expect(new Set(series).size, "no series comes twice").toBe(series.length);
  const families = parsePrometheus(text);
  expect(families.map(({ type, name }) => (type === "COUNTER") === name.endsWith("_total")).every(Boolean)).toBe(true);
  expect(families.reduce((sum, { metrics }) => sum + metrics.length, 0)).toBe(series.length);
  return new Map(
    families.map(({ name, metrics }) => [
      name,
      metrics.map(({ labels = {}, value }) => ({ labels, value: Number(value) })),
    ]),
  );
}

const cluster = "metric-cluster";
const at = `/clusters/${cluster}`;
let owner: FakeAgent;
let standby: FakeAgent;

async function scrape(): Promise<Map<string, Figure[]>> {
  const response = await ask("GET", `${at}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Type")).toBe(metricsMediaType);
  expect(response.headers.get("Cache-Control")).toBe("no-store");
  return readMetrics(await response.text());
}

function valueIn(metrics: Map<string, Figure[]>, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries({ cluster, ...labels });
  const found = (metrics.get(name) ?? []).filter((one) => wanted.every(([key, value]) => one.labels[key] === value));
  expect(found, `${name} ${JSON.stringify(labels)}`).toHaveLength(1);
  return found[0]?.value ?? Number.NaN;
}

beforeAll(async () => {
  await createExchange(cluster);
  ({ owner, standby } = await joinBoth(cluster));
});

describe("The metrics of a cluster", () => {
  test("ME1: nodes, leases, owners, epochs and resources as the state has them", async () => {
    const metrics = await scrape();
    const of = (name: string, labels = {}) => valueIn(metrics, name, labels);
    const view = await json<ClusterView>(ask("GET", at));
    expect(of("bridgehead_node_state", { node: "NODE1", state: "Up" })).toBe(1);
    expect(of("bridgehead_node_state", { node: "NODE1", state: "Down" })).toBe(0);
    const lease = of("bridgehead_node_lease_remaining_seconds", { node: "NODE2" });
    expect(lease).toBeGreaterThanOrEqual(0);
    expect(lease).toBeLessThanOrEqual(view.lease.ttlMs / 1_000);
    expect(of("bridgehead_group_state", { group: "Exchange", state: "Online" })).toBe(1);
    expect(of("bridgehead_group_owner", { group: "Exchange" })).toBe(1);
    expect(metrics.get("bridgehead_group_owner")?.[0]?.labels).toEqual({ cluster, group: "Exchange", node: "NODE1" });
    expect(of("bridgehead_group_epoch", { group: "Exchange" })).toBe(1);
    expect(of("bridgehead_group_wanted_online", { group: "Exchange" })).toBe(1);
    expect(of("bridgehead_group_given_up", { group: "Exchange" })).toBe(0);
    expect(of("bridgehead_resources", { state: "Online" })).toBe(4);
    expect(of("bridgehead_resources", { state: "Failed" })).toBe(0);
    expect(of("bridgehead_resource_online", { group: "Exchange", resource: "Disk E:" })).toBe(1);
    expect(of("bridgehead_generation")).toBe(view.generation);
    expect(of("bridgehead_definition_revision")).toBe(view.revision);
    expect(of("bridgehead_journal_last_seq")).toBe(view.lastEvent);
    expect(of("bridgehead_journal_entries")).toBe(view.lastEvent);
    expect([of("bridgehead_sessions"), of("bridgehead_watchers"), of("bridgehead_waiters")]).toEqual([2, 0, 0]);
    expect(of("bridgehead_webhooks", { state: "Delivering" })).toBe(0);
  });

  test("ME2: what is under way is counted while it is, and a change of owner by its reason", async () => {
    await ask("POST", `${at}/groups/Exchange/move`, { body: { target: "NODE2" } });
    const during = await scrape();
    expect(valueIn(during, "bridgehead_operations_pending")).toBe(1);
    expect(valueIn(during, "bridgehead_group_state", { group: "Exchange", state: "Pending" })).toBe(1);
    expect(during.get("bridgehead_owner_changes_since_start_total")).toBeUndefined();
    await owner.renew({ released: owner.groups.map(({ group, epoch }) => ({ group, epoch })) });
    for (let i = 0; i < 2; i++) await standby.renew();
    const after = await scrape();
    expect(valueIn(after, "bridgehead_operations_pending")).toBe(0);
    expect(valueIn(after, "bridgehead_owner_changes_since_start_total", { reason: "move" })).toBe(1);
    expect(valueIn(after, "bridgehead_journal_entries_since_start_total", { kind: "group.owned" })).toBe(2);
    expect(valueIn(after, "bridgehead_group_epoch", { group: "Exchange" })).toBe(2);
    expect(after.get("bridgehead_group_owner")?.map(({ labels }) => labels["node"])).toEqual(["NODE2"]);
  });

  test("ME2: rows are counted as they are written, and a scrape writes and reads none", async () => {
    const before = await allRows(cluster);
    const rows = async () => valueIn(await scrape(), "bridgehead_rows_written_since_start_total");
    const written = await rows();
    expect(await rows()).toBe(written);
    expect(await allRows(cluster)).toEqual(before);
    const { groups } = await json<ClusterView>(ask("GET", at));
    await (groups["Exchange"]?.owner === "NODE1" ? owner : standby).renew();
    expect(await rows()).toBe(written + 1);
    const statements = await inside(cluster, (object, { storage: { sql } }) => {
      let asked = 0;
      const exec = sql.exec.bind(sql);
      Object.defineProperty(sql, "exec", {
        configurable: true,
        value: (...of: Parameters<typeof exec>) => {
          asked += 1;
          return exec(...of);
        },
      });
      object.figures();
      Reflect.deleteProperty(sql, "exec");
      return asked;
    });
    expect(statements).toBe(0);
  });

  test("ME3: an owner that nobody can vouch for has no sample, and its state is Unknown", async () => {
    const now = await inside(cluster, (object) => object.clock());
    await inside(cluster, (object) => {
      object.clock = () => now + 60_000;
    });
    const metrics = await scrape();
    await inside(cluster, (object) => {
      object.clock = () => Date.now();
    });
    expect(metrics.get("bridgehead_group_owner")).toBeUndefined();
    expect(valueIn(metrics, "bridgehead_group_state", { group: "Exchange", state: "Unknown" })).toBe(1);
    expect(valueIn(metrics, "bridgehead_resource_online", { resource: "Disk E:" })).toBe(0);
    expect(valueIn(metrics, "bridgehead_resources", { state: "Unknown" })).toBe(4);
  });

  test("ME1: a reader may scrape; a node and a partner may not", async () => {
    const token = async (request: Parameters<typeof tokenOf>[1]) => ({ token: await tokenOf(cluster, request) });
    expect((await ask("GET", `${at}/metrics`, await token({ role: "reader" }))).status).toBe(200);
    const node = await token({ role: "node", node: "NODE1" });
    await expectProblem(ask("GET", `${at}/metrics`, node), "forbidden");
  });
});

describe("The metrics of a deployment", () => {
  const bare = (token: string | null) =>
    exports.default.fetch("https://bridgehead.test/metrics", {
      headers: token === null ? {} : { Authorization: `Bearer ${token}` },
    });

  test("ME4: /metrics and /v1/metrics tell the version and how many clusters there are, to the admin token", async () => {
    const { clusters } = await json<{ clusters: unknown[] }>(ask("GET", "/clusters"));
    for (const response of [await bare(adminToken), await ask("GET", "/metrics")]) {
      expect(response.headers.get("Content-Type")).toBe(metricsMediaType);
      const metrics = readMetrics(await response.text());
      expect(metrics.get("bridgehead_info")).toEqual([{ labels: { version }, value: 1 }]);
      expect(metrics.get("bridgehead_clusters")).toEqual([{ labels: {}, value: clusters.length }]);
      expect(metrics.get("bridgehead_clusters_limit")?.[0]?.value).toBe(protocolLimits.clusters);
    }
  });

  test("ME4: without the prefix it is guarded as with it", async () => {
    await expectProblem(bare(null), "unauthorized");
    await expectProblem(bare(await tokenOf(cluster, { role: "operator" })), "unauthorized");
    const posted = exports.default.fetch("https://bridgehead.test/metrics", { method: "POST" });
    await expectProblem(posted, "method-not-allowed");
  });
});

describe("The text format", () => {
  test("ME5: backslashes, quotes and line feeds are escaped, in a label and in a help text", () => {
    const text = exposition([
      {
        name: "bridgehead_odd",
        type: "gauge",
        help: 'a\\b\n"c"',
        samples: [{ labels: { node: 'x\\y"z\n' }, value: Number.POSITIVE_INFINITY }],
      },
    ]);
    expect(text).toBe(
      '# HELP bridgehead_odd a\\\\b\\n"c"\n# TYPE bridgehead_odd gauge\nbridgehead_odd{node="x\\\\y\\"z\\n"} +Inf\n',
    );
  });

  test("ME5: numbers are such as Go reads, and a family without a sample is left out", () => {
    const samples = [Number.NaN, -1.5, 1e21, Number.NEGATIVE_INFINITY].map((value, index) => ({
      labels: { n: String(index) },
      value,
    }));
    const text = exposition([
      { name: "bridgehead_none", type: "gauge", help: "none", samples: [] },
      { name: "bridgehead_some", type: "gauge", help: "some", samples },
    ]);
    expect(text).not.toContain("none");
    expect(text.split("\n").flatMap((one) => (one.startsWith("#") || one === "" ? [] : [one.split(" ")[1]]))).toEqual([
      "NaN",
      "-1.5",
      "1e+21",
      "-Inf",
    ]);
  });

  test("ME6: the largest cluster has as many series as its definition's limits allow, and no more", () => {
    const figures = largest();
    const families = clusterMetrics(figures);
    const series = families.reduce((sum, { samples }) => sum + samples.length, 0);
    expect(series).toBeLessThan(limits.nodes * 8 + limits.groups * 12 + limits.resources + 100);
    const metrics = readMetrics(exposition(families));
    expect(metrics.get("bridgehead_resource_online")).toHaveLength(limits.resources);
    const labels = new Set([...metrics.values()].flat().flatMap((one) => Object.keys(one.labels)));
    expect([...labels].toSorted()).toEqual(["cluster", "group", "kind", "node", "reason", "resource", "state"]);
  });
});

/** As many nodes, groups and resources as a definition may have. */
function largest(): ClusterFigures {
  const tally = new Tally();
  tally.add([
    {
      seq: 1,
      at: 1,
      kind: "group.owned",
      severity: "info",
      sentence: "",
      mscsId: null,
      epoch: 2,
      node: "N",
      group: "G",
      resource: null,
      actor: "cluster",
      details: { from: "M", because: "expired" },
    },
  ]);
  const named = <T>(count: number, name: string, of: T): Record<string, T> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, of]));
  const resource = { type: "Physical Disk", state: "Online", wanted: "Online", dependsOn: [], problem: null } as const;
  const view: ClusterView = {
    name: "largest",
    revision: 1,
    ageMs: 1,
    lease: { ttlMs: 2_000, renewMs: 500 },
    generation: 1,
    maintenance: false,
    starting: false,
    lastEvent: 1,
    networks: {},
    nodes: named(limits.nodes, "N", {
      state: "Up",
      address: "127.0.0.1",
      leaseRemainingMs: 1_500,
      reason: null,
      incarnation: "run",
      drain: "NotInitiated",
      drainTarget: null,
      quarantinedUntil: null,
    }),
    groups: named(limits.groups, "G", {
      state: "Online",
      owner: "N0",
      lastOwner: "N0",
      epoch: 1,
      ageMs: 1,
      wanted: "Online",
      waiting: null,
      scheduled: null,
      failbackDue: false,
      givenUpUntil: null,
      draining: null,
      address: null,
      addresses: [],
      networkName: null,
      preferredOwners: [],
      onControlPlaneLoss: "drop" as const,
      peers: [],
      cannotBeAsked: [],
      claimants: null,
      resources: named(limits.resources / limits.groups, "R", resource),
    }),
    associations: [],
  };
  return {
    view,
    sessions: 1,
    watchers: 1,
    waiters: 1,
    operationsPending: 1,
    journalEntries: 1,
    webhooks: {},
    rowsWritten: 1,
    tally: tally.counts,
  };
}
