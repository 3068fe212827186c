import { onCommand } from "./commands.ts";
import type { ClusterEvent, Effect, Step } from "./events.ts";
import { nextAlarm, onAlarm, rebase } from "./groups.ts";
import { leasePresets } from "./lease.ts";
import { placeGroups } from "./placement.ts";
import { callOffMoves, onClosed, onHello, onRenewal, refreshStandings } from "./sessions.ts";
import { refreshAssignments } from "./assignment.ts";
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
      refreshAssignments(turn, null);
      break;
    default: {
      const outcome = onCommand(turn, event);
      if (outcome.kind === "refused") return refuse(turn, outcome.refusal);
      settle(turn);
      return finishTurn(turn, alarm(turn), outcome);
    }
  }
  return finishTurn(turn, alarm(turn));
}

/** After a command: whatever it freed or asked for finds its place at once. */
function settle(turn: Turn): void {
  refreshStandings(turn);
  placeGroups(turn);
  callOffMoves(turn);
  refreshAssignments(turn, null);
}

function alarm(turn: Turn): Effect | null {
  const at = nextAlarm(turn);
  if (at === turn.memory.alarmAt) return null;
  turn.memory = { ...turn.memory, alarmAt: at };
  return { type: "alarm", at };
}
