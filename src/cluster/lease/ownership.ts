import { comparable, distinct } from "../definition/ip-address.ts";
import { noteLoss } from "../policies/quarantine.ts";
import { journal, putGroup, putHold, putLease, putSession, type Turn, withRow } from "../turn.ts";
import { type HeldBefore, holdId } from "../messages.ts";
import { becomeSilent } from "./silent-owners.ts";
import type {
  Agreement,
  DrainReason,
  GroupRow,
  Hold,
  HoldPhase,
  Lease,
  LeaseRow,
  Loss,
  Session,
  Unasked,
} from "../state.ts";

/**
 * The life of an ownership, all of it: owned, draining, owned again if a move is called off, ended. Nothing else in this
 * program begins, changes or ends one.
 */

export type Beginning = {
  readonly addresses: readonly string[];
  readonly devices: readonly string[];
  readonly owner: Session;
  readonly agreement: Agreement;
  /** How the group lost its last owner. */
  readonly loss: Loss;
  readonly ttlMs: number;
  /** In maintenance: by an operator's word, and to be brought online all the same. */
  readonly arriving: boolean;
};

/** Begins the next epoch. Everything that would make it unsafe is a broken invariant here: callers have asked before. */
export function becomeOwned(turn: Turn, row: GroupRow, beginning: Beginning): Hold {
  const { addresses, devices, owner, agreement, loss, ttlMs, arriving } = beginning;
  if (turn.memory.start.kind !== "over") throw new Error("an epoch must not begin while the object is holding");
  if (holdOf(turn, row.name) !== undefined) throw new Error(`group ${row.name} is still held`);
  if (addressesHeld(turn, addresses)) throw new Error(`an address of group ${row.name} is still held`);
  const epoch = row.epoch + 1;
  const hold: Hold = {
    group: row.name,
    epoch,
    node: owner.node,
    incarnation: owner.incarnation,
    machine: owner.machine,
    addresses,
    devices,
    phase: { kind: "owned", ...(arriving ? { arriving } : {}), ...before(heldBefore(addresses, loss)) },
    agreement,
  };
  // A new epoch begins with every resource anew on its host, so what was asked of them before is over.
  putGroup(turn, row.name, {
    ...row,
    epoch,
    troubles: { ...row.troubles, resources: {}, givenUp: null },
    plan: { ...row.plan, loss: null },
    demands: {},
  });
  putHold(turn, holdId(hold), hold);
  putLeaseOf(turn, hold, { k: 0, ttlHeldMs: ttlMs, drainGrantsLeft: null });
  journal(turn, {
    kind: "group.owned",
    sentence: `Node ${hold.node} owns group ${hold.group} under epoch ${epoch}.`,
    node: hold.node,
    group: hold.group,
    epoch,
    details: { because: loss.because, from: loss.from },
  });
  return hold;
}

/**
 * It may hold these addresses too, from now on and under its epoch: they are nobody's. What it need not have any more stays
 * its own until it ends, because no message says that an address is gone but a release.
 */
export function becomeWider(turn: Turn, hold: Hold, more: readonly string[]): void {
  if (turn.memory.start.kind !== "over") throw new Error("nothing may be owned anew while the object is holding");
  if (addressesHeld(turn, more)) throw new Error(`an address that group ${hold.group} gets is still held`);
  const phase = { ...hold.phase, ...before({ ...hold.phase.before, ...heldBefore(more, null) }) };
  putHold(turn, holdId(hold), { ...hold, addresses: [...hold.addresses, ...more], phase });
}

/** Its owner got these addresses too from a state that was rolled back since. They are nobody's, and stay its own until its end. */
export function becomeReminded(turn: Turn, hold: Hold, more: readonly string[]): Hold {
  if (addressesHeld(turn, more)) throw new Error(`an address that group ${hold.group} has got is held by another`);
  const wider = { ...hold, addresses: [...hold.addresses, ...more] };
  putHold(turn, holdId(hold), wider);
  return wider;
}

