/** What is wrong with a run, and which judge has seen it. */
export class Finding extends Error {
  readonly judge: JudgeName;

  constructor(judge: JudgeName, message: string) {
    super(message);
    this.judge = judge;
  }
}

export const judges = {
  "one-speaker": "at every instant at most one host speaks from an address",
  "old-epoch":
    "nobody begins or goes on to speak under an epoch when a later one of the group has begun, or when it has seen one itself",
  "epochs-grow": "the epochs of a group only grow, none begins twice, and one run speaks under each",
  released: "what a run has released it never has online again",
  memory: "what an agent obeys it has written down before, and what it has written down never grows less",
  verdict: "an agent answers BIND only while its fuse is live and its host speaks from the address",
  journal: "the journal has no gap",
  invariants: "the state of the brain is one that can be",
  "online-again": "when faults have ended every group is online, and stays so",
  moved: "a run changes an owner",
  ends: "nobody spins",
} as const;
export type JudgeName = keyof typeof judges;
