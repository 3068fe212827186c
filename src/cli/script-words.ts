import type { ScriptItem } from "../cluster/simulate/script.ts";

/** What an item of a simulation's script is, in words. */
export function wordsOf(item: ScriptItem): string {
  switch (item.do) {
    case "node-down":
      return `the host of ${item.node} is gone`;
    case "node-up":
      return `the agent of ${item.node} joins`;
    case "lease-lost":
      return `${item.node} is cut off until its lease is lost, and comes back`;
    case "resource-fails":
      return `${item.resource} of ${item.group} fails ${item.times === 1 ? "once" : `${item.times} times`}`;
    case "pass":
      return item.ms === null ? "time passes until nothing happens any more" : `${item.ms / 1_000} s pass`;
    case "move":
      return `${item.group} is moved to ${item.target ?? "the next best node"}`;
    case "cancel":
      return `what is under way with ${item.group} is called off`;
    case "pause":
      return `${item.node} is paused${item.drain ? ` and drained${item.target === null ? "" : ` to ${item.target}`}` : ""}`;
    case "resume":
      return `${item.node} is resumed (failback: ${item.failback})`;
    case "online":
    case "offline":
      return `${item.resource === null ? item.group : `${item.resource} of ${item.group}`} is taken ${item.do}`;
    case "fail":
      return `${item.resource} of ${item.group} is made to fail`;
    case "restart":
      return `${item.resource} of ${item.group} is restarted`;
    case "maintenance":
      return `maintenance is switched ${item.on ? "on" : "off"}`;
    case "define":
      return `another definition is applied${item.force ? ", by force" : ""}`;
  }
}
