import type * as z from "zod";
import { type Accepted, acceptedSchema } from "../../protocol/changes.ts";
import {
  type NodeRequest,
  type pauseRequestSchema,
  type ReleaseRequest,
  type resumeRequestSchema,
} from "../../protocol/requests.ts";
import { type NodeSet, nodeSetSchema, type NodeStateAnswer, nodeStateSchema } from "../../protocol/objects.ts";
import type { ChangeOptions } from "../change-options.ts";
import type { Result } from "../result.ts";
import type { Transport } from "../transport.ts";

/** The hosts of a cluster. */
export function nodeMethods({ at, get, post, change }: Transport) {
  const said = (cluster: string, node: string, verb: string, body: unknown, options: ChangeOptions) =>
    change("POST", at(cluster, "nodes", node, verb), body, acceptedSchema, options);
  return {
    listNodes: (cluster: string): Promise<Result<NodeSet>> => get(at(cluster, "nodes"), nodeSetSchema),
    getNode: (cluster: string, node: string): Promise<Result<NodeStateAnswer>> =>
      get(at(cluster, "nodes", node), nodeStateSchema),
    addNode: (cluster: string, node: NodeRequest, options: ChangeOptions = {}): Promise<Result<Accepted>> =>
      change("POST", at(cluster, "nodes"), node, acceptedSchema, options),
    evictNode: (cluster: string, node: string, options: ChangeOptions = {}): Promise<Result<Accepted>> =>
      change("DELETE", at(cluster, "nodes", node), undefined, acceptedSchema, options),
    /** With a drain unless `drain` is false: what the node owns goes elsewhere, to `target` if one is named. */
    pauseNode: (
      cluster: string,
      node: string,
      pause: z.input<typeof pauseRequestSchema> = {},
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> => said(cluster, node, "pause", pause, options),
    resumeNode: (
      cluster: string,
      node: string,
      resume: z.input<typeof resumeRequestSchema> = {},
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> => said(cluster, node, "resume", resume, options),
    /** A person's word that the node is off: what it held is free at once. */
    confirmNodeDown: (cluster: string, node: string, options: ChangeOptions = {}): Promise<Result<Accepted>> =>
      said(cluster, node, "confirm-down", undefined, options),
    /** The guard's word that these epochs have ended on its node. */
    releaseHolds: (cluster: string, node: string, release: ReleaseRequest): Promise<Result<Accepted>> =>
      post(at(cluster, "nodes", node, "release"), release, acceptedSchema),
  };
}
