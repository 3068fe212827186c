import { alike } from "../alike.ts";
import { eligibleSession } from "../policies/candidates.ts";
import { type ClusterDefinition, lookup } from "../definition/definition.ts";
import { drainGrants } from "../lease/draining.ts";
import { done, type OperatorEvent, type Outcome } from "../events.ts";
import { failBackNow, forgetFailback } from "../policies/failback.ts";
import { becomeDraining, becomeEnded } from "../lease/ownership.ts";
import { hasOtherOwner } from "../policies/placement.ts";
import { endQuarantine, isQuarantined } from "../policies/quarantine.ts";
import { confirmSilent } from "../lease/silence-ends.ts";
import { isSilent } from "../lease/silent-owners.ts";
import { noSuchNode, refused } from "../refusals.ts";
import type { Hold } from "../state.ts";
import { journal, putNode, type Turn } from "../turn.ts";

type Command<Type extends OperatorEvent["type"]> = Extract<OperatorEvent, { type: Type }>;

/** PauseClusterNode; with `drain`, as PauseClusterNodeEx: its groups move away, those that can. */
export function pause(turn: Turn, definition: ClusterDefinition, command: Command<"pause">): Outcome {
  const { node, drain, target, actor } = command;
  const row = turn.durable.nodes.get(node);
  if (row === undefined) return noSuchNode(turn, node);
  if (target !== null) {
    if (!turn.durable.nodes.has(target)) return noSuchNode(turn, target);
    const targetRow = turn.durable.nodes.get(target);
    const quarantined = targetRow !== undefined && isQuarantined(targetRow, turn.now);
    if (target === node || quarantined || eligibleSession(turn, target, 0) === null) {
      const detail = `node ${target} is not up, is paused or in quarantine, so it cannot take what ${node} has`;
      return refused("node-not-up", detail);
    }
  }
  const drained = drain ? { target } : row.drain;
  if (!row.paused || !alike(drained, row.drain)) {
    putNode(turn, node, { ...row, paused: true, drain: drained });
  }
  if (!row.paused) {
    journal(turn, { kind: "node.paused", sentence: `Node ${node} is paused: it gets no more groups.`, node, actor });
  }
  if (drain) drainNode(turn, definition, command);
  return changedNode(turn, node);
}

function drainNode(turn: Turn, definition: ClusterDefinition, { node, target, actor }: Command<"pause">): void {
  for (const hold of turn.durable.holds.values()) {
    const group = lookup(definition.groups, hold.group);
    const groupRow = turn.durable.groups.get(hold.group);
    if (hold.node !== node || hold.phase.kind === "draining" || group === undefined || groupRow === undefined) continue;
    if (hasOtherOwner(turn, groupRow, node)) {
      becomeDraining(turn, hold, "pause", target, drainGrants(definition, group), actor);
    } else journalStay(turn, hold, actor);
  }
}

function journalStay(turn: Turn, { group, node, epoch }: Hold, actor: string): void {
  journal(turn, {
    kind: "group.move-failed",
    severity: "warning",
    mscsId: 1137,
    sentence: `Group ${group} stays on node ${node}, which is being drained: no other node can take it now.`,
    group,
    node,
    epoch,
    actor,
  });
}

/** ResumeClusterNode, and with `failback` ResumeClusterNodeEx. It also ends a quarantine. */
export function resume(turn: Turn, { node, failback, actor }: Command<"resume">): Outcome {
  const row = turn.durable.nodes.get(node);
  if (row === undefined) return noSuchNode(turn, node);
  if (row.stability.quarantine !== null) endQuarantine(turn, row, actor);
  if (row.paused) {
    const now = turn.durable.nodes.get(node) ?? row;
    putNode(turn, node, { ...now, paused: false, drain: null });
    journal(turn, { kind: "node.resumed", sentence: `Node ${node} is resumed: it may own groups again.`, node, actor });
  }
  if (failback === "no") forgetFailback(turn, node);
  if (failback === "immediate") failBackNow(turn, node, actor);
  return changedNode(turn, node);
}

/**
 * An operator's word that a host is off, which ends what it holds without a witness (LEASE rule 5): also what a node holds that
 * is no part of the cluster any more, for which there may be no witness at all.
 */
export function confirmDown(turn: Turn, { node, actor }: Command<"confirm-down">): Outcome {
  const holdsSomething = [...turn.durable.holds.values()].some((hold) => hold.node === node);
  if (!turn.durable.nodes.has(node) && !holdsSomething && !isSilent(turn, node)) return noSuchNode(turn, node);
  const connected = [...turn.memory.sessions.values()].filter(
    (session) => session.node === node && session.connection.kind === "open",
  );
  if (connected.length > 0) {
    const isAnother = (incarnation: string): boolean => connected.every((one) => one.incarnation !== incarnation);
    // The name is another host's now; what is said to be down is the one that had it before.
    if (letDisksGo(turn, node, actor, isAnother)) return changedNode(turn, node);
    return refused(
      "node-is-connected",
      `the agent of node ${node} is connected: it is not down; stop it, or wait until it is gone`,
    );
  }
  for (const hold of turn.durable.holds.values()) {
    if (hold.node === node) becomeEnded(turn, hold, { kind: "confirmed-down", actor });
  }
  letDisksGo(turn, node, actor, () => true);
  return changedNode(turn, node);
}

/** The disks of hosts that are off are free. Returns whether there were any. */
function letDisksGo(turn: Turn, node: string, actor: string, which: (incarnation: string) => boolean): boolean {
  const groups = confirmSilent(turn, node, which);
  if (groups.length === 0) return false;
  journal(turn, {
    kind: "node.confirmed-down",
    severity: "warning",
    sentence: `An operator confirmed that the host which was silent as node ${node} is down, so that its disks may go online elsewhere; if it lives, two hosts write to them.`,
    node,
    actor,
    details: { groups: groups.join(", ") },
  });
  return true;
}

function changedNode({ before, durable }: Turn, node: string): Outcome {
  const changed = before.durable.nodes !== durable.nodes || before.durable.holds !== durable.holds;
  return changed || before.durable.groups !== durable.groups ? { kind: "done", changed: [`nodes.${node}`] } : done;
}
