import type { Belonging } from "../belongings.ts";
import type { AssignedResource, HeldBefore, HoldRef, ReportedAssociation } from "../../cluster/messages.ts";

/**
 * One resource on this host, for one ownership. The reconciler calls one verb at a time, except that `terminate` may
 * overtake any other, and that a poll may still be under way when something else is called: then nobody waits for its
 * answer. Each verb rejects with a `DriverError`, and with nothing else, when it could not do its work.
 */
export type Driver = {
  /** Bring it online. `deadline` (monotonic ms): when it must be gone by itself, whatever happens to this process. */
  online(deadline: number): Promise<void>;
  /** Take it offline in good order. */
  offline(): Promise<void>;
  /** Take it away at once. Resolves when nothing of it is left, verified. */
  terminate(): Promise<void>;
  /**
   * A cheap look at what is online; a wrong yes does no harm for long. A driver that has nothing to look at says yes. No
   * answer within DeadlockTimeout fails the resource, here and in `isAlive`.
   */
  looksAlive(): Promise<boolean>;
  /** A thorough look. "No" is a failure of the resource, and its reason goes into the report. */
  isAlive(): Promise<Aliveness>;
  /** The deadline has moved. */
  extend(deadline: number): void;
  /** Of what speaks with others: to let them finish before it goes. Who has nothing open that others would miss has none. */
  readonly drain?: Draining;
};

export type Draining = {
  /**
   * Lets nothing new begin, and resolves when nothing is open any more, or at `until` (monotonic ms). It is over with `offline` and
   * `terminate`, which wait for nothing of it. Rejects when it breaks, which keeps nobody from going.
   */
  begin(until: number): Promise<void>;
  /** It stays after all: what is new may begin again. */
  undo(): void;
};

export type Aliveness = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** What a driver gets to know of its place, and whom it tells. */
export type DriverContext = {
  readonly hold: HoldRef;
  readonly name: string;
  readonly spec: AssignedResource;
  /** All resources of the group by name: a Message Transfer Agent needs its group's address and network name. */
  readonly group: Readonly<Record<string, AssignedResource>>;
  /** An earlier run of this agent has begun it, and was killed before it had taken it away: that is all that is to be done. */
  readonly isLeft: boolean;
  /** How its addresses were held before this ownership; what is not named was released. */
  readonly heldBefore: Readonly<Record<string, HeldBefore>>;
  /** Nodes that fell silent as owners of this group, and may still write to its disks. */
  readonly unfenced: readonly string[];
  /** That of the lease under which it comes online, in milliseconds. */
  readonly ttlMs: number;
  /** Path of the agent's local socket. */
  readonly agentSocket: string;
  /** Folder for what programs write. */
  readonly outputFolder: string;
  /** Folder of the agent's configuration: relative file names in properties start here. */
  readonly baseFolder: string;
  /** An online resource failed by itself. */
  readonly failed: (problem: { code: string; message: string }) => void;
  /**
   * The call that is under way has come further: a checkpoint higher than the last one begins its PendingTimeout anew, ten
   * times at most. A whole number of the driver's own counting, 0 or more.
   */
  readonly progress: (checkpoint: number) => void;
  readonly association: (association: Omit<ReportedAssociation, "n" | "group">) => void;
  readonly log: (code: string, detail: string) => void;
  /** What this resource is on the host, told before it is there, so that it can be taken away without this process. */
  readonly belongings: {
    readonly add: (belonging: Belonging) => void;
    readonly remove: (belonging: Belonging) => void;
  };
};

export type DriverFactory = (context: DriverContext) => Driver;

export class DriverError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = "DriverError";
    this.code = code;
  }
}
