import { observe } from "../associations.ts";
import { confirmDown, pause, resume } from "./node-commands.ts";
import { demand } from "../policies/demands.ts";
import { define, destroy, edit } from "../definition/define.ts";
import { done, type OperatorEvent, type Outcome } from "../events.ts";
import { setMaintenance } from "../policies/maintenance.ts";
import { cancelMove, move } from "../policies/moves.ts";
import { epochOf } from "../lease/ownership.ts";
import { beginOperation, isStillToCome, mayBegin } from "./operations.ts";
import { refused } from "../refusals.ts";
import { takeReleases } from "../lease/sessions.ts";
import { journal, type Turn } from "../turn.ts";
import { want, wantResource } from "../policies/wants.ts";

/** What an operator, a guard or a partner asks for. Each either happens whole or is refused, and then nothing happens. */
export function onCommand(turn: Turn, event: OperatorEvent): Outcome {
  if (event.operation !== undefined && !mayBegin(turn, event)) {
    return refused("too-many-operations", "wait until some of what was asked for has come to its end");
  }
  const epoch = epochBefore(turn, event);
  const outcome = carryOut(turn, event);
  if (outcome.kind === "done" && (outcome.changed.length > 0 || isStillToCome(turn, event, epoch))) {
    beginOperation(turn, event, epoch);
  }
  return outcome;
}

function carryOut(turn: Turn, event: OperatorEvent): Outcome {
  switch (event.type) {
    case "define":
      return define(turn, event.definition, event.actor, event.force);
    case "note":
      journal(turn, { ...event.note, actor: event.actor });
      return done;
    default:
      return onClusterCommand(turn, event);
  }
}

/** What is left of a cluster that was destroyed are ownerships, and these two end them. */
const endsAnOwnership: ReadonlySet<OperatorEvent["type"]> = new Set(["release", "confirm-down"]);

function onClusterCommand(turn: Turn, event: Exclude<OperatorEvent, { type: "define" | "note" }>): Outcome {
  const { cluster } = turn.durable;
  if (cluster === null || (cluster.destroyed && !endsAnOwnership.has(event.type))) {
    return refused("cluster-not-defined", "no definition has been applied to this cluster yet");
  }
  const { definition } = cluster;
  switch (event.type) {
    case "edit":
      return edit(turn, cluster, event);
    case "destroy":
      return destroy(turn, cluster, event);
    case "maintenance":
      return setMaintenance(turn, cluster, event);
    case "move":
      return move(turn, definition, event);
    case "cancel":
      return cancelMove(turn, event);
    case "want":
      return want(turn, event);
    case "want-resource":
      return wantResource(turn, definition, event);
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
      if (!turn.durable.groups.has(event.association.group)) {
        return refused("group-not-found", `there is no group ${event.association.group}`);
      }
      const refusal = observe(turn, event.association, event.reporter);
      return refusal === null ? done : { kind: "refused", refusal };
    }
  }
}

/** That of the group that it is about. */
function epochBefore(turn: Turn, event: OperatorEvent): number | null {
  const about = event.type === "edit" ? event.edit : event;
  const row = "group" in about ? turn.durable.groups.get(about.group) : undefined;
  return row === undefined ? null : epochOf(turn, row);
}
