/** Bounds of what comes in from outside. Those of a cluster's own collections stand in `src/cluster/limits.ts`. */
export const protocolLimits = {
  /** Bytes of a request's body. */
  bodyBytes: 1_048_576,
  /** Bytes of one message on a session connection. */
  frameBytes: 1_048_576,
  /** Levels of a document. A definition has eight. */
  depth: 32,
  /** Clusters of one deployment: the rows of its directory. */
  clusters: 5_000,
  /** Tokens of one cluster. */
  tokens: 256,
  /** Requests of one token at once. What a lease hangs on is not counted. */
  requestsAtOnce: 400,
  /** Requests of one token a second, from then on. */
  requestsPerSecond: 100,
  /** Requests of the admin token at once, for each instance of the Worker. */
  adminRequestsAtOnce: 2_000,
  /** Requests of the admin token a second, from then on. */
  adminRequestsPerSecond: 500,
  /** Simulations that are under way in one instance of the Worker. */
  simulations: 4,
  /** How long a simulation that was left takes its place. */
  simulationMs: 60_000,
  /** Connections of one node that wait for their hello, or have said it. Beyond, the oldest without a hello is closed. */
  sessionSocketsPerNode: 8,
  /** Watchers of one cluster, WebSocket and SSE together; one token opens half of them at most. */
  watchers: 100,
  /** Pieces of a watcher's stream that may wait to be read before it is dropped. */
  watcherQueue: 1_000,
  /** Journal entries of one answer. */
  eventsPage: 1_000,
  /** Journal entries of an answer when the question does not say how many. */
  eventsPageDefault: 100,
  /** Changes of owner of one answer. */
  failoversPage: 200,
  /** Problems named in one answer. */
  problemsNamed: 100,
  /** Characters of a stable code. */
  codeLength: 64,
  /** Characters of a reason or sentence of somebody else's. */
  reasonLength: 1_024,
  /** Characters of a host name or of an address in text. */
  hostLength: 255,
  /** Witness counts in one renewal: one for each ownership and each run that is waited for. */
  claims: 1_000,
  /** Answers kept for clients that may send a request again; beyond, whoever has most loses their oldest. */
  idempotencyKeys: 1_000,
  /** Characters of an `Idempotency-Key`. */
  idempotencyKeyLength: 255,
  /** Characters of a kept answer. Even of three bytes each they fit a row of the edge. */
  idempotencyAnswerLength: 640_000,
  /** Keys of the cluster registry. */
  registryKeys: 2_000,
  /** Values of the cluster registry. */
  registryValues: 10_000,
  /** Bytes of all values of the cluster registry together, as Windows counts them. */
  registryBytes: 1_048_576,
  /** Bytes of one value of the cluster registry. */
  registryValueBytes: 65_536,
  /** Characters of the name of a key or value. */
  registryNameLength: 255,
  /** Characters of a whole key. */
  registryKeyLength: 1_024,
  /** Names that a whole key may have. */
  registryDepth: 16,
  /** Commands, conditions or reads of one batch. */
  registryBatch: 500,
  /** Changes of the registry that one token may make within ten seconds: each is an entry of the journal. */
  registryWritesInTenSeconds: 100,
  /** Notify ports of one cluster. */
  notifyPorts: 64,
  /** Registrations of one notify port. */
  notifyRegistrations: 64,
  /** A port that nobody asks for so long is forgotten. */
  notifyPortIdleMs: 3_600_000,
  /** Notifications of one answer. */
  notifications: 100,
  /** How long a question may wait for its answer. */
  waitMs: 30_000,
  /** Questions of one cluster that may wait at a time; of one token half of them at most. */
  waiters: 256,
  /** Objects of one page of an enumeration. */
  enumPage: 1_000,
  /** Objects of a page when the question does not say how many. */
  enumPageDefault: 100,
  /** Journal entries beyond `limits.journal` that may gather before they are removed together. */
  journalTrimBatch: 100,
  /** Webhooks of one cluster. */
  webhooks: 16,
  /** Characters of where a webhook leads. */
  webhookUrlLength: 2_048,
  /** Characters of what is said about a webhook. */
  webhookDescriptionLength: 255,
} as const;
