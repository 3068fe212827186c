/**
 * Something that was asked for and takes time (where the cluster API answers ERROR_IO_PENDING, 997). It is over when what was
 * asked for is so, cannot become so any more, or was asked for otherwise meanwhile.
 */
export type Operation = {
  readonly id: string;
  readonly kind: OperationKind;
  readonly actor: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly node: string | null;
  readonly group: string | null;
  readonly resource: string | null;
  /** The group's epoch when it was asked for. */
  readonly epoch: number | null;
  /** For a failure or a restart: which one it is, as `fails` and `restarts` count them. */
  readonly count: number | null;
  /** Of a definition that is applied: the groups that it has made, or made otherwise. */
  readonly groups: readonly string[];
  /** The ownerships (`holdId`) that it ends: it is not over before they are. What begins later is none of its business. */
  readonly ends: readonly string[];
  readonly status: OperationStatus;
};

export const operationKinds = [
  "apply",
  "destroy",
  "move",
  "online",
  "offline",
  "resource-online",
  "resource-offline",
  "resource-fail",
  "resource-restart",
  "drain",
  "evict",
  "delete-group",
] as const;
export type OperationKind = (typeof operationKinds)[number];

export type OperationStatus =
  | { readonly state: "Pending" }
  | { readonly state: "Completed"; readonly at: number }
  | {
      readonly state: "Failed" | "Cancelled";
      readonly at: number;
      readonly code: OperationEnd;
      readonly sentence: string;
    };

/** Why an operation did not come to what was asked for. */
export const operationEnds = [
  "went-elsewhere",
  "called-off",
  "asked-otherwise",
  "given-up",
  "could-not-leave",
  "not-made",
  "gone",
  "timeout",
] as const;
export type OperationEnd = (typeof operationEnds)[number];
