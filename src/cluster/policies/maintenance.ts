import { done, type OperatorEvent, type Outcome } from "../events.ts";
import { judgeAnew } from "./groups.ts";
import type { ClusterRow } from "../state.ts";
import { journal, type Turn } from "../turn.ts";

/**
 * Cluster-wide maintenance: observe, touch nothing. Leases go on, for they are what makes the address safe; but no group
 * changes its owner, is restarted, started or sent back, unless an operator says so: then it is brought online where it goes,
 * and only observed once it is there. When maintenance is over, what was observed meanwhile is judged.
 */
export function setMaintenance(
  turn: Turn,
  cluster: ClusterRow,
  { on, actor }: Extract<OperatorEvent, { type: "maintenance" }>,
): Outcome {
  if (cluster.maintenance === on) return done;
  turn.durable = { ...turn.durable, cluster: { ...cluster, maintenance: on } };
  journal(turn, {
    kind: "cluster.maintenance",
    severity: on ? "warning" : "info",
    sentence: on
      ? "The cluster is in maintenance: it observes, and touches nothing until that is over."
      : "Maintenance is over: the cluster acts by itself again.",
    actor,
    details: { on: on ? 1 : 0 },
  });
  if (!on) judgeAnew(turn);
  return { kind: "done", changed: ["maintenance"] };
}
