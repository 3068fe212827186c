import { sameHold } from "../cluster/messages.ts";
import type { HostEffect, HostState } from "./host-state.ts";
import type { HoldMode, HoldOrder, Orders } from "./orders.ts";

/**
 * Most orders only renew fuses, once for each answer to an owner. Then what is on the host may stay longer, and all else is as it was;
 * what time brings comes with a wake of its own.
 * @returns null when more is ordered than that
 */
export function renewed(before: HostState, orders: Orders): { state: HostState; effects: HostEffect[] } | null {
  const { said } = before;
  if (said === null || orders.n <= before.orders.n || orders.revision !== before.orders.revision) return null;
  if (orders.holds.length !== before.orders.holds.length) return null;
  const effects: HostEffect[] = [];
  for (const [index, order] of orders.holds.entries()) {
    const known = before.orders.holds[index];
    if (known === undefined || !isSameButFuse(order, known)) return null;
    const deadline = deadlineOf(order.mode);
    if (deadline === null || deadline === deadlineOf(known.mode)) continue;
    effects.push({ type: "extend", hold: { group: order.group, epoch: order.epoch }, deadline });
  }
  const says = { ...said, n: orders.n };
  return { state: { ...before, orders, said: says }, effects: [...effects, { type: "says", says }] };
}

/** They are of one assignment, so what is the same is the same object. */
function isSameButFuse(order: HoldOrder, known: HoldOrder): boolean {
  return (
    sameHold(order, known) &&
    order.mode.kind === known.mode.kind &&
    order.resources === known.resources &&
    order.observe === known.observe &&
    order.heldBefore === known.heldBefore &&
    order.unfenced === known.unfenced
  );
}

/** Null: nothing of it may stay, or nothing covers it. */
export function deadlineOf(mode: HoldMode): number | null {
  return mode.kind === "cut" ? null : mode.deadline;
}
