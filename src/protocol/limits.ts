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
  /** Requests of one token: so many at once, and so many a second from then on. What a lease hangs on is not counted. */
  requestsAtOnce: 400,
  requestsPerSecond: 100,
  /** Those of the admin token, for each instance of the Worker. */
  adminRequestsAtOnce: 2_000,
  adminRequestsPerSecond: 500,
  /** Simulations that are under way in one instance of the Worker, and how long one that was left takes its place. */
  simulations: 4,
  simulationMs: 60_000,
  /** Connections of one node that wait for their hello, or have said it. Beyond, the oldest without a hello is closed. */
  sessionSocketsPerNode: 8,
  /** Watchers of one cluster, WebSocket and SSE together; one token opens half of them at most. */
  watchers: 100,
  /** Pieces of a watcher's stream that may wait to be read before it is dropped. */
  watcherQueue: 1_000,
  /** Journal entries of one answer, and how many when the question does not say. */
  eventsPage: 1_000,
  eventsPageDefault: 100,
  /** Changes of owner of one answer. */
  failoversPage: 200,
  /** Problems named in one answer. */
  problemsNamed: 100,
  /** Characters of a stable code, and of a reason or sentence of somebody else's. */
  codeLength: 64,
  reasonLength: 1_024,
  /** Characters of a host name or of an address in text. */
  hostLength: 255,
  /** Witness counts in one renewal: one for each ownership and each run that is waited for. */
  claims: 1_000,
  /** Answers kept for clients that may send a request again; beyond, whoever has most loses their oldest. */
  idempotencyKeys: 1_000,
  idempotencyKeyLength: 255,
  /** Characters of a kept answer. Even of three bytes each they fit a row of the edge. */
  idempotencyAnswerLength: 640_000,
  /** The cluster registry: keys, values, and bytes of all values together, as Windows counts them. */
  registryKeys: 2_000,
  registryValues: 10_000,
  registryBytes: 1_048_576,
  registryValueBytes: 65_536,
  /** Characters of the name of a key or value, of a whole key, and how many names it may have. */
  registryNameLength: 255,
  registryKeyLength: 1_024,
  registryDepth: 16,
  /** Commands, conditions or reads of one batch. */
  registryBatch: 500,
  /** Changes of the registry that one token may make within ten seconds: each is an entry of the journal. */
  registryWritesInTenSeconds: 100,
  /** Notify ports of one cluster, and registrations of one port. */
  notifyPorts: 64,
  notifyRegistrations: 64,
  /** A port that nobody asks for so long is forgotten. */
  notifyPortIdleMs: 3_600_000,
  /** Notifications of one answer. */
  notifications: 100,
  /** How long a question may wait for its answer, and how many may wait at a time; of one token half of them at most. */
  waitMs: 30_000,
  waiters: 256,
  /** Objects of one page of an enumeration, and how many when the question does not say. */
  enumPage: 1_000,
  enumPageDefault: 100,
  /** Journal entries beyond `limits.journal` that may gather before they are removed together. */
  journalTrimBatch: 100,
  /** Webhooks of one cluster, and characters of where one leads and of what is said about it. */
  webhooks: 16,
  webhookUrlLength: 2_048,
  webhookDescriptionLength: 255,
} as const;
