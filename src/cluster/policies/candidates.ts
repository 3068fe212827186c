import { type ClusterDefinition, type GroupDefinition, lookup, possibleOwners } from "../definition/definition.ts";
import { dwordOf, textsOf } from "../properties/properties.ts";
import { clusterProperties, groupProperties } from "../properties/property-tables.ts";
import { isQuarantined } from "./quarantine.ts";
import type { Loss, Session } from "../state.ts";
import type { Turn } from "../turn.ts";

/** A node that might own a group, in the order of choice, and what speaks against it: nothing for one that may be chosen. */
export type Candidate = {
  readonly node: string;
  /** The run that would own it. */
  readonly session: Session | null;
  readonly rejected: Rejection | null;
};

/** Why a node is passed over. `rule`: the rule of SPEC.md that says so. */
export type Rejection = { readonly code: RejectionCode; readonly rule: string; readonly sentence: string };
export const rejectionCodes = [
  "not-possible-owner",
  "not-joined",
  "joining",
  "paused",
  "quarantined",
  "leaving",
  "expired",
  "deaf",
  "not-answered",
  "not-heard-since",
  "anti-affinity",
] as const;
export type RejectionCode = (typeof rejectionCodes)[number];

const rules: Readonly<Record<RejectionCode, string>> = {
  "not-possible-owner": "GP2",
  "not-joined": "EN7",
  joining: "ST4",
  paused: "GP9",
  quarantined: "GP18",
  leaving: "GP11",
  expired: "EN7",
  deaf: "GR5",
  "not-answered": "EN7",
  "not-heard-since": "EN7",
  "anti-affinity": "GP16",
};

type Cluster = Pick<Turn, "durable" | "memory" | "now">;

/**
 * Every node of the definition, the next owner of the group first. The same state always gives the same order: the wished
 * target, then the preferred owners in their order, then the other possible owners in the order of the definition; who
 * shares a node with a group of the same AntiAffinityClassNames comes later, and the node that is left last. After a failover the
 * order begins behind that one, so that a group that fails everywhere tries everywhere. (MSCS up to 2008 R2 chose at random without a
 * preferred list.)
 */
export function candidatesFor(
  turn: Cluster,
  definition: ClusterDefinition,
  name: string,
  group: GroupDefinition,
  { because, target, leaving, since }: Loss,
): Candidate[] {
  const order = ownerOrder(definition, group);
  const start = because === "failover" && leaving !== null ? order.indexOf(leaving) + 1 : 0;
  const turned = [...order.slice(start), ...order.slice(0, start)];
  const rotated = [...turned.filter((node) => node !== leaving), ...turned.filter((node) => node === leaving)];
  const wished = target !== null && order.includes(target) ? [target] : [];
  const neighbours = crowdedNodes(turn, definition, name, group);
  const apart = rotated.filter((node) => !neighbours.has(node));
  const together = rotated.filter((node) => neighbours.has(node));
  const enforced = dwordOf(definition.properties, clusterProperties, "ClusterEnforcedAntiAffinity") === 1;
  const possible = [...new Set([...wished, ...apart, ...together])].map((node): Candidate => {
    const candidate = judged(turn, node, since);
    const crowded = enforced && neighbours.has(node);
    return candidate.rejected === null && crowded ? rejected(node, "anti-affinity", neighbours.get(node)) : candidate;
  });
  const others = Object.keys(definition.nodes).filter((node) => !order.includes(node));
  return [...unlessLast(turn, possible, since, leaving), ...others.map((node) => rejected(node, "not-possible-owner"))];
}

/** The node's run that may begin a new epoch, or null. */
export function eligibleSession(turn: Cluster, node: string, since: number): Session | null {
  const candidate = judged(turn, node, since);
  return candidate.rejected === null || candidate.rejected.code === "quarantined" ? candidate.session : null;
}

