import { alike } from "../cluster/alike.ts";
import { sameRevision } from "../cluster/lease/generation.ts";
import { limits } from "../cluster/limits.ts";
import { addressesOf } from "../cluster/definition/definition.ts";
import { distinct } from "../cluster/definition/ip-address.ts";
import {
  type Answer,
  type AssignedGroup,
  type Assignment,
  type Holding,
  holdId,
  type ReportedHold,
  sameHold,
} from "../cluster/messages.ts";
import { type Fuse, fuseDeadline, isLive, renewFuse } from "./fuse.ts";
import type { HoldMode, HoldOrder, Orders } from "./orders.ts";
import { nodesLacking, withoutPromises } from "./peers/asking.ts";
import { hurried } from "./session-line.ts";
import type { SessionEffect, SessionState } from "./session-state.ts";

/** What this run holds: its fuses, what it orders of the host under them, and what it releases. */

/** Only the epochs that the grant lists are moved; all others stay as they are (LEASE rule 1). */
export function granted(state: SessionState, { outcome, to }: Answer, sentAt: number): ReadonlyMap<string, Fuse> {
  // What the control plane no longer grants is held by nobody's word either.
  const fuses = new Map([...state.fuses].map(([id, fuse]) => [id, { ...fuse, covered: false }]));
  if (outcome.kind === "refusal") return fuses;
  const { ttlMs } = outcome;
  const granted = fuseDeadline(sentAt, ttlMs);
  for (const { group, epoch } of outcome.holds) {
    const id = holdId({ group, epoch });
    const latest = { deadline: granted, ttlMs };
    const fuse = { group, epoch, renewal: to, granted, deadline: granted, ttlMs, latest, covered: true };
    fuses.set(id, { ...renewFuse(fuses.get(id), fuse), covered: true });
  }
  return fuses;
}

/** What may be there of each epoch: what it is assigned now, and what it was assigned before, which may not be gone yet. */
export function withAddresses(holding: SessionState["holding"], { groups }: Assignment): ReadonlyMap<string, Holding> {
  return new Map(
    groups.map(({ group, epoch, resources }) => {
      const id = holdId({ group, epoch });
      const addresses = distinct([...(holding.get(id)?.addresses ?? []), ...addressesOf(resources)]);
      return [id, { group, epoch, addresses }];
    }),
  );
}

/** Releases what is wanted offline and is offline, verified by the host under the orders that said so. */
export function takeOffline(state: SessionState, now: number): SessionState {
  if (state.host.n !== state.orders.n || state.assignment === null) return state;
  const offline = new Set(state.host.offline.map(holdId));
  const done = state.assignment.groups.filter((group) => {
    const id = holdId(group);
    const order = state.orders.holds.find((candidate) => sameHold(candidate, group));
    if (order === undefined || order.mode.kind === "up" || state.released.has(id)) return false;
    return isUnwanted(state, group) && offline.has(id);
  });
  if (done.length === 0) return state;
  const released = new Map(state.released);
  for (const { group, epoch } of done) released.set(holdId({ group, epoch }), { group, epoch });
  const final = [...state.final, ...done.map(holdId)].slice(-limits.releasedNamed);
  const stopping = state.stopping && { ...state.stopping, offlineSince: now };
  return hurried({ ...state, released, final, stopping }, "release");
}

function isUnwanted(state: SessionState, { group, epoch, wanted }: AssignedGroup): boolean {
  // An epoch below one that was seen was over long ago, whatever a control plane that was rolled back believes.
  const outdated = epoch < (Object.hasOwn(state.seen.epochs, group) ? (state.seen.epochs[group] ?? 0) : 0);
  return wanted === "Offline" || outdated || state.stopping !== null;
}

/** A fuse that has blown is lit by a grant alone: no promise counts for it any more. */
export function noteBlown(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  // What has been released is gone already, and its lease may end as it likes.
  const blown = [...state.fuses]
    .filter(([id, fuse]) => !isLive(fuse, now) && !state.released.has(id))
    .map(([id]) => id);
  const news = blown.filter((id) => !state.blown.has(id));
  for (const id of news) {
    const group = state.assignment?.groups.find((one) => holdId(one) === id);
    const nodes = group === undefined ? [] : nodesLacking(state, group, now);
    effects.push({ type: "note", code: "fuse-blown", detail: id, nodes });
  }
  const next = news.length === 0 && blown.length === state.blown.size ? state : { ...state, blown: new Set(blown) };
  const over = [...state.fuses].filter(
    ([id, { deadline, covered }]) => now >= deadline && (covered || state.words.promises.has(id)),
  );
  return withoutPromises(next, new Set(over.map(([id]) => id)));
}

export function giveOrders(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  const holds = (state.assignment?.groups ?? [])
    .filter((group) => !state.released.has(holdId(group)))
    .map((group): HoldOrder => {
      const { group: name, epoch, resources, observe, heldBefore, unfenced } = group;
      return { group: name, epoch, resources, mode: modeOf(state, group, now), observe, heldBefore, unfenced };
    });
  const revision = state.assignment?.revision ?? null;
  if (sameRevision(revision, state.orders.revision) && sameOrders(holds, state.orders.holds)) return state;
  const mayCome = state.assignment?.mayCome ?? [];
  const orders: Orders = { n: state.orders.n + 1, revision, ttlMs: state.lease.ttlMs, holds, mayCome };
  effects.push({ type: "orders", orders });
  return { ...state, orders };
}

function sameOrders(holds: readonly HoldOrder[], before: readonly HoldOrder[]): boolean {
  return holds.length === before.length && holds.every((hold, index) => sameOrder(hold, before[index]));
}

/** Field by field: most of them are nearly always of one assignment. */
function sameOrder(hold: HoldOrder, before: HoldOrder | undefined): boolean {
  if (before === undefined) return false;
  return (Object.keys(hold) as (keyof HoldOrder)[]).every((field) => alike(hold[field], before[field]));
}

function modeOf(state: SessionState, group: AssignedGroup, now: number): HoldMode {
  const fuse = state.fuses.get(holdId(group));
  if (!isLive(fuse, now)) return { kind: "cut" };
  return { kind: isUnwanted(state, group) ? "down" : "up", deadline: fuse.deadline };
}

/** Ends when everything is offline and the object knows it, or could not be told within a ttl. */
export function tendStop(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  if (state.stopping === null) return state;
  const held = state.assignment?.groups ?? [];
  const told = held.length === 0;
  const allOffline =
    state.host.n === state.orders.n &&
    held.every((group) => state.released.has(holdId(group))) &&
    state.host.report.holds.every(isDown);
  if (!allOffline) return state;
  const stopping = { ...state.stopping, offlineSince: state.stopping.offlineSince ?? now };
  if (told || now >= stopping.offlineSince + state.lease.ttlMs) effects.push({ type: "exit", told });
  return { ...state, stopping };
}

/** What is not assigned any more is taken down all the same, and may take its time. */
function isDown({ resources }: ReportedHold): boolean {
  return Object.values(resources).every((resource) => resource.state === "Offline" || resource.state === "Failed");
}
