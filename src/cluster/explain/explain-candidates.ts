import { type Candidate, candidatesFor, ownerOrder, type Rejection } from "../policies/candidates.ts";
import type { Reason, Subject } from "./explain.ts";
import { wayHome, windowOpensAt } from "../policies/failback.ts";
import { noLoss } from "../policies/placement.ts";
import { dwordOf } from "../properties/properties.ts";
import { groupProperties } from "../properties/property-tables.ts";
import type { Hold } from "../state.ts";

/** A node as the owner of a group: may it be, and if it may, why is it not. */
export type CandidateExplanation = {
  readonly node: string;
  /** In the order of choice, from 1; null for one that never comes into question. */
  readonly place: number | null;
  /** It could be chosen now. */
  readonly mayOwn: boolean;
  readonly isOwner: boolean;
  /** What speaks against it now. */
  readonly rejected: Rejection | null;
  /** Why the group is not here, though nothing speaks against it; null for the owner, and for who is rejected. */
  readonly notHere: Reason<NotHereCode> | null;
  readonly sentence: string;
};

export const notHereCodes = [
  "next",
  "later-in-order",
  "on-its-way",
  "starting",
  "maintenance",
  "not-preferred",
  "failed-there",
  "moved-by-operator",
  "not-owed",
  "failback-prevented",
  "not-settled",
  "failback-window",
  "failback-due",
] as const;
export type NotHereCode = (typeof notHereCodes)[number];

const rules: Readonly<Record<NotHereCode, string>> = {
  next: "GP2",
  "later-in-order": "GP2",
  "on-its-way": "GR9",
  starting: "ST1",
  maintenance: "GP19",
  "not-preferred": "GP17",
  "failed-there": "GP17",
  "moved-by-operator": "GP17",
  "not-owed": "GP17",
  "failback-prevented": "GP17",
  "not-settled": "GP17",
  "failback-window": "GP17",
  "failback-due": "GP17",
};

export function explainCandidates(subject: Subject): CandidateExplanation[] {
  const { turn, definition, group, row, hold } = subject;
  // For a group that has an owner: as if it were chosen anew.
  const loss = hold === null ? (row.plan.loss ?? noLoss) : noLoss;
  const candidates = candidatesFor(turn, definition, row.name, group, loss);
  const ownersPlace = candidates.findIndex(({ node }) => node === hold?.node);
  return candidates.map((candidate, index) => {
    const { node, rejected } = candidate;
    const isOwner = node === hold?.node;
    const notHere = isOwner || rejected !== null ? null : whyNot(subject, candidate, index < ownersPlace);
    return {
      node,
      place: rejected?.code === "not-possible-owner" ? null : index + 1,
      mayOwn: rejected === null,
      isOwner,
      rejected,
      notHere,
      sentence: sentenceOf(candidate, isOwner, notHere),
    };
  });
}

function sentenceOf({ node, rejected }: Candidate, isOwner: boolean, notHere: Reason | null): string {
  if (!isOwner) return notHere?.sentence ?? rejected?.sentence ?? `${node} may own it.`;
  return rejected === null
    ? `${node} owns it.`
    : `${node} owns it, but would not be given it now. ${rejected.sentence}`;
}

function whyNot(subject: Subject, { node }: Candidate, isBeforeOwner: boolean): Reason<NotHereCode> {
  const { hold, turn } = subject;
  if (hold === null) {
    return reason("next", `${node} may have it as soon as nothing blocks the group and nobody comes before it.`);
  }
  if (hold.phase.kind === "draining" && hold.phase.target === node) {
    return reason("on-its-way", `The group is on its way to ${node}, and still being taken offline on ${hold.node}.`);
  }
  if (!isBeforeOwner)
    return reason("later-in-order", `${node} could own it, but comes after ${hold.node} in the order.`);
  if (turn.memory.start.kind === "holding") {
    return reason("starting", `${node} comes before ${hold.node}, but the control plane has just started.`);
  }
  return owed(subject, hold, node) ? whyNotYet(subject, hold, node) : whyNotOwed(subject, hold, node);
}

/** Whether the group is to go back to this node some day. */
function owed({ row, group }: Subject, { node: owner }: Hold, node: string): boolean {
  if (row.plan.failback?.awaited.includes(node) !== true || !group.preferredOwners.includes(node)) return false;
  const place = group.preferredOwners.indexOf(owner);
  return place < 0 || group.preferredOwners.indexOf(node) < place;
}

/** It was there when the group was placed elsewhere, so nothing brings the group back to it. */
function whyNotOwed({ group, arrival, definition }: Subject, { node: owner }: Hold, node: string): Reason<NotHereCode> {
  if (arrival?.from === node && arrival.because === "failover") {
    return reason(
      "failed-there",
      `The group failed on ${node}, so it does not go back there while all is well on ${owner}.`,
    );
  }
  if (arrival?.because === "move" || (arrival?.from === node && arrival.because === "pause")) {
    const what = arrival.because === "move" ? `moved it to ${owner}` : `paused ${node}`;
    return reason("moved-by-operator", `${arrival.actor} ${what}, so it does not go to ${node} by itself.`);
  }
  if (!group.preferredOwners.includes(node)) {
    const place = ownerOrder(definition, group).indexOf(node) + 1;
    return reason("not-preferred", `${node} is place ${place} in the order, but no preferred owner to go back to.`);
  }
  return reason(
    "not-owed",
    `${node} is preferred, but was there when the group went elsewhere, so nothing brings it back by itself; move it.`,
  );
}

function whyNotYet(subject: Subject, hold: Hold, node: string): Reason<NotHereCode> {
  const { turn, definition, group, row, maintenance } = subject;
  if (dwordOf(group.properties, groupProperties, "AutoFailbackType") !== 1) {
    const sentence = `${node} is preferred and back, but AutoFailbackType 0 prevents failback: the group stays on ${hold.node}.`;
    return reason("failback-prevented", sentence);
  }
  if (maintenance) return reason("maintenance", `It would go back to ${node}, but the cluster is in maintenance.`);
  const way = wayHome(turn, definition, row, group);
  if (way === null) return reason("not-settled", `It goes back to ${node} when it has settled on ${hold.node}.`);
  if (way.target !== node) {
    return reason("later-in-order", `It would go back to ${way.target}, which comes before ${node}.`);
  }
  return homeOpensAt(subject) === null
    ? reason("failback-due", `It goes back to ${node} now.`)
    : reason("failback-window", `It goes back to ${node} within its failback window: ${windowOf(subject)}.`);
}

function windowOf({ definition: { timeZone }, group: { properties } }: Subject): string {
  const hour = (name: string): string => `${dwordOf(properties, groupProperties, name)}:00`;
  return `from ${hour("FailbackWindowStart")} to ${hour("FailbackWindowEnd")} in ${timeZone}`;
}

/** When the group may go home, epoch milliseconds; null: now. */
export function homeOpensAt({ turn, definition, group, row }: Subject): number | null {
  const notBefore = row.plan.failback?.notBefore ?? 0;
  return windowOpensAt(definition, group, turn.now) ?? (notBefore > turn.now ? notBefore : null);
}

function reason(code: NotHereCode, sentence: string): Reason<NotHereCode> {
  return { code, rule: rules[code], sentence };
}
