import type { Role, RouteSpec } from "../../../src/control-plane/route.ts";
import { type FakeAgent, joinBoth } from "../fake-agent.ts";
import { adminToken, ask, createExchange, tokenOf } from "../support.ts";
import type { Request } from "./row.ts";

/** The cluster of one family of routes: NODE1 owns Exchange and has it online, NODE2 stands by. */
export type Stage = {
  readonly cluster: string;
  readonly owner: FakeAgent;
  readonly standby: FakeAgent;
  /** The node's token is NODE1's, the partner's peer.test's. */
  readonly tokens: Readonly<Record<Role, string>>;
  /** An operator's token of another cluster. */
  readonly strangersToken: string;
  /** What the family's set-up made, such as the id of something. */
  readonly made: Record<string, string>;
  readonly ask: typeof ask;
};

export async function makeStage(family: string): Promise<Stage> {
  const cluster = `conformance-${family}`;
  const other = `other-than-${family}`;
  await createExchange(cluster);
  await createExchange(other);
  const { owner, standby } = await joinBoth(cluster);
  return {
    cluster,
    owner,
    standby,
    tokens: {
      admin: adminToken,
      operator: await tokenOf(cluster, { role: "operator" }),
      reader: await tokenOf(cluster, { role: "reader" }),
      node: await tokenOf(cluster, { role: "node", node: "NODE1" }),
      partner: await tokenOf(cluster, { role: "partner", partner: "peer.test" }),
    },
    strangersToken: await tokenOf(other, { role: "operator" }),
    made: {},
    ask,
  };
}

const named: Readonly<Record<string, string>> = {
  node: "NODE1",
  group: "Exchange",
  networkName: "EXCHVS",
  token: "0123456789abcdef",
  resource: "Exchange MTA",
  on: "Exchange Name",
  network: "client",
  interface: "NODE1 - client",
  type: "IP Address",
  scope: "common",
  code: "GET_CHARACTERISTICS",
  operation: "0123456789abcdef",
  webhook: "0123456789abcdef",
  port: "0123456789abcdef".repeat(2),
};

export function pathOf({ path }: RouteSpec, stage: Stage, { params = {}, query = {} }: Request = {}): string {
  const names: Readonly<Record<string, string>> = { ...named, cluster: stage.cluster, ...stage.made, ...params };
  const bare = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name] ?? "NAME"));
  const search = new URLSearchParams(query).toString();
  return search === "" ? bare : `${bare}?${search}`;
}

/** Asks as a row says. A route for anyone is asked without a token. */
export function askAs(spec: RouteSpec, stage: Stage, request: Request): Promise<Response> {
  const role = request.as ?? (spec.roles === "anyone" ? null : (spec.roles[0] ?? null));
  return ask(spec.method, pathOf(spec, stage, request), {
    token: role === null ? null : stage.tokens[role],
    body: request.body,
    ...(request.headers === undefined ? {} : { headers: request.headers }),
  });
}
