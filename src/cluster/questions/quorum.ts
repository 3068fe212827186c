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
  /** By group that is owned: who could end its ownership if its owner fell silent, and who is joined and could not (PW3). */
  readonly ownerships: readonly {
    readonly group: string;
    readonly owner: string;
    readonly epoch: number;
    readonly witnesses: readonly string[];
    readonly excluded: readonly string[];
  }[];
  readonly sentence: string;
};

export function quorumOf({ nodes, groups, generation, starting }: ClusterView): Quorum {
  const witnesses = Object.entries(nodes)
    .filter(([, { state }]) => state === "Up" || state === "Paused" || state === "Joining")
    .map(([name]) => name);
  const ownerships = Object.entries(groups).flatMap(([group, { owner, lastOwner, epoch, claimants }]) => {
    const holder = owner === "Unknown" ? lastOwner : owner;
    if (holder === null) return [];
    const others = witnesses.filter((node) => node !== holder);
    if (claimants === null) return [{ group, owner: holder, epoch, witnesses: others, excluded: [] }];
    const there = claimants.filter(({ isThere }) => isThere).map(({ node }) => node);
    const excluded = others.filter((node) => !there.includes(node));
    return [{ group, owner: holder, epoch, witnesses: there, excluded }];
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
