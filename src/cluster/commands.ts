import { observe } from "./associations.ts";
import { demand } from "./demands.ts";
import { define } from "./define.ts";
import { type ClusterDefinition, lookup, possibleOwners } from "./definition.ts";
import { done, type OperatorEvent, type Outcome, type RefusedCode } from "./events.ts";
import { becomeDraining, becomeEnded, holdOf } from "./ownership.ts";
import { eligibleSession, hasOtherOwner } from "./placement.ts";
import { takeReleases } from "./sessions.ts";
import { drainGrants, retryGivenUp } from "./troubles.ts";
import { journal, putGroup, putNode, type Turn } from "./turn.ts";

type Command<Type extends OperatorEvent["type"]> = Extract<OperatorEvent, { type: Type }>;

/** What an operator, a guard or a partner asks for. Each either happens whole or is refused, and then nothing happens. */
export function onCommand(turn: Turn, event: OperatorEvent): Outcome {
  if (event.type === "define") return define(turn, event.definition, event.actor);
  if (event.type === "note") {
    journal(turn, { ...event.note, actor: event.actor });
    return done;
  }
  const { cluster } = turn.durable;
  if (cluster === null) return refused("cluster-not-defined", "no definition has been applied to this cluster yet");
  const { definition } = cluster;
  switch (event.type) {
    case "move":
      return move(turn, definition, event);
    case "want":
      return want(turn, event);
    case "fail-resource":
    case "restart-resource":
      return demand(turn, definition, event);
    case "pause":
      return pause(turn, definition, event);
    case "resume":
      return resume(turn, event);
    case "confirm-down":
      return confirmDown(turn, event);
    case "release":
      return takeReleases(turn, event.node, event.incarnation, event.holds) > 0
        ? done
        : refused(
            "run-not-known",
            `run ${event.incarnation} of node ${event.node} holds none of these epochs (any more)`,
          );
    case "observe": {
      if (!turn.durable.groups.has(event.association.group)) return noSuchGroup(event.association.group);
      const refusal = observe(turn, event.association, event.reporter);
      return refusal === null ? done : { kind: "refused", refusal };
    }
  }
}

/** MoveClusterGroup: to the named node, or to the next best one. */
function move(turn: Turn, definition: ClusterDefinition, { group: name, target, actor }: Command<"move">): Outcome {
  const row = turn.durable.groups.get(name);
  const group = lookup(definition.groups, name);
  if (row === undefined || group === undefined) return noSuchGroup(name);
  if (target !== null) {
    if (!turn.durable.nodes.has(target)) return noSuchNode(target);
    if (!possibleOwners(definition, group).includes(target)) {
      return refused("node-not-possible-owner", `node ${target} is not a possible owner of group ${name}`);
    }
  }
  const hold = holdOf(turn, name);
  if (hold === undefined)
    return refused("group-not-owned", `nobody owns group ${name}; it goes to the first node that may have it`);
  if (hold.phase.kind === "draining") return refused("group-in-transition", `group ${name} is already on its way`);
  if (target === hold.node) return refused("already-owner", `node ${target} owns group ${name} already`);
  if (target !== null && eligibleSession(turn, target, 0) === null) {
    return refused("node-not-up", `node ${target} is not up, or is paused, so it cannot take group ${name}`);
  }
  if (!hasOtherOwner(turn, row, hold.node))
    return refused("no-other-owner", `no other node can take group ${name} now`);
  journal(turn, {
    kind: "group.move-requested",
    sentence: `Group ${name} shall move from node ${hold.node} to ${target === null ? "the next best node" : `node ${target}`}.`,
    group: name,
    node: hold.node,
    epoch: hold.epoch,
    actor,
  });
  becomeDraining(turn, hold, "move", target, drainGrants(definition, group), actor);
  return done;
}

/** OnlineClusterGroup and OfflineClusterGroup. The owner stays the owner; online also retries what was given up. */
function want(turn: Turn, { group: name, wanted, actor }: Command<"want">): Outcome {
  const row = turn.durable.groups.get(name);
  if (row === undefined) return noSuchGroup(name);
  if (wanted === "Online") retryGivenUp(turn, row);
  if (row.wanted === wanted) return done;
  putGroup(turn, name, { ...(turn.durable.groups.get(name) ?? row), wanted });
  journal(turn, {
    kind: "group.wanted",
    sentence: `Group ${name} shall be ${wanted.toLowerCase()}.`,
    group: name,
    epoch: row.epoch,
    actor,
  });
  return { kind: "done", changed: [`groups.${name}`] };
}

/** PauseClusterNode; with `drain`, as PauseClusterNodeEx: its groups move away, those that can. */
function pause(turn: Turn, definition: ClusterDefinition, { node, drain, actor }: Command<"pause">): Outcome {
  const row = turn.durable.nodes.get(node);
  if (row === undefined) return noSuchNode(node);
  if (!row.paused) {
    putNode(turn, node, { ...row, paused: true });
    journal(turn, { kind: "node.paused", sentence: `Node ${node} is paused: it gets no more groups.`, node, actor });
  }
  if (!drain) return done;
  for (const hold of turn.durable.holds.values()) {
    const group = lookup(definition.groups, hold.group);
    const groupRow = turn.durable.groups.get(hold.group);
    if (hold.node !== node || hold.phase.kind === "draining" || group === undefined || groupRow === undefined) continue;
    if (hasOtherOwner(turn, groupRow, node)) {
      becomeDraining(turn, hold, "pause", null, drainGrants(definition, group), actor);
    }
  }
  return done;
}

/** ResumeClusterNode. */
function resume(turn: Turn, { node, actor }: Command<"resume">): Outcome {
  const row = turn.durable.nodes.get(node);
  if (row === undefined) return noSuchNode(node);
  if (!row.paused) return done;
  putNode(turn, node, { ...row, paused: false });
  journal(turn, { kind: "node.resumed", sentence: `Node ${node} is resumed: it may own groups again.`, node, actor });
  return done;
}

/** An operator's word that a host is off, which ends what it holds without a witness (LEASE rule 5). */
function confirmDown(turn: Turn, { node, actor }: Command<"confirm-down">): Outcome {
  if (!turn.durable.nodes.has(node)) return noSuchNode(node);
  const connected = [...turn.memory.sessions.values()].some(
    (session) => session.node === node && session.connection.kind === "open",
  );
  if (connected) {
    return refused(
      "node-is-connected",
      `the agent of node ${node} is connected: it is not down; stop it, or wait until it is gone`,
    );
  }
  for (const hold of turn.durable.holds.values()) {
    if (hold.node === node) becomeEnded(turn, hold, { kind: "confirmed-down", actor });
  }
  return done;
}

function refused(code: RefusedCode, detail: string): Outcome {
  return { kind: "refused", refusal: { code, detail } };
}

function noSuchGroup(name: string): Outcome {
  return refused("group-not-found", `there is no group ${name}`);
}

function noSuchNode(name: string): Outcome {
  return refused("node-not-found", `there is no node ${name}`);
}
