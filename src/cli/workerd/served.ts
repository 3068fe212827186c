import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Exit code of `flock` when somebody else has the lock: EX_TEMPFAIL, which workerd does not use. */
export const lockedExitCode = 75;

/** Whether a control plane runs on this folder, which has a lock then. Without `flock` this says no. */
export function isServed(folder: string): boolean {
  const args = ["-n", "-E", String(lockedExitCode), join(folder, "lock"), "true"];
  return spawnSync("flock", args, { stdio: "ignore" }).status === lockedExitCode;
}