/** These disks may come to its owner too: what it had once it may have still. */
export function becomeEquipped(turn: Turn, hold: Hold, devices: readonly string[]): void {
  const more = devices.filter((device) => !hold.devices.includes(device));
  if (more.length > 0) putHold(turn, holdId(hold), { ...hold, devices: [...hold.devices, ...more] });
}

/** Of these addresses, those that the group's last owner has not had and released. One that it never brought online is as it was. */
function heldBefore(addresses: readonly string[], loss: Loss | null): Record<string, HeldBefore> {
  const last = loss?.addresses ?? { had: [], released: true, before: {} };
  const unused = new Set(addressesBeyond({ addresses: last.had }, addresses));
  const unknown = new Map(Object.entries(last.before).map(([address, held]) => [comparable(address), held]));
  return Object.fromEntries(
    addresses.flatMap((address): [string, HeldBefore][] => {
      if (unused.has(address)) return [[address, "unused"]];
      const held = last.released ? unknown.get(comparable(address)) : "expired";
      return held === undefined ? [] : [[address, held]];
    }),
  );
}

function before(held: Readonly<Record<string, HeldBefore>>): Unasked {
  return Object.keys(held).length === 0 ? {} : { before: held };
}

/** What is known of addresses whatever becomes of the ownership. */
function unasked({ before: held, came }: HoldPhase): Unasked {
  return { ...(held === undefined ? {} : { before: held }), ...(came === undefined ? {} : { came }) };
}

/** Its owner has these addresses online: from now on nobody else can have had them last. */
export function becomeCome(turn: Turn, hold: Hold, online: readonly string[]): void {
  const { before: held = {}, came = [] } = hold.phase;
  const there = new Set([...came, ...online].map(comparable));
  const now = Object.keys(held).filter((address) => there.has(comparable(address)));
  if (now.length === came.length) return;
  putHold(turn, holdId(hold), { ...hold, phase: { ...hold.phase, came: now } });
}

/** Others' words count for it from now on, or others may end it. */
export function becomeAgreed(turn: Turn, hold: Hold, agreement: Agreement): void {
  putHold(turn, holdId(hold), { ...hold, agreement });
}

/** Of these addresses, those that a hold does not have. */
export function addressesBeyond({ addresses }: Pick<Hold, "addresses">, wanted: readonly string[]): string[] {
  return beyond(addresses, wanted);
}

/** Of a hold's addresses, those that are not among these. */
export function addressesLeft({ addresses }: Pick<Hold, "addresses">, wanted: readonly string[]): string[] {
  return beyond(wanted, addresses);
}

function beyond(had: readonly string[], wanted: readonly string[]): string[] {
  const known = new Set(had.map(comparable));
  return distinct(wanted).filter((address) => !known.has(comparable(address)));
}

/** It has been brought online, or cannot be, so from now on it is observed like all others. */
export function becomeArrived(turn: Turn, hold: Hold): void {
  const { arriving: _, ...phase } = hold.phase.kind === "owned" ? hold.phase : { kind: "owned" as const };
  putHold(turn, holdId(hold), { ...hold, phase });
}

/** What its owner says of the group: it is online now, or it is not any more. */
export function becomeOnline(turn: Turn, hold: Hold, isOnline: boolean): void {
  if (hold.phase.kind !== "owned" || (hold.phase.online === true) === isOnline) return;
  const { online: _, ...phase } = hold.phase;
  putHold(turn, holdId(hold), { ...hold, phase: isOnline ? { ...phase, online: true } : phase });
}

/** Wanted offline from now on; grants cover it `grants` more times at most, then only an end can follow. */
export function becomeDraining(
  turn: Turn,
  hold: Hold,
  because: DrainReason,
  target: string | null,
  grants: number,
  actor = "cluster",
): void {
  const lease = leaseOf(turn, hold);
  putHold(turn, holdId(hold), { ...hold, phase: { kind: "draining", because, target, ...unasked(hold.phase) } });
  const drainGrantsLeft = Math.min(grants, lease.drainGrantsLeft ?? grants);
  if (drainGrantsLeft !== lease.drainGrantsLeft) putLeaseOf(turn, hold, { ...lease, drainGrantsLeft });
  journal(turn, {
    kind: "group.draining",
    sentence: `Group ${hold.group} is being taken offline on node ${hold.node}${target === null ? "" : `, to go to node ${target}`}: ${drainSentences[because]}.`,
    node: hold.node,
    group: hold.group,
    epoch: hold.epoch,
    actor,
    details: { because, target },
  });
}

