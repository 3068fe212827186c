import { addressesOf, type ClusterDefinition, type GroupDefinition, lookup, possibleOwners } from "./definition.ts";
import { addressesHeld, becomeOwned, holdOf } from "./ownership.ts";
import type { GroupRow, Loss, Session } from "./state.ts";
import type { Turn } from "./turn.ts";

const noLoss: Loss = { target: null, leaving: null, since: 0 };

/**
 * Gives each group that nobody owns to the best node that may have it. Without an expiry nobody's silence is known: who is
 * connected may be tried, and a witness judges the rest.
 */
export function placeGroups(turn: Turn): void {
  const { cluster } = turn.durable;
  if (cluster === null || turn.memory.start.kind !== "over") return;
  const { definition } = cluster;
  for (const [name, group] of Object.entries(definition.groups)) {
    const row = turn.durable.groups.get(name);
    if (row === undefined || holdOf(turn, name) !== undefined || addressesHeld(turn, addressesOf(group))) continue;
    const owner = chooseOwner(turn, definition, group, turn.memory.unowned.get(name) ?? noLoss);
    if (owner !== null) becomeOwned(turn, row, group, owner, definition.lease.ttlMs);
  }
}

/**
 * The same state always gives the same choice: the wished target, then the preferred owners in their order, then the other
 * possible owners in the order of the definition. After a failover that order begins behind the node that is left, so
 * that a group that fails everywhere tries everywhere. (MSCS up to 2008 R2 chose at random without a preferred list.)
 */
function chooseOwner(
  turn: Turn,
  definition: ClusterDefinition,
  group: GroupDefinition,
  { target: wished, leaving, since }: Loss,
): Session | null {
  const order = ownerOrder(definition, group);
  const start = leaving === null ? 0 : order.indexOf(leaving) + 1;
  const rotated = [...order.slice(start), ...order.slice(0, start)];
  const target = wished !== null && order.includes(wished) ? [wished] : [];
  for (const node of [...target, ...rotated]) {
    const session = eligibleSession(turn, node, since);
    if (session !== null) return session;
  }
  return null;
}

/** Whether some other node than `node` could take the group now. */
export function hasOtherOwner(turn: Turn, row: GroupRow, node: string): boolean {
  const definition = turn.durable.cluster?.definition;
  const group = definition && lookup(definition.groups, row.name);
  if (definition === undefined || group === undefined) return false;
  return ownerOrder(definition, group).some((other) => other !== node && eligibleSession(turn, other, 0) !== null);
}

/** The node's run that may begin a new epoch, or null. */
export function eligibleSession(turn: Turn, node: string, since: number): Session | null {
  if (turn.durable.nodes.get(node)?.paused !== false) return null;
  for (const session of turn.memory.sessions.values()) {
    if (session.node === node && isEligible(session, since)) return session;
  }
  return null;
}

function isEligible({ connection, standing, expired, deaf, leaving }: Session, since: number): boolean {
  if (connection.kind !== "open" || standing.kind !== "Up" || expired || deaf || leaving) return false;
  const lastAnswer = connection.answers.at(-1);
  return lastAnswer !== undefined && lastAnswer >= since;
}

function ownerOrder(definition: ClusterDefinition, group: GroupDefinition): string[] {
  const possible = possibleOwners(definition, group);
  const preferred = group.preferredOwners.filter((node) => possible.includes(node));
  return [...preferred, ...possible.filter((node) => !preferred.includes(node))];
}
