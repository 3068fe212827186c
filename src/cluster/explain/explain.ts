import type { ClusterDefinition, GroupDefinition } from "../definition/definition.ts";
import { addressesOf, lookup, servedResources } from "../definition/definition.ts";
import { type CandidateExplanation, explainCandidates } from "./explain-candidates.ts";
import { explainNext, nobodyCounts, type NextStep } from "./explain-next.ts";
import { explainResources, type ResourceExplanation } from "./explain-resources.ts";
import type { JournalEntry } from "../journal.ts";
import { claimantsNow } from "../lease/agreement.ts";
import { holdersOf, holdOf } from "../lease/ownership.ts";
import { noLoss } from "../policies/placement.ts";
import { failoversLately } from "../policies/troubles.ts";
import {
  type ClusterState,
  drainReasons,
  type GroupRow,
  type Hold,
  isByOperator,
  type OwnedBecause,
} from "../state.ts";
import { beginTurn, type Turn } from "../turn.ts";
import { type GroupState, silentForMs, viewCluster } from "../questions/view.ts";

/** Why a group is where it is, why it is not elsewhere, and what comes next. Every sentence has its rule of SPEC.md. */
export type GroupExplanation = {
  readonly group: string;
  readonly state: GroupState;
  /** The node that holds it, also one that has been silent; null: nobody does. */
  readonly owner: string | null;
  readonly epoch: number;
  /** Why it is here, or why nobody owns it. */
  readonly because: Reason;
  /** Every node, in the order of choice. */
  readonly candidates: readonly CandidateExplanation[];
  /** Those that are not online. */
  readonly resources: readonly ResourceExplanation[];
  /** Failovers within FailoverPeriod, 0 being one without an end, and at how many the group is given up. */
  readonly failovers: { readonly counted: number; readonly threshold: number; readonly periodMs: number };
  /** What would happen by itself. */
  readonly next: readonly NextStep[];
  /** What keeps the cluster from giving it to anybody, or from touching it. */
  readonly blocked: readonly Reason[];
};

/** `code`: for programs. `rule`: the rule of SPEC.md that says so. */
export type Reason<Code extends string = string> = {
  readonly code: Code;
  readonly rule: string;
  readonly sentence: string;
};

/** How a group came to its present owner, as the journal tells it. */
export type Arrival = { readonly because: OwnedBecause; readonly from: string | null; readonly actor: string };

/** What the answers are drawn from. */
export type Subject = {
  readonly state: ClusterState;
  readonly turn: Turn;
  readonly definition: ClusterDefinition;
  readonly group: GroupDefinition;
  readonly row: GroupRow;
  readonly hold: Hold | null;
  readonly maintenance: boolean;
  /** Null when the journal does not tell it any more. */
  readonly arrival: Arrival | null;
};

/** The kinds of entries that an arrival is read from. */
export const arrivalKinds = ["group.owned", "group.draining"] as const;

/**
 * Nothing is decided here: each answer is that of the brain's own function. Null: there is no such group.
 * @param entries those of `arrivalKinds` of this group, in any order; the state does not keep how it came to its owner
 */
export function explainGroup(
  state: ClusterState,
  name: string,
  now: number,
  entries: readonly JournalEntry[],
): GroupExplanation | null {
  const { cluster } = state.durable;
  const view = viewCluster(state, now)?.groups[name];
  const row = state.durable.groups.get(name);
  const group = cluster === null ? undefined : lookup(cluster.definition.groups, name);
  if (cluster === null || view === undefined || row === undefined || group === undefined) return null;
  const { definition, maintenance } = cluster;
  const hold = holdOf(state, name) ?? null;
  const arrival = hold === null ? null : arrivalIn(entries, hold);
  const subject: Subject = { state, turn: beginTurn(state, now), definition, group, row, hold, maintenance, arrival };
  const blocked = blocksOf(subject);
  const candidates = explainCandidates(subject);
  const { recent, threshold, periodMs } = failoversLately(now, definition, group, row);
  return {
    group: name,
    state: view.state,
    owner: hold?.node ?? null,
    epoch: view.epoch,
    because: hold === null ? whyNobody(subject, blocked, candidates) : whyHere(subject, hold),
    candidates,
    resources: explainResources(subject, view.resources),
    failovers: { counted: recent.length, threshold, periodMs },
    next: explainNext(subject, candidates),
    blocked,
  };
}

function arrivalIn(entries: readonly JournalEntry[], { group, epoch }: Hold): Arrival | null {
  const about = entries.filter((entry) => entry.group === group);
  const owned = about.find((entry) => entry.kind === "group.owned" && entry.epoch === epoch);
  const because = owned?.details?.["because"];
  if (owned === undefined || !isOwnedBecause(because)) return null;
  const from = owned.details?.["from"];
  const left = about.filter((entry) => entry.kind === "group.draining" && entry.seq < owned.seq);
  const last = left.toSorted((a, b) => b.seq - a.seq)[0];
  const drained = last?.details?.["because"] === because;
  return { because, from: typeof from === "string" ? from : null, actor: drained ? last.actor : "cluster" };
}

const becauses: ReadonlySet<unknown> = new Set(["new", "expired", "confirmed-down", "released", ...drainReasons]);
function isOwnedBecause(value: unknown): value is OwnedBecause {
  return becauses.has(value);
}

