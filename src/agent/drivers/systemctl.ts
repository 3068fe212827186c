import { execFile } from "node:child_process";
import { messageOf } from "../../mta/message-of.ts";
import { DriverError } from "./driver.ts";

/** What a call of `systemctl` came to. `said`: what it complained of, or its exit code. */
export type Systemctl = { readonly isDone: boolean; readonly stdout: string; readonly said: string };

const mostBytes = 65_536;

/** Asks systemd for something. Rejects with `DriverError` `no-systemctl`. What is aborted goes on in systemd: only the asking ends. */
export function systemctl(args: readonly string[], signal: AbortSignal): Promise<Systemctl> {
  // Node would begin the program and then kill it, by when it may have asked.
  if (signal.aborted) return Promise.resolve({ isDone: false, stdout: "", said: "it was called off" });
  return new Promise((resolve, reject) => {
    const options = { signal, maxBuffer: mostBytes, env: { ...process.env, SYSTEMD_COLORS: "0", LC_ALL: "C" } };
    execFile("systemctl", ["--no-ask-password", "--no-pager", ...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve({ isDone: true, stdout, said: "" });
      if (typeof error.code !== "number" && !signal.aborted) {
        return reject(new DriverError("no-systemctl", `systemctl: ${messageOf(error)}`));
      }
      const [complaint = ""] = stderr.trim().split("\n");
      resolve({ isDone: false, stdout, said: complaint === "" ? `exit code ${error.code}` : complaint });
    });
  });
}
