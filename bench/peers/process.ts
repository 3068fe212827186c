import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../test/support/until.ts";

export type PeerOptions = {
  readonly command: string;
  readonly args: readonly string[];
  /** Its log is there as well. */
  readonly cwd: string;
  /** Asked again and again, and may reject for as long as nobody listens. */
  readonly isUp: () => Promise<boolean>;
};

export type Peer = { readonly pid: number; readonly stop: () => Promise<void> };

const startPatienceMs = 20_000;

/** Starts a process that dies with this one. Rejects with the end of its log when it does not come up. */
export async function startPeer({ command, args, cwd, isUp }: PeerOptions): Promise<Peer> {
  const logFile = join(cwd, "log");
  const log = openSync(logFile, "a");
  const child = spawn("setpriv", ["--pdeathsig", "KILL", command, ...args], { cwd, stdio: ["ignore", log, log] });
  closeSync(log);
  const ended = once(child, "exit");
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  try {
    const isUpOrGone = async (): Promise<boolean> => child.exitCode !== null || (await isUp().catch(() => false));
    await until(isUpOrGone, startPatienceMs, command);
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}`);
  } catch (error) {
    await stop();
    throw new Error(`${readFileSync(logFile, "utf8").slice(-2_000)}`, { cause: error });
  }
  return { pid: child.pid ?? 0, stop };
}
