import type { ChildProcess } from "node:child_process";
import { type ProcessRef, startOf } from "./processes.ts";

export type Helpers = {
  /** To be called when it has been started, before it is given anything to do. */
  readonly started: (child: ChildProcess) => void;
};

/**
 * The processes that work on this host for the agent: they outlive it by what it has asked of them last, and whoever cleans up
 * after it has to end them first.
 * @param changed called whenever there are others, with all of them
 */
export function createHelpers(changed: (helpers: readonly ProcessRef[]) => void): Helpers {
  const helpers = new Map<ChildProcess, ProcessRef>();
  return {
    started: (child) => {
      const startedAt = child.pid === undefined ? null : startOf(child.pid);
      if (child.pid === undefined || startedAt === null) return;
      helpers.set(child, { pid: child.pid, startedAt });
      child.once("exit", () => {
        helpers.delete(child);
        changed([...helpers.values()]);
      });
      changed([...helpers.values()]);
    },
  };
}
