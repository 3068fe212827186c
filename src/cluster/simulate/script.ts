import type { ClusterDefinition } from "../definition/definition.ts";
import type { ResumeFailback } from "../events.ts";

/** What shall happen to the simulated cluster, one thing after another. Time passes only where the script says `pass`. */
export type ScriptItem =
  /** The host is gone, and its connection with it. */
  | { readonly do: "node-down"; readonly node: string }
  /** A new run of its agent joins. */
  | { readonly do: "node-up"; readonly node: string }
  /** It is cut off for as long as it takes to lose its lease, and then comes back. */
  | { readonly do: "lease-lost"; readonly node: string }
  /** It fails wherever it comes online, so many times. */
  | { readonly do: "resource-fails"; readonly group: string; readonly resource: string; readonly times: number }
  /** So many milliseconds; null: until nothing happens any more. */
  | { readonly do: "pass"; readonly ms: number | null }
  | { readonly do: "move"; readonly group: string; readonly target: string | null }
  | { readonly do: "cancel"; readonly group: string }
  | { readonly do: "pause"; readonly node: string; readonly drain: boolean; readonly target: string | null }
  | { readonly do: "resume"; readonly node: string; readonly failback: ResumeFailback }
  /** `resource` null: all of the group. */
  | { readonly do: "online" | "offline"; readonly group: string; readonly resource: string | null }
  /** FailClusterResource and RestartClusterResource: once, on demand. */
  | { readonly do: "fail" | "restart"; readonly group: string; readonly resource: string }
  | { readonly do: "maintenance"; readonly on: boolean }
  | { readonly do: "define"; readonly definition: ClusterDefinition; readonly force: boolean };

/** The bounds of one simulation. What exceeds one is refused as `simulation-too-large`. */
export const simulationLimits = {
  items: 50,
  /** Of simulated time. */
  durationMs: 3_600_000,
  /** What `step` and the models cost in all: a step of a small cluster is 1, some 70 microseconds; see `costOf`. */
  work: 20_000,
  /** After so much of it others have their turn, where somebody else runs on the same thread. */
  workAtOnce: 200,
  /** Failures of one resource. */
  failures: 100,
  /** How long it may take until nothing happens any more; what goes on for ever is left there. */
  settleMs: 600_000,
} as const;