const drainSentences: Readonly<Record<DrainReason, string>> = {
  move: "an operator asked for it",
  failback: "a more preferred owner is back",
  pause: "the node is being drained",
  failover: "it failed there",
  redefined: "the node may not own it as it is defined now",
  readdressed: "its addresses are others now, and it cannot get them where it is",
  deleted: "it has been deleted",
  evicted: "the node has been evicted",
  "rolled-back":
    "it has an address there that is another group's in the state to which the control plane was rolled back",
};

/** Only what somebody wished for can be called off: what else drains must be gone, whoever could take it. */
export function mayBeCalledOff(phase: HoldPhase): boolean {
  return phase.kind === "draining" && ["move", "failback", "pause"].includes(phase.because);
}

/** A move is called off: the owner goes on under the same epoch. */
export function becomeOwnedAgain(turn: Turn, hold: Hold, why: string, actor = "cluster"): void {
  putHold(turn, holdId(hold), { ...hold, phase: { kind: "owned", ...unasked(hold.phase) } });
  putLeaseOf(turn, hold, { ...leaseOf(turn, hold), drainGrantsLeft: null });
  journal(turn, {
    kind: "group.move-cancelled",
    severity: "warning",
    sentence: `Group ${hold.group} stays on node ${hold.node}: ${why}.`,
    node: hold.node,
    group: hold.group,
    epoch: hold.epoch,
    actor,
  });
}

/** The three ways in which an ownership ends (LEASE rule 5). After this, and only after this, its addresses are free. */
export type End =
  | { readonly kind: "released" }
  /** `since`: the first answer of the run of answers over which the witness counted. */
  | { readonly kind: "expired"; readonly witness: string; readonly countedMs: number; readonly since: number }
  | { readonly kind: "confirmed-down"; readonly actor: string };

export function becomeEnded(turn: Turn, hold: Hold, end: End): void {
  const id = holdId(hold);
  putHold(turn, id, null);
  const row = turn.durable.leases.get(hold.incarnation);
  if (row !== undefined) {
    const { [id]: _ended, ...held } = row.held;
    putLease(turn, hold.incarnation, Object.keys(held).length === 0 ? null : { ...row, held });
  }
  turn.memory = {
    ...turn.memory,
    pending: withRow(turn.memory.pending, id, null),
    heard: withRow(turn.memory.heard, id, null),
    extended: new Set([...turn.memory.extended].filter((other) => other !== id)),
  };
  const group = turn.durable.groups.get(hold.group);
  if (group !== undefined) {
    putGroup(turn, group.name, { ...group, plan: { ...group.plan, loss: lossOf(turn, hold, end) } });
  }
  if (end.kind === "expired") becomeSilent(turn, hold);
  const session = turn.memory.sessions.get(hold.incarnation);
  if (end.kind !== "released" && session !== undefined) {
    putSession(turn, hold.incarnation, { ...session, expired: true });
  }
  journalEnd(turn, hold, end);
  if (end.kind === "expired") noteLoss(turn, hold.node);
}

function lossOf(turn: Turn, { node, phase, addresses: had }: Hold, end: End): Loss {
  // An answer that has not been given yet would keep everybody from owning the group.
  const since = end.kind === "expired" ? Math.min(end.since, turn.memory.answers) : 0;
  const { before: held = {}, came = [] } = phase;
  const unknown = Object.entries(held).filter(([address]) => !came.includes(address));
  const addresses = { had, released: end.kind === "released", before: Object.fromEntries(unknown) };
  if (phase.kind === "owned") return { because: end.kind, from: node, target: null, leaving: null, since, addresses };
  const { because, target } = phase;
  const away = because === "failover" || mayBeCalledOff(phase);
  return { because, from: node, target, leaving: away ? node : null, since, addresses };
}

