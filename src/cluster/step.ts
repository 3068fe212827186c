import { onCommand } from "./commands/commands.ts";
import { type ClusterEvent, done, type Effect, type Outcome, type Step } from "./events.ts";
import { nextAlarm, onAlarm, rebase } from "./policies/groups.ts";
import { leasePresets } from "./lease/lease.ts";
import { callOffMoves } from "./policies/moves.ts";
import { settleOperations } from "./commands/operations.ts";
import { followPolicies } from "./policies/policies.ts";
import { onClosed, onHello, onRenewal, refreshStandings } from "./lease/sessions.ts";
import { refreshAssignments } from "./lease/assignment.ts";
import type { ClusterState } from "./state.ts";
import { beginTurn, finishTurn, refuse, type Turn } from "./turn.ts";

/**
 * One event, at one time, on one state: what is now, and what has to be done about it. Pure: the same arguments give the
 * same result. `ClusterEvent` says which loop a shell has to follow around it.
 */
export function step(state: ClusterState, event: ClusterEvent): Step<ClusterState> {
  const turn = beginTurn(state, event.now);
  rebase(turn);
  switch (event.type) {
    case "hello":
      onHello(turn, event);
      break;
    case "renewal":
      onRenewal(turn, event, state.durable.cluster?.definition.lease ?? leasePresets.wan);
      break;
    case "closed":
      onClosed(turn, event);
      break;
    case "alarm":
      onAlarm(turn);
      followPolicies(turn);
      break;
    default: {
      const outcome = onCommand(turn, event);
      if (outcome.kind === "refused") return refuse(turn, outcome.refusal);
      // Whatever it freed or asked for finds its place at once.
      refreshStandings(turn);
      followPolicies(turn);
      callOffMoves(turn);
      return finished(turn, outcome);
    }
  }
  return finished(turn, done);
}

function finished(turn: Turn, outcome: Outcome): Step<ClusterState> {
  refreshAssignments(turn, null);
  // After them: nothing is done that an agent has yet to be told.
  settleOperations(turn);
  return finishTurn(turn, alarm(turn), outcome);
}

function alarm(turn: Turn): Effect | null {
  const at = nextAlarm(turn);
  if (at === turn.memory.alarmAt) return null;
  turn.memory = { ...turn.memory, alarmAt: at };
  return { type: "alarm", at };
}
