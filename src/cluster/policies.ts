import { failBack } from "./failback.ts";
import { placeGroups } from "./placement.ts";
import { startWhatMay } from "./starting.ts";
import type { Turn } from "./turn.ts";

/** What follows of itself from whatever has happened: owners for who has none, starts that have waited, ways home. */
export function followPolicies(turn: Turn): void {
  placeGroups(turn);
  startWhatMay(turn);
  failBack(turn);
}
