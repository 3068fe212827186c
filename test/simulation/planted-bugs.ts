/**
 * One-line mutations of brain and agent, each a wording of a rule that was tried and failed (the list in SPEC.md). The
 * simulation has to find each of them: that is what shows that its checkers can see.
 */
export type PlantedBug = {
  readonly rule: string;
  readonly what: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Where to begin, a little before a seed that finds it: from 6 001 on it takes hundreds of runs, or thousands. */
  readonly seed?: number;
};

export const plantedBugs = {
  "claim-without-k": {
    rule: "EN3",
    what: "a claim says only: I have counted a ttl for this epoch",
    file: "src/cluster/lease/witness.ts",
    find: "if (itsOwn || silence.k !== silenceOf(turn, hold) || countedMs",
    replace: "if (itsOwn || countedMs",
    seed: 6_860,
  },
  "grant-moves-every-fuse": {
    rule: "GR3",
    what: "a grant that does not list an epoch still moves its fuse",
    file: "src/agent/session-holds.ts",
    find: "for (const { group, epoch } of outcome.holds) {",
    replace: "for (const { group, epoch } of [...outcome.holds, ...state.fuses.values()]) {",
  },
  "fuse-counts-from-receipt": {
    rule: "GR1",
    what: "the fuse counts from when the grant arrived, not from before the renewal was sent",
    file: "src/agent/session.ts",
    find: "fuses: granted(state, answer, renewal.sentAt),",
    replace: "fuses: granted(state, answer, now),",
    seed: 6_520,
  },
  "release-before-offline": {
    rule: "EN2",
    what: "an agent releases what is wanted offline without waiting until it is offline",
    file: "src/agent/session-holds.ts",
    find: "return isUnwanted(state, group) && offline.has(id);",
    replace: "return isUnwanted(state, group);",
  },
  "address-given-up-at-once": {
    rule: "EN12",
    what: "an address that an owner need not have any more is free before the owner has ended",
    file: "src/cluster/lease/ownership.ts",
    find: "addresses: [...hold.addresses, ...more], phase });",
    replace: "addresses: [...more], phase });",
    seed: 7_445,
  },
  "addresses-not-told": {
    rule: "ST5",
    what: "an owner does not tell a control plane that was rolled back which addresses it has got under its epoch",
    file: "src/cluster/lease/start.ts",
    find: "const more = addressesBeyond(hold, told.addresses);",
    replace: "const more: string[] = [];",
    seed: 36_201,
  },
  "epoch-used-twice": {
    rule: "EN6",
    what: "the epoch does not grow with a change of owner",
    file: "src/cluster/lease/ownership.ts",
    find: "const epoch = row.epoch + 1;",
    replace: "const epoch = Math.max(1, row.epoch);",
  },
} as const satisfies Record<string, PlantedBug>;

export type PlantedBugName = keyof typeof plantedBugs;
