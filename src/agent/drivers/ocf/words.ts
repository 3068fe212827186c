import { join } from "node:path";

/** The words of the OCF Resource Agent API 1.1: where agents are, what they are asked, and what their exit codes mean. */

export type OcfAction = "start" | "stop" | "monitor" | "validate-all" | "meta-data";

/** Where the Open Cluster Framework is on this host: its agents, and what they share. */
export function ocfRoot(): string {
  return process.env["OCF_ROOT"] ?? "/usr/lib/ocf";
}

/** The agents of all providers. */
export function ocfFolder(): string {
  return join(ocfRoot(), "resource.d");
}

/** @param agent `ocf:PROVIDER:AGENT` */
export function partsOf(agent: string): { readonly provider: string; readonly type: string } {
  const [, provider = "", type = ""] = agent.split(":");
  return { provider, type };
}

/** @param agent `ocf:PROVIDER:AGENT` */
export function fileOf(agent: string): string {
  const { provider, type } = partsOf(agent);
  return join(ocfFolder(), provider, type);
}

const exitCodes: Readonly<Record<number, string>> = {
  0: "OCF_SUCCESS",
  1: "OCF_ERR_GENERIC: it failed",
  2: "OCF_ERR_ARGS: a parameter is wrong on this host",
  3: "OCF_ERR_UNIMPLEMENTED: it cannot do that",
  4: "OCF_ERR_PERM: it may not do that",
  5: "OCF_ERR_INSTALLED: what it needs is not installed here",
  6: "OCF_ERR_CONFIGURED: a parameter is wrong or missing",
  7: "OCF_NOT_RUNNING: it does not run",
  8: "OCF_RUNNING_PROMOTED: it runs, promoted",
  9: "OCF_FAILED_PROMOTED: it has failed while it was promoted",
  190: "OCF_DEGRADED: it runs, and is likely to fail",
  191: "OCF_DEGRADED_PROMOTED: it runs, promoted, and is likely to fail",
};

/** Whether `monitor` says that it runs. */
export function isRunning(code: number | null): boolean {
  return code === 0 || code === 8 || code === 190 || code === 191;
}

/** Whether `monitor` says that it does not run. On a host where it is not installed nothing of it can. */
export function isStopped(code: number | null): boolean {
  return code === 7 || code === 5;
}

/** Whether `validate-all` says that it cannot work here. One that has no such action, or fails in it, is told by its start. */
export function refusesParameters(code: number | null): boolean {
  return code === 2 || code === 4 || code === 5 || code === 6;
}

/**
 * What came of a call, for people.
 * @param sentence how its program ended: `exit code 7: last line that it wrote`
 */
export function outcomeOf(code: number | null, sentence: string): string {
  const meaning = code === null ? undefined : exitCodes[code];
  // An agent gives its reason to its cluster like this (ocf_exit_reason).
  const said = sentence.replace("ocf-exit-reason:", "");
  return meaning === undefined ? said : `${said} (${meaning})`;
}