/** Possible owners: the preferred ones in their order, then the others in the order of the definition. */
export function ownerOrder(definition: ClusterDefinition, group: GroupDefinition): string[] {
  const possible = possibleOwners(definition, group);
  const preferred = group.preferredOwners.filter((node) => possible.includes(node));
  return [...preferred, ...possible.filter((node) => !preferred.includes(node))];
}

/** Quarantine never takes the last owner (LEASE rule 22); the node that is left is none. */
function unlessLast(
  turn: Cluster,
  candidates: readonly Candidate[],
  since: number,
  leaving: string | null,
): readonly Candidate[] {
  if (candidates.some(({ node, rejected }) => rejected === null && node !== leaving)) return candidates;
  return candidates.map((candidate) =>
    candidate.rejected?.code === "quarantined"
      ? { ...candidate, rejected: null, session: eligibleSession(turn, candidate.node, since) }
      : candidate,
  );
}

/** The best run of a node, and what speaks against it. */
function judged(turn: Cluster, node: string, since: number): Candidate {
  const row = turn.durable.nodes.get(node);
  if (row === undefined || row.paused) return rejected(node, "paused");
  let best: Candidate = rejected(node, "not-joined");
  for (const session of turn.memory.sessions.values()) {
    if (session.node !== node) continue;
    const code = objectionTo(session, since);
    if (code === null) {
      const quarantined = isQuarantined(row, turn.now);
      return { node, session, rejected: quarantined ? rejected(node, "quarantined").rejected : null };
    }
    best = rejected(node, code);
  }
  return best;
}

function objectionTo(session: Session, since: number): RejectionCode | null {
  const { connection, standing, expired, deaf, leaving } = session;
  if (connection.kind !== "open") return "not-joined";
  if (standing.kind !== "Up") return "joining";
  if (expired) return "expired";
  if (deaf) return "deaf";
  if (leaving) return "leaving";
  const lastAnswer = connection.answers.at(-1);
  if (lastAnswer === undefined) return "not-answered";
  return lastAnswer >= since ? null : "not-heard-since";
}

/** By node: a group there that shares a class of AntiAffinityClassNames with this one. */
function crowdedNodes(
  { durable }: Cluster,
  definition: ClusterDefinition,
  name: string,
  group: GroupDefinition,
): Map<string, string> {
  const crowded = new Map<string, string>();
  const classes = classesOf(group);
  if (classes.length === 0) return crowded;
  for (const hold of durable.holds.values()) {
    const other = lookup(definition.groups, hold.group);
    if (hold.group === name || other === undefined) continue;
    if (classesOf(other).some((of) => classes.includes(of))) crowded.set(hold.node, hold.group);
  }
  return crowded;
}

function classesOf({ properties }: GroupDefinition): readonly string[] {
  return textsOf(properties, groupProperties, "AntiAffinityClassNames");
}

function rejected(node: string, code: RejectionCode, about = ""): Candidate {
  return { node, session: null, rejected: { code, rule: rules[code], sentence: sentences[code](node, about) } };
}

const sentences: Readonly<Record<RejectionCode, (node: string, about: string) => string>> = {
  "not-possible-owner": (node) => `${node} is not a possible owner of every resource of the group.`,
  "not-joined": (node) => `The agent of ${node} is not connected.`,
  joining: (node) => `${node} is still joining: an earlier run of its agent is not over yet.`,
  paused: (node) => `${node} is paused.`,
  quarantined: (node) => `${node} is in quarantine: it lost its lease too often.`,
  leaving: (node) => `The agent of ${node} is stopping.`,
  expired: (node) => `${node} lost its lease and has not renewed since.`,
  deaf: (node) => `${node} does not hear what it is told.`,
  "not-answered": (node) => `${node} has not renewed yet.`,
  "not-heard-since": (node) => `${node} has not renewed since the last owner fell silent: it may be gone as well.`,
  "anti-affinity": (node, about) => `${node} owns group ${about}, which is to stay apart from this one.`,
};
