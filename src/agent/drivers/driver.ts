import type { AssignedResource, HoldRef, ReportedAssociation } from "../../cluster/messages.ts";

/**
 * One resource on this host, for one ownership. The reconciler calls one verb at a time, except that `terminate` may
 * overtake any other. Each verb rejects with a `DriverError`, and with nothing else, when it could not do its work.
 */
export type Driver = {
  /** Bring it online. `deadline` (monotonic ms): when it must be gone by itself, whatever happens to this process. */
  online(deadline: number): Promise<void>;
  /** Take it offline in good order. */
  offline(): Promise<void>;
  /** Take it away at once. Resolves when nothing of it is left, verified. */
  terminate(): Promise<void>;
  /** The deadline has moved. */
  extend(deadline: number): void;
};

/** What a driver gets to know of its place, and whom it tells. */
export type DriverContext = {
  readonly hold: HoldRef;
  readonly name: string;
  readonly spec: AssignedResource;
  /** All resources of the group by name: a Message Transfer Agent needs its group's address and network name. */
  readonly group: Readonly<Record<string, AssignedResource>>;
  /** Path of the agent's local socket. */
  readonly agentSocket: string;
  /** Folder of the agent's configuration: relative file names in properties start here. */
  readonly baseFolder: string;
  /** An online resource failed by itself. */
  readonly failed: (problem: { code: string; message: string }) => void;
  readonly association: (association: Omit<ReportedAssociation, "n" | "group">) => void;
  readonly log: (code: string, detail: string) => void;
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
