/** The bound of every collection that a cluster keeps. What would exceed one is refused, with the bound in the sentence. */
export const limits = {
  nodes: 64,
  groups: 200,
  resourcesPerGroup: 64,
  resources: 2_000,
  networks: 32,
  resourceTypes: 32,
  /** Characters of a definition as JSON. Even of three bytes each they fit a row of the edge, which takes 2 MB. */
  definitionLength: 640_000,
  nameLength: 63,
  propertyLength: 1_024,
  /** Texts of one MULTI_SZ property. */
  propertyTexts: 64,
  expressionLength: 4_096,
  /** Runs of one node's agent that are known at a time: the one that serves, and those that wait for it to be over. */
  sessionsPerNode: 4,
  /** Operations that are kept: finished ones make room, oldest first. */
  operations: 256,
  operationsPending: 64,
  /** With those that end something, which find room when there is none for others. */
  operationsPendingInAll: 128,
  /** Events kept in the journal; older ones are forgotten. */
  journal: 10_000,
  /** Addresses of one ownership, with those that it need not have any more. */
  addressesHeld: 128,
  /** Resources of a group whose demands are kept; at the bound, those that are no longer defined are forgotten. */
  demandsKept: 128,
  associationsShown: 32,
  /** Associations of one agent's report. */
  associationsReported: 32,
  /** Notices in one report. */
  noticesReported: 16,
  /** Association reports that one reporter may make within ten seconds. */
  reportsInTenSeconds: 40,
  reporters: 320,
  /** How far ahead of ours a generation or an epoch may be that an agent says it has seen. */
  plausibleJump: 2 ** 20,
  releasedNamed: 400,
  /** Ownerships of which agents speak in one datagram: even with the longest names they fit one. */
  holdsOfPeerMessage: 8,
} as const;
