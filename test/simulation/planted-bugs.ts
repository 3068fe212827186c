/**
 * One-line mutations of brain and agent, each a weaker wording of a rule. The simulation has to find each of them: that is what
 * shows that its judges can see.
 */
export type PlantedBug = {
  readonly rule: string;
  readonly what: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** It was there once, and a seed has found it. */
  readonly once?: true;
  /** It changes nothing where groups are not held by the word of peers. */
  readonly ofPeers?: true;
};

export const plantedBugs = {
  "claim-without-k": {
    rule: "EN3",
    what: "a claim says only: I have counted a ttl for this epoch",
    file: "src/cluster/lease/witness.ts",
    find: "if (itsOwn || silence.k !== silenceOf(turn, hold) || countedMs",
    replace: "if (itsOwn || countedMs",
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
  },
  "addresses-not-told": {
    rule: "ST5",
    what: "an owner does not tell a control plane that was rolled back which addresses it has got under its epoch",
    file: "src/cluster/lease/start.ts",
    find: "const more = addressesBeyond(hold, told.addresses);",
    replace: "const more: string[] = [];",
  },
  "epoch-used-twice": {
    rule: "EN6",
    what: "the epoch does not grow with a change of owner",
    file: "src/cluster/lease/ownership.ts",
    find: "const epoch = row.epoch + 1;",
    replace: "const epoch = Math.max(1, row.epoch);",
  },
  "margin-removed": {
    rule: "GR1",
    what: "the fuse lasts as long as the lease, and pays for no difference of two clocks",
    file: "src/agent/fuse.ts",
    find: "return sentAt + ttlMs - marginMs(ttlMs);",
    replace: "return sentAt + ttlMs;",
  },
  "fuse-a-renewal-too-long": {
    rule: "GR1",
    what: "the fuse lasts a renewal longer than the lease",
    file: "src/agent/fuse.ts",
    find: "return sentAt + ttlMs - marginMs(ttlMs);",
    replace: "return sentAt + (ttlMs * 5) / 4 - marginMs(ttlMs);",
  },
  "newest-ttl-counts": {
    rule: "EN4",
    what: "a silence has to last as long as the newest grant, not as the longest that may still be held for",
    file: "src/cluster/lease/grants.ts",
    find: "return Math.max(confirmed, ttlMs, ...unconfirmed.map((sent) => sent.ttlMs));",
    replace: "return ttlMs;",
  },
  "shorter-ttl-at-once": {
    rule: "GR13",
    what: "an owner that has read of a shorter lease goes by it at once, whatever its fences were told before",
    file: "src/agent/session-line.ts",
    find: "ttlHeldMs: longestTtlHeld(mayStand, now),",
    replace: "ttlHeldMs: 0,",
    once: true,
  },
  "no-hold-at-the-start": {
    rule: "ST1",
    what: "an object that has just started begins epochs at once",
    file: "src/cluster/lease/start.ts",
    find: 'start: { kind: "holding", holdMs: holdMs(durable) },',
    replace: 'start: { kind: "over" },',
  },
  "blown-fuse-resumes": {
    rule: "ST2",
    what: "an object that has just started extends an owner whose fuse has blown",
    file: "src/cluster/lease/grants.ts",
    find: "return renewal.intact.some(({ group, epoch }) => group === hold.group && epoch === hold.epoch);",
    replace: "return true;",
  },
  "generation-without-nonce": {
    rule: "ST5",
    what: "two starts of one number are taken for one",
    file: "src/cluster/lease/generation.ts",
    find: "return seen.number > ours.number || (seen.number === ours.number && seen.nonce !== ours.nonce);",
    replace: "return seen.number > ours.number;",
  },
  "told-before-written": {
    rule: "GR2",
    what: "messages are sent before what they stand on is written",
    file: "src/cluster/turn.ts",
    find: 'if (changes.length > 0) effects.push({ type: "persist", changes });',
    replace:
      'effects.push(...turn.sends.splice(0)); if (changes.length > 0) effects.push({ type: "persist", changes });',
  },
  "older-assignment-obeyed": {
    rule: "GR6",
    what: "an assignment that was overtaken by a newer one is obeyed",
    file: "src/agent/session.ts",
    find: "if (compareRevisions(assignment.revision, state.assignment?.revision ?? null) <= 0) return state;",
    replace: "",
  },
  "blown-unnoticed": {
    rule: "AM2",
    what: "a fuse that blew while its agent was frozen is renewed by the first answer that is read",
    file: "src/agent/session.ts",
    find: "const current = giveOrders(noteBlown(forgetBrokenCounts(before, event.now), event.now, effects), event.now, effects);",
    replace: "const current = forgetBrokenCounts(before, event.now);",
    once: true,
  },
  "released-and-online-again": {
    rule: "EN2",
    what: "what has been released is brought online again under the same epoch when it is assigned once more",
    file: "src/agent/session.ts",
    find: ".filter((group) => state.final.includes(holdId(group)))",
    replace: ".filter(() => false)",
  },
  "address-of-another": {
    rule: "EN9",
    what: "an epoch begins although another ownership has its address",
    file: "src/cluster/lease/ownership.ts",
    find: "return holdersOf(turn, addresses).length > 0;",
    replace: "return false;",
  },
  "address-of-another-on-the-host": {
    rule: "HO7",
    what: "an address comes online while another ownership, whose turn it is to go, still has it on the same host",
    file: "src/agent/host-reconcile.ts",
    find: "if (isHadByAnother(host, ref, spec)) continue;",
    replace: "",
    once: true,
  },
  "journal-begins-anew": {
    rule: "JN1",
    what: "an object that starts again numbers its journal from the first entry on",
    file: "src/cluster/lease/start.ts",
    find: "    journaled,\n",
    replace: "    journaled: 0,\n",
  },
  "bind-without-the-address": {
    rule: "LS1",
    what: "an agent answers BIND before the address is online",
    file: "src/agent/local-verdict.ts",
    find: 'return defer("address-not-online");',
    replace: "{}",
  },
  "bind-outlives-the-fuse": {
    rule: "LS1",
    what: "an agent's answer is good for longer than its fuse",
    file: "src/agent/local-verdict.ts",
    find: "const validForMs = Math.floor(hold.mode.deadline - now);",
    replace: "const validForMs = Math.ceil(hold.mode.deadline - now) + 100;",
  },
  "expired-for-ever": {
    rule: "EN7",
    what: "a run whose ownership expired is never chosen again, although it renews",
    file: "src/cluster/lease/sessions.ts",
    find: "expired: deaf && before.expired,",
    replace: "expired: before.expired,",
  },
  "released-before-verified": {
    rule: "HO4",
    what: "what is being taken away counts as offline before that is done",
    file: "src/agent/host-work.ts",
    find: 'return phase.kind === "Offline" || phase.kind === "Failed";',
    replace: 'return phase.kind !== "Online" && phase.kind !== "OnlinePending";',
  },
  "epochs-of-a-group-that-was-deleted": {
    rule: "EN6",
    what: "a group that is created again begins with epochs that it has had",
    file: "src/cluster/definition/define.ts",
    find: "epochFloor = Math.max(epochFloor, row.epoch);",
    replace: "",
  },
  "renewals-in-any-order": {
    rule: "GR8",
    what: "a renewal that was overtaken by a newer one counts",
    file: "src/cluster/lease/sessions.ts",
    find: "if (message.n <= before.lastRenewal) return;",
    replace: "",
  },
  "time-that-was-lost": {
    rule: "AM7",
    what: "a fuse goes on as if the host had not been suspended",
    file: "src/agent/session.ts",
    find: "[id, { ...fuse, granted: Math.min(fuse.granted, now) }]",
    replace: "[id, fuse]",
  },
  "asked-before-time-was-lost": {
    rule: "AM7",
    what: "what was asked for before a host was suspended is granted afterwards",
    file: "src/agent/session.ts",
    find: 'link.kind === "joined" ? { ...link, inFlight: [] } : link };',
    replace: "link };",
  },
  "seen-and-not-written-down": {
    rule: "AM3",
    what: "an agent obeys what it has not written down",
    file: "src/agent/session.ts",
    find: 'if (taken.seen !== before.seen) effects.unshift({ type: "remember", seen: taken.seen });',
    replace: "",
  },
  "hold-of-the-longest-preset": {
    rule: "ST1",
    what: "a cluster that is defined while the object holds waits as long as the longest preset says",
    file: "src/cluster/definition/define.ts",
    find: 'if (before === null && turn.memory.start.kind === "holding") {',
    replace: "if (false) {",
    once: true,
  },
  "tries-that-were-forgotten": {
    rule: "GP3",
    what: "the failure of a try that a rolled-back state has forgotten is never judged",
    file: "src/cluster/policies/troubles.ts",
    find: "const trouble = { ...known, attempt: Math.max(known.attempt, resource.attempt) };",
    replace: "const trouble = known;",
    once: true,
  },
  "shown-under-an-epoch-that-was-seen": {
    rule: "ST5",
    what: "after a roll-back a group is shown under an epoch that somebody has seen, and owned under a lower one",
    file: "src/cluster/lease/ownership.ts",
    find: "return holdOf(of, name)?.epoch ?? epoch;",
    replace: "return epoch;",
    once: true,
  },
  "no-room-for-a-run": {
    rule: "DF7",
    what: "runs of hosts that have lost their power keep every later run of their node away",
    file: "src/cluster/lease/sessions.ts",
    find: "const silent = runs.find((session) => mayMakeRoom(turn, session));",
    replace: "const silent = runs.find(() => false);",
    once: true,
  },
  "claim-in-spite-of-a-promise": {
    rule: "PW4",
    what: "a run claims what it has counted although a promise of its own lasts",
    file: "src/agent/witness.ts",
    find: "return Math.max(since + silence.ttlMs, bound.get(silence.subject)?.until ?? Number.NEGATIVE_INFINITY);",
    replace: "return since + silence.ttlMs;",
    ofPeers: true,
  },
  "promise-counts-from-the-last-ask": {
    rule: "PW2",
    what: "a promise counts from the last time that the peer was asked, not from the time that it answers",
    file: "src/agent/peers/asking.ts",
    find: "const { sentAt: askedAt, durationMs } = ask;",
    replace: "const { durationMs } = ask; const askedAt = state.words.askedAt ?? 0;",
    ofPeers: true,
  },
  "anybody-claims": {
    rule: "PW3",
    what: "anybody ends by a count what an owner may hold by others' word",
    file: "src/cluster/lease/witness.ts",
    find: "if (!mayClaim(hold, session)) return;",
    replace: "",
    ofPeers: true,
  },
  "list-counts-at-once": {
    rule: "PW3",
    what: "a new list counts before the owner has said that it goes by it",
    file: "src/cluster/lease/agreement.ts",
    find: "const claimants = bothOf(hold.agreement.claimants, claimantsOf(owner, peers));",
    replace: "const claimants = claimantsOf(owner, peers);",
    ofPeers: true,
  },
  "promise-lights-a-fuse": {
    rule: "PW6",
    what: "a promise lights a fuse that has blown",
    file: "src/agent/session-holds.ts",
    find: "return withoutPromises(next, new Set(over.map(([id]) => id)));",
    replace: "return next;",
    ofPeers: true,
  },
  "gone-before-offline": {
    rule: "PW5",
    what: "an owner tells its peers that it has nothing any more before all is offline",
    file: "src/agent/peers/asking.ts",
    find: "(!isLive(state.fuses.get(id), now) && state.fuses.has(id) && offline.has(id));",
    replace: "(!isLive(state.fuses.get(id), now) && state.fuses.has(id) && offline.size >= 0);",
    ofPeers: true,
  },
  "gone-voids-later-promises": {
    rule: "PW5",
    what: "a withdrawal of an owner's counts whatever was promised to it since",
    file: "src/agent/peers/vouching.ts",
    find: "if (vouched === undefined || n < heardOf(state, vouched, now)) continue;",
    replace: "if (vouched === undefined) continue;",
    ofPeers: true,
  },
  "promises-outlive-time-that-was-lost": {
    rule: "PW6",
    what: "what peers promised before a host was suspended holds its groups afterwards",
    file: "src/agent/session.ts",
    find: "const alone = withoutPromises({ ...state, fuses }, new Set(fuses.keys()));",
    replace: "const alone = { ...state, fuses };",
    ofPeers: true,
  },
  "empty-list-agrees": {
    rule: "PW1",
    what: "nobody's word is everybody's: an empty list holds",
    file: "src/agent/peers/asking.ts",
    find: "if (!fuse.covered || peers.length === 0) return Number.NEGATIVE_INFINITY;",
    replace: "if (!fuse.covered) return Number.NEGATIVE_INFINITY;",
    ofPeers: true,
  },
} as const satisfies Record<string, PlantedBug>;

export type PlantedBugName = keyof typeof plantedBugs;

/** @throws when there is none of this name */
export function bugOf(name: string): PlantedBug {
  const bug = Object.entries<PlantedBug>(plantedBugs).find(([key]) => key === name)?.[1];
  if (bug === undefined) throw new Error(`no planted bug is called "${name}"`);
  return bug;
}

/** The text of `file` with the bug in it. @throws when it has not got this line, or has it more than once */
export function planted({ file, find, replace }: PlantedBug, source: string): string {
  const [before, after, ...more] = source.split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`${file} has to have "${find}" once, and has it ${source.split(find).length - 1} times`);
  }
  return `${before}${replace}${after}`;
}
