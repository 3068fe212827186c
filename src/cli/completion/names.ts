import { contextFrom, type Context } from "../context.ts";
import type { NameKind } from "./candidates.ts";

/** Somebody has pressed a key and waits: what is not answered within this time, in milliseconds, is not offered. */
const patienceMs = 1_000;

/** Names that the control plane knows. Rejects when it cannot be asked. */
export async function namesOf(kind: NameKind, given: ReadonlyMap<string, string>): Promise<string[]> {
  const context = contextFrom(
    {
      output: "json",
      ...optional("url", given.get("--url")),
      ...optional("cluster", given.get("--cluster")),
      ...optional("tokenFile", given.get("--token-file")),
    },
    patienceMs,
  );
  return [...new Set(await ask(context, kind, given.get("--group")))];
}

async function ask({ ask, cluster }: Context, kind: NameKind, group: string | undefined): Promise<string[]> {
  if (kind === "cluster") return (await ask((client) => client.listClusters())).clusters.map(({ name }) => name);
  const name = await cluster();
  switch (kind) {
    case "operation":
      return (await ask((client) => client.listOperations(name))).operations.map(({ id }) => id);
    case "token-id":
      return (await ask((client) => client.listTokens(name))).tokens.map(({ id }) => id);
    case "resource": {
      const { resources } = await ask((client) => client.listResources(name));
      return resources.filter((one) => group === undefined || one.group === group).map((one) => one.name);
    }
    case "type":
      return (await ask((client) => client.listResourceTypes(name))).resourceTypes.map((type) => type.name);
    case "network":
      return (await ask((client) => client.listNetworks(name))).networks.map((network) => network.name);
    case "node":
      return Object.keys((await ask((client) => client.getCluster(name))).nodes);
    case "group":
      return Object.keys((await ask((client) => client.getCluster(name))).groups);
  }
}

function optional<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: string });
}
