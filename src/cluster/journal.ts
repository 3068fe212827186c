/** One thing that happened, in a sentence. The journal is bounded, and can be resumed after any number. */
export type JournalEntry = {
  /** Grows by one with each entry of a cluster. */
  readonly seq: number;
  /** Epoch milliseconds of the object's clock. */
  readonly at: number;
  readonly kind: JournalKind;
  readonly severity: "info" | "warning" | "error";
  readonly sentence: string;
  /** Event id of MSCS, where one fits. */
  readonly mscsId: number | null;
  readonly epoch: number | null;
  readonly node: string | null;
  readonly group: string | null;
  readonly resource: string | null;
  /** Who asked for it: a token's id, or `cluster` for what the cluster does of itself. */
  readonly actor: string;
  /** What the sentence says in numbers and names, for programs; its keys depend on the kind. */
  readonly details: JournalDetails | null;
};
export type JournalDetails = Readonly<Record<string, string | number | null>>;

export const journalKinds = [
  "object.started",
  "object.rolled-back",
  "object.unwritable",
  "cluster.defined",
  "node.joined",
  "node.joining",
  "node.left",
  "node.paused",
  "node.resumed",
  "node.confirmed-down",
  "node.quarantined",
  "node.quarantine-ended",
  "node.notice",
  "node.key-changed",
  "cluster.maintenance",
  "cluster.destroyed",
  "group.owned",
  "group.draining",
  "group.released",
  "group.expired",
  "group.online",
  "group.offline",
  "group.interrupted",
  "group.peers",
  "group.move-requested",
  "group.move-scheduled",
  "group.move-cancelled",
  "group.move-failed",
  "group.starting",
  "group.given-up",
  "group.wanted",
  "resource.wanted",
  "resource.failed",
  "operation.failed",
  "resource.fail-requested",
  "resource.restart-requested",
  "registry.changed",
  "association.accepted",
  "association.refused",
  "association.deferred",
  "association.closed",
  "token.created",
  "token.revoked",
  "webhook.created",
  "webhook.deleted",
  "webhook.enabled",
  "webhook.disabled",
  "webhook.secret-rotated",
] as const;
export type JournalKind = (typeof journalKinds)[number];

export type JournalNote = Pick<JournalEntry, "kind" | "sentence"> &
  Partial<Pick<JournalEntry, "severity" | "mscsId" | "epoch" | "node" | "group" | "resource" | "actor" | "details">>;
