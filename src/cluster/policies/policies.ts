import { failBack } from "./failback.ts";
import { moveOnTime } from "./moves.ts";
import { placeGroups } from "./placement.ts";
import { startWhatMay } from "./starting.ts";
import type { Turn } from "../turn.ts";

/** What follows of itself from whatever has happened: moves that are due, owners for who has none, starts, ways home. */
export function followPolicies(turn: Turn): void {
  moveOnTime(turn);
  placeGroups(turn);
  startWhatMay(turn);
  failBack(turn);
}
