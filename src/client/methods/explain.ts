import type { GroupExplanation } from "../../cluster/explain/explain.ts";
import type { ScriptItem } from "../../cluster/simulate/script.ts";
import type { Simulation } from "../../cluster/simulate/simulate.ts";
import { explanationSchema } from "../../protocol/explain.ts";
import { type ScriptItemDocument, simulationSchema } from "../../protocol/simulate.ts";
import type { Result } from "../result.ts";
import type { Transport } from "../transport.ts";

/** Questions about what the cluster decides. */
export function explainMethods({ at, get, post }: Transport) {
  return {
    /** Why the group is where it is, and why it is on no other node. */
    explainGroup: (cluster: string, group: string): Promise<Result<GroupExplanation>> =>
      get(at(cluster, "groups", group, "explain"), explanationSchema),
    /** What would happen if. It changes nothing. */
    simulate: (cluster: string, script: readonly (ScriptItem | ScriptItemDocument)[]): Promise<Result<Simulation>> =>
      post(at(cluster, "simulate"), { script }, simulationSchema),
  };
}
