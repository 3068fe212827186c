import { dwordOf } from "../properties/properties.ts";
import { clusterProperties } from "../properties/property-tables.ts";
import { type NodeRow, steady } from "../state.ts";
import { journal, putNode, type Turn } from "../turn.ts";

/**
 * A node that loses its lease again and again is kept from owning groups for a while (WSFC: QuarantineThreshold losses
 * within an hour, QuarantineDuration seconds). Off unless QuarantineDuration is set. A node is counted once for each time
 * that it was lost, however many groups it had.
 */
const hourMs = 3_600_000;
/** More losses than this within an hour are not remembered one by one. */
const mostRemembered = 64;

export function isQuarantined({ stability: { quarantine } }: NodeRow, now: number): boolean {
  return quarantine !== null && now < quarantine.since + quarantine.durationMs;
}

/** The node's lease has been lost. */
export function noteLoss(turn: Turn, node: string): void {
  const row = turn.durable.nodes.get(node);
  const cluster = turn.durable.cluster;
  if (row === undefined || cluster === null) return;
  const { lease, properties } = cluster.definition;
  const durationMs = 1_000 * dwordOf(properties, clusterProperties, "QuarantineDuration");
  if (durationMs === 0) return;
  const { losses, quarantine } = row.stability;
  const last = losses.at(-1);
  // Its other groups end with the same silence.
  if (last !== undefined && last <= turn.now && turn.now - last < lease.ttlMs) return;
  const recent = [...losses.filter((at) => Math.abs(turn.now - at) < hourMs), turn.now].slice(-mostRemembered);
  const flapping = recent.length >= dwordOf(properties, clusterProperties, "QuarantineThreshold");
  putNode(turn, node, {
    ...row,
    stability: flapping ? { losses: [], quarantine: { since: turn.now, durationMs } } : { losses: recent, quarantine },
  });
  if (!flapping) return;
  journal(turn, {
    kind: "node.quarantined",
    severity: "warning",
    mscsId: 1672,
    sentence: `Node ${node} is in quarantine for ${durationMs / 1_000} s: it lost its lease ${recent.length} times within an hour.`,
    node,
    details: { losses: recent.length, durationMs },
  });
}

/** Quarantines that are over. */
export function endQuarantines(turn: Turn): void {
  for (const row of turn.durable.nodes.values()) {
    if (row.stability.quarantine === null || isQuarantined(row, turn.now)) continue;
    endQuarantine(turn, row, "cluster");
  }
}

export function endQuarantine(turn: Turn, row: NodeRow, actor: string): void {
  putNode(turn, row.name, { ...row, stability: steady });
  journal(turn, {
    kind: "node.quarantine-ended",
    sentence: `Node ${row.name} is out of quarantine: it may own groups again.`,
    node: row.name,
    actor,
  });
}