function whyHere(subject: Subject, hold: Hold): Reason {
  const { state, turn, definition, arrival } = subject;
  const { node, epoch, phase, incarnation } = hold;
  if (phase.kind === "draining") {
    const to = phase.target === null ? "the next best node" : phase.target;
    const sentence = `It is being taken offline on ${node} (${phase.because}), to go to ${to}: until it is released nobody else may have it.`;
    return { code: "draining", rule: "GR9", sentence };
  }
  const silentMs = silentForMs(state, incarnation, turn.now);
  if (silentMs === null || silentMs > definition.lease.ttlMs) {
    return whileSilent(turn, hold, definition.lease.ttlMs);
  }
  if (arrival === null) {
    const sentence = `${node} owns it under epoch ${epoch}; the journal does not tell any more how that came about.`;
    return { code: "not-told", rule: "JN5", sentence };
  }
  const { because, from, actor } = arrival;
  const [rule, why] = arrivals[because];
  return {
    code: because,
    rule,
    sentence: `${node} owns it under epoch ${epoch}: ${why(from ?? "its last owner", actor)}.`,
  };
}

function whileSilent(turn: Turn, hold: Hold, ttlMs: number): Reason {
  const { node: owner, epoch } = hold;
  const silent = `${owner} holds it under epoch ${epoch} and is silent`;
  const counts = `has to count ${ttlMs} ms of that before anybody else may have it`;
  const claimants = claimantsNow(turn, hold);
  if (claimants === null) return { code: "owner-silent", rule: "EN3", sentence: `${silent}: a witness ${counts}.` };
  const names = claimants.map(({ node }) => node).join(" or ");
  const sentence = claimants.some(({ isThere }) => isThere)
    ? `${silent}: by the word of its peers it may hold it still, so the agent of ${names} ${counts}.`
    : `${silent}: by the word of its peers it may hold it still, so the agent of ${names} ${counts}, and none of them is connected. ` +
      `If they are gone for good, and ${owner} is down: node confirm-down ${owner}.`;
  return { code: "owner-silent", rule: "PW3", sentence };
}

const first = "it was then the first in the order that could take it";
const arrivals: Readonly<Record<OwnedBecause, readonly [rule: string, why: (from: string, actor: string) => string]>> =
  {
    new: ["GP2", () => `nobody had owned it, and ${first}`],
    expired: ["EN3", (from) => `${from} lost its lease, and ${first}`],
    "confirmed-down": ["EN11", (from) => `an operator confirmed that ${from} was down, and ${first}`],
    released: ["GP11", (from) => `${from} released it, and ${first}`],
    move: ["GP2", (from, actor) => `${actor} moved it away from ${from}`],
    failback: ["GP17", (from) => `it came home from ${from}`],
    pause: ["GP9", (from, actor) => `${actor} paused ${from}, and ${first}`],
    failover: ["GP4", (from) => `a resource failed on ${from} too often, and ${first}`],
    redefined: ["EN9", (from) => `a new definition took it from ${from}, and ${first}`],
    readdressed: ["EN12", (from) => `its addresses were changed while ${from} had it, and ${first}`],
    deleted: ["EN9", (from) => `it was deleted on ${from} and created again, and ${first}`],
    evicted: ["EN9", (from) => `${from} was evicted, and ${first}`],
    "rolled-back": ["ST5", (from) => `the control plane's state was rolled back while ${from} had it, and ${first}`],
  };

function whyNobody({ row }: Subject, blocked: readonly Reason[], candidates: readonly CandidateExplanation[]): Reason {
  const [block] = blocked;
  if (block !== undefined) return { ...block, sentence: `Nobody owns it. ${block.sentence}` };
  const before = (row.plan.loss ?? noLoss).from;
  const lost = before === null ? "Nobody owns it" : `Nobody owns it since ${before} lost it`;
  if (candidates.some(({ mayOwn }) => mayOwn)) {
    return { code: "about-to-be-owned", rule: "GP2", sentence: `${lost}; it goes to the first candidate that may.` };
  }
  return { code: "no-candidate", rule: "GP2", sentence: `${lost}, and no node may have it now: each has its reason.` };
}

/** In the order in which they would have to go away. */
function blocksOf({ turn, definition, group, row, hold, maintenance }: Subject): Reason[] {
  const blocks: Reason[] = [];
  const { start } = turn.memory;
  if (start.kind === "holding") {
    const sentence = `The control plane has just started: no epoch begins until a run has counted ${start.holdMs} ms.`;
    blocks.push({ code: "starting", rule: "ST1", sentence: `${sentence}${nobodyCounts(turn)}` });
  }
  const addresses = addressesOf(servedResources(definition, group));
  for (const other of holdersOf(turn, addresses)) {
    if (other === hold) continue;
    const sentence = `An address of it is still held by ${other.node}, with group ${other.group} under epoch ${other.epoch}.`;
    blocks.push({ code: "address-held", rule: "EN9", sentence });
  }
  const asked = isByOperator(row.plan.loss ?? noLoss);
  if (maintenance && !(hold === null && asked)) {
    const sentence = "The cluster is in maintenance: it observes, and moves, starts or restarts nothing by itself.";
    blocks.push({ code: "maintenance", rule: "GP19", sentence });
  }
  return blocks;
}
