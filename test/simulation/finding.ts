/** What is wrong with a run, and which checker has seen it. */
export class Finding extends Error {
  readonly checker: Checker;

  constructor(checker: Checker, message: string) {
    super(message);
    this.checker = checker;
  }
}

export const checkers = {
  "one-speaker": "at every instant at most one host speaks from an address",
  "old-epoch": "nobody begins or goes on to speak under an epoch when a later one of the group has begun",
  "epochs-grow": "the epochs of a group only grow, and none begins twice",
  verdict: "an agent answers BIND only while its fuse is live and its host speaks from the address",
  journal: "the journal has no gap",
  invariants: "the state of the brain is one that can be",
  "online-again": "when faults have ended every group is online, and stays so",
  moved: "a run changes an owner",
  ends: "nobody spins",
} as const;
export type Checker = keyof typeof checkers;
