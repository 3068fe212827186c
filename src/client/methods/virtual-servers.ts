import type { Verdict } from "../../cluster/questions/verdict.ts";
import { type Accepted, acceptedSchema } from "../../protocol/changes.ts";
import { type Observation, type VirtualServer, virtualServerSchema } from "../../protocol/virtual-servers.ts";
import { type Active, activeSchema } from "../../protocol/objects.ts";
import { verdictSchema } from "../../protocol/verdict.ts";
import type { Result } from "../result.ts";
import type { Transport } from "../transport.ts";

/** A group as the network sees it: who may speak for it, and where it is. */
export function virtualServerMethods({ at, get, post }: Transport) {
  return {
    /** `validForMs` of a `BIND` counts from before this was called. */
    sourceAddress: (
      cluster: string,
      group: string,
      question: { readonly node: string; readonly destination?: string; readonly protocol?: string },
    ): Promise<Result<Verdict>> =>
      get(`${at(cluster, "groups", group, "source-address")}?${new URLSearchParams(question)}`, verdictSchema),
    virtualServer: (cluster: string, networkName: string): Promise<Result<VirtualServer>> =>
      get(at(cluster, "virtual-servers", networkName), virtualServerSchema),
    /** Whether a load balancer should send to this node. */
    isActive: (cluster: string, group: string, node: string): Promise<Result<Active>> =>
      get(`${at(cluster, "groups", group, "active")}?${new URLSearchParams({ node })}`, activeSchema, {
        answerToo: 503,
      }),
    reportAssociation: (cluster: string, observation: Observation): Promise<Result<Accepted>> =>
      post(at(cluster, "associations"), observation, acceptedSchema),
  };
}
