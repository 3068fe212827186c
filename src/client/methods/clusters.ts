import type * as z from "zod";
import type { ClusterEnum } from "../../cluster/questions/enumerate.ts";
import type { Quorum } from "../../cluster/questions/quorum.ts";
import type { ClusterView } from "../../cluster/questions/view.ts";
import { type Enumeration, enumerationSchema } from "../../protocol/enumeration.ts";
import { exportSchema } from "../../protocol/export.ts";
import { type Accepted, acceptedSchema, type Defined, definedSchema } from "../../protocol/changes.ts";
import { type ClusterList, clusterListSchema, type Information, informationSchema } from "../../protocol/clusters.ts";
import { type EchoSource, echoSourceSchema, type Version, versionSchema } from "../../protocol/about.ts";
import { quorumSchema } from "../../protocol/objects.ts";
import { clusterViewSchema } from "../../protocol/view.ts";
import type { ChangeOptions, RemovalOptions } from "../change-options.ts";
import type { Result } from "../result.ts";
import type { Transport } from "../transport.ts";

/** A cluster as a whole. */
export function clusterMethods({ at, get, change }: Transport) {
  return {
    version: (): Promise<Result<Version>> => get("/version", versionSchema),
    /** The address that this program's requests come from, as the control plane sees it. */
    echoSource: (): Promise<Result<EchoSource>> => get("/echo-source", echoSourceSchema),
    listClusters: (): Promise<Result<ClusterList>> => get("/clusters", clusterListSchema),
    /**
     * The definition may be anything yet (`DefinitionDocument` is what it should be): the control plane says what is wrong
     * with it.
     */
    putCluster: (cluster: string, definition: unknown, options: RemovalOptions = {}): Promise<Result<Defined>> =>
      change("PUT", at(cluster), definition, definedSchema, options),
    getCluster: (cluster: string): Promise<Result<ClusterView>> => get(at(cluster), clusterViewSchema),
    /** As people write it: what has its default is left out. */
    getDefinition: (cluster: string): Promise<Result<z.infer<typeof exportSchema>>> =>
      get(at(cluster, "definition"), exportSchema),
    information: (cluster: string): Promise<Result<Information>> => get(at(cluster, "information"), informationSchema),
    destroyCluster: (cluster: string, options: RemovalOptions = {}): Promise<Result<Accepted>> =>
      change("DELETE", at(cluster), undefined, acceptedSchema, options),
    setMaintenance: (cluster: string, on: boolean, options: ChangeOptions = {}): Promise<Result<Accepted>> =>
      change("PUT", at(cluster, "maintenance"), { on }, acceptedSchema, options),
    quorum: (cluster: string): Promise<Result<Quorum>> => get(at(cluster, "quorum"), quorumSchema),
    /** A page of the objects of these types; `cursor` is `next` of the page before. */
    enumerate: (
      cluster: string,
      types: readonly ClusterEnum[],
      page: { readonly cursor?: string; readonly limit?: number } = {},
    ): Promise<Result<Enumeration>> => {
      const query = new URLSearchParams({ types: types.join(",") });
      for (const [name, value] of Object.entries(page)) query.set(name, String(value));
      return get(`${at(cluster, "enum")}?${query}`, enumerationSchema);
    },
  };
}