function journalEnd(turn: Turn, { node, group, epoch }: Hold, end: End): void {
  const about = { node, group, epoch };
  switch (end.kind) {
    case "released":
      return journal(turn, {
        kind: "group.released",
        sentence: `Node ${node} released group ${group}: everything of epoch ${epoch} is offline there.`,
        ...about,
      });
    case "expired":
      return journal(turn, {
        kind: "group.expired",
        severity: "warning",
        mscsId: 1135,
        sentence: `Node ${node} lost group ${group}: node ${end.witness} counted ${Math.floor(end.countedMs)} ms of silence for epoch ${epoch}.`,
        details: { witness: end.witness, countedMs: Math.floor(end.countedMs) },
        ...about,
      });
    case "confirmed-down":
      return journal(turn, {
        kind: "node.confirmed-down",
        severity: "warning",
        sentence: `An operator confirmed that node ${node} is down, which ends epoch ${epoch} of group ${group}; if it lives, two hosts speak from one address.`,
        actor: end.actor,
        ...about,
      });
  }
}

// --- questions ------------------------------------------------------------------------------------------------------

/** The present ownership of a group: one at most. */
export function holdOf({ durable }: Pick<Turn, "durable">, group: string): Hold | undefined {
  for (const hold of durable.holds.values()) if (hold.group === group) return hold;
  return undefined;
}

/** The epoch under which a group is owned, which may be below the highest that was seen (ST5); of one that nobody owns, the last. */
export function epochOf(of: Pick<Turn, "durable">, { name, epoch }: GroupRow): number {
  return holdOf(of, name)?.epoch ?? epoch;
}

/**
 * A node that was evicted belongs to the cluster until it holds nothing, and is not among those who alone may end what another one
 * holds: it has to be able to release, and to count.
 */
export function belongs({ durable }: Pick<Turn, "durable">, node: string): boolean {
  return durable.nodes.has(node) || [...durable.holds.values()].some((hold) => isNeededFor(hold, node));
}

function isNeededFor({ node: owner, agreement }: Hold, node: string): boolean {
  return owner === node || agreement.claimants?.some((claimant) => claimant.node === node) === true;
}

export function holdsOfRun({ durable }: Pick<Turn, "durable">, incarnation: string): Hold[] {
  return [...durable.holds.values()].filter((hold) => hold.incarnation === incarnation);
}

export function holdsSome({ durable }: Pick<Turn, "durable">, incarnation: string): boolean {
  for (const hold of durable.holds.values()) if (hold.incarnation === incarnation) return true;
  return false;
}

/** True while any ownership, of whatever group, has one of these addresses (LEASE rule 9). */
export function addressesHeld(turn: Pick<Turn, "durable">, addresses: readonly string[]): boolean {
  return holdersOf(turn, addresses).length > 0;
}

/** The ownerships, of whatever groups, that have one of these addresses. */
export function holdersOf({ durable }: Pick<Turn, "durable">, addresses: readonly string[]): Hold[] {
  if (addresses.length === 0) return [];
  const wanted = new Set(addresses.map(comparable));
  return [...durable.holds.values()].filter((hold) =>
    hold.addresses.some((address) => wanted.has(comparable(address))),
  );
}

export function leaseOf({ durable }: Pick<Turn, "durable">, hold: Hold): Lease {
  const lease = durable.leases.get(hold.incarnation)?.held[holdId(hold)];
  if (lease === undefined) throw new Error(`ownership ${holdId(hold)} has no lease row`);
  return lease;
}

export function putLeaseOf(turn: Turn, hold: Hold, lease: Lease): void {
  putLeasesOf(turn, hold, { [holdId(hold)]: lease });
}

/** Several of one run's ownerships at once: they are in one row. */
export function putLeasesOf(
  turn: Turn,
  { incarnation, node }: Pick<Hold, "incarnation" | "node">,
  held: LeaseRow["held"],
): void {
  const row = turn.durable.leases.get(incarnation) ?? { incarnation, node, held: {} };
  putLease(turn, incarnation, { ...row, held: { ...row.held, ...held } });
}
