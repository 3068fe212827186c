import type { ClusterView } from "./view.ts";

/**
 * What takes the place of a quorum. The control plane's storage is the only arbiter, so there are no votes to count; what
 * can be missing is a witness: without one, a silent owner's ownership cannot end, and its groups wait.
 */
export type Quorum = {
  readonly arbiter: "control-plane";
  readonly generation: number;
  /** Started a moment ago: no epoch begins yet. */
  readonly starting: boolean;
  /** Nodes whose agents are joined, and so can count a silence. */
  readonly witnesses: readonly string[];
  /** By group that is owned: who could end its ownership if its owner fell silent. */
  readonly ownerships: readonly {
    readonly group: string;
    readonly owner: string;
    readonly epoch: number;
    readonly witnesses: readonly string[];
  }[];
  readonly sentence: string;
};

export function quorumOf({ nodes, groups, generation, starting }: ClusterView): Quorum {
  const witnesses = Object.entries(nodes)
    .filter(([, { state }]) => state === "Up" || state === "Paused" || state === "Joining")
    .map(([name]) => name);
  const ownerships = Object.entries(groups).flatMap(([group, { owner, lastOwner, epoch, peers }]) => {
    const holder = owner === "Unknown" ? lastOwner : owner;
    if (holder === null) return [];
    // With a list of peers only those may end it who are in it (PW3).
    const mayCount = (node: string): boolean => peers.length === 0 || peers.some((peer) => peer.node === node);
    return [{ group, owner: holder, epoch, witnesses: witnesses.filter((node) => node !== holder && mayCount(node)) }];
  });
  const unwitnessed = ownerships.filter((one) => one.witnesses.length === 0).map(({ group }) => group);
  return {
    arbiter: "control-plane",
    generation,
    starting,
    witnesses,
    ownerships,
    sentence: sentenceOf(unwitnessed, starting),
  };
}

function sentenceOf(unwitnessed: readonly string[], starting: boolean): string {
  if (starting)
    return "The control plane started a moment ago: no group changes its owner before a lease has been counted.";
  if (unwitnessed.length === 0) return "Every owner has a witness: if it falls silent, its groups go elsewhere.";
  return `Nobody could witness that the owner of ${unwitnessed.join(", ")} fell silent: such a group would wait for it, or for confirm-down.`;
}
