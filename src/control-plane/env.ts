import type { ClusterObject } from "./cluster-object.ts";
import type { DirectoryObject } from "./directory-object.ts";

/** What the deployment gives to the Worker. */
export type Env = {
  readonly CLUSTER: DurableObjectNamespace<ClusterObject>;
  readonly DIRECTORY: DurableObjectNamespace<DirectoryObject>;
  /** The secret that may do everything. Without it nothing is answered but `/healthz` and `/version`. */
  readonly BRIDGEHEAD_ADMIN_TOKEN?: string;
};
