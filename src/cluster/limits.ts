/** The bound of every collection that a cluster keeps. What would exceed one is refused, with the bound in the sentence. */
export const limits = {
  /** Nodes of a cluster. */
  nodes: 64,
  /** Groups of a cluster. */
  groups: 200,
  /** Resources of one group. */
  resourcesPerGroup: 64,
  /** Resources of a cluster. */
  resources: 2_000,
  /** Networks of a cluster. */
  networks: 32,
  /** Resource types of a cluster's own. */
  resourceTypes: 32,
  /** Characters of a definition as JSON. Even of three bytes each they fit a row of the edge, which takes 2 MB. */
  definitionLength: 640_000,
  /** Characters of the name of a cluster, node, network, group or resource. */
  nameLength: 63,
  /** Characters of a property's text. */
  propertyLength: 1_024,
  /** Texts of one MULTI_SZ property. */
  propertyTexts: 64,
  /** Characters of a dependency that is written as an expression. */
  expressionLength: 4_096,
  /** Runs of one node's agent that are known at a time: the one that serves, and those that wait for it to be over. */
  sessionsPerNode: 4,
  /** Operations that are kept: finished ones make room, oldest first. */
  operations: 256,
  /** Operations that are under way. */
  operationsPending: 64,
  /** Operations that are under way, with those that end something, which find room when there is none for others. */
  operationsPendingInAll: 128,
  /** Events kept in the journal; older ones are forgotten. */
  journal: 10_000,
  /** Addresses of one ownership, with those that it need not have any more. */
  addressesHeld: 128,
  /** Resources of a group whose demands are kept; at the bound, those that are no longer defined are forgotten. */
  demandsKept: 128,
  /** The newest associations, which the state of the cluster shows. */
  associationsShown: 32,
  /** Associations of one agent's report. */
  associationsReported: 32,
  /** Notices in one report. */
  noticesReported: 16,
  /** Association reports that one reporter may make within ten seconds. */
  reportsInTenSeconds: 40,
  /** Reporters whose rate is remembered. */
  reporters: 320,
  /** How far ahead of ours a generation or an epoch may be that an agent says it has seen. */
  plausibleJump: 2 ** 20,
  /** Ownerships that one release may name. */
  releasedNamed: 400,
  /** Ownerships of which agents speak in one datagram: even with the longest names they fit one. */
  holdsOfPeerMessage: 8,
} as const;
