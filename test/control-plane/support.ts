import { env, exports } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { expect } from "vitest";
import type { ClusterObject } from "../../src/worker.ts";
import { expectContract } from "./contract.ts";
import type { TokenRequest } from "../../src/protocol/tokens.ts";
import { problemDetailsSchema, problemMediaType, type ProblemCode } from "../../src/protocol/problems.ts";

export const adminToken = env.BRIDGEHEAD_ADMIN_TOKEN;

type Ask = {
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * One request to the Worker, below `/v1`. With the admin token, unless another or none (null) is named. Whatever is
 * answered is held to what the table of routes says.
 */
export async function ask(
  method: string,
  path: string,
  { token = adminToken, body, headers }: Ask = {},
): Promise<Response> {
  const response = await exports.default.fetch(`https://bridgehead.test/v1${path}`, {
    method,
    headers: { ...(token === null ? {} : { Authorization: `Bearer ${token}` }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  await expectContract(method, path, response);
  return response;
}

export async function json<T = Record<string, unknown>>(response: Promise<Response> | Response): Promise<T> {
  return (await (await response).json()) as T;
}

/** Every refusal has this shape, and this one has this code. */
export async function expectProblem(asked: Promise<Response> | Response, code: ProblemCode) {
  const response = await asked;
  expect(response.headers.get("Content-Type")).toBe(problemMediaType);
  const problem = problemDetailsSchema.strict().parse(await response.json());
  expect(problem).toMatchObject({ code, status: response.status, type: `urn:bridgehead:problem:${code}` });
  return problem;
}

/** The cluster of KB Q186756: one virtual server, two nodes. */
export function exchange(cluster: string) {
  return {
    cluster,
    lease: "lan",
    networks: { client: { cidr: "127.0.1.0/24", role: "ClientAccess" } },
    nodes: { NODE1: { address: "127.0.1.1" }, NODE2: { address: "127.0.1.2" } },
    groups: {
      Exchange: {
        preferredOwners: ["NODE1", "NODE2"],
        properties: { FailoverThreshold: 10, FailoverPeriod: 6 },
        resources: {
          "Disk E:": { type: "Physical Disk" },
          "Exchange IP": {
            type: "IP Address",
            properties: { Address: "127.0.1.100", SubnetMask: "255.255.255.0", Network: "client" },
          },
          "Exchange Name": { type: "Network Name", dependsOn: ["Exchange IP"], properties: { Name: "EXCHVS" } },
          "Exchange MTA": {
            type: "Message Transfer Agent",
            dependsOn: ["Exchange Name", "Disk E:"],
            properties: { Port: 10102, PartnersFile: "partners.yaml" },
          },
        },
      },
    },
  };
}

export async function createExchange(cluster: string): Promise<void> {
  const response = await ask("PUT", `/clusters/${cluster}`, { body: exchange(cluster) });
  expect(response.status, await response.clone().text()).toBe(201);
}

export async function tokenOf(cluster: string, request: TokenRequest): Promise<string> {
  const response = await ask("POST", `/clusters/${cluster}/tokens`, { body: request });
  expect(response.status).toBe(201);
  return (await json<{ token: string }>(response)).token;
}

export function stubOf(cluster: string): DurableObjectStub<ClusterObject> {
  return env.CLUSTER.getByName(cluster.toLowerCase());
}

/** Looks into the running object. */
export function inside<T>(cluster: string, look: (object: ClusterObject, state: DurableObjectState) => T | Promise<T>) {
  return runInDurableObject(stubOf(cluster), look);
}

/** Every row of every table. */
export function allRows(cluster: string): Promise<Record<string, unknown[]>> {
  return inside(cluster, (_, { storage: { sql } }) => {
    const tables = sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray();
    return Object.fromEntries(tables.map(({ name }) => [name, sql.exec(`SELECT * FROM ${name}`).toArray()]));
  });
}

/** Waits for what is bound to become so, and fails after two seconds. */
export async function eventually<T>(look: () => Promise<T> | T, until: (value: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 100; tries++) {
    const value = await look();
    if (until(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("it did not become so within two seconds");
}
