import type { LogLevel } from "./log.ts";
import type { SessionNote } from "./session-state.ts";

/** What a note of the session machine says to people: what happened, what it means, and what to do where there is something. */
export function wordsOf(
  code: SessionNote,
  detail: string,
  nodes: readonly string[] = [],
): { readonly level: LogLevel; readonly sentence: string } {
  const named = nodes.join(", ");
  const agree = nodes.length === 1 ? "agrees" : "agree";
  switch (code) {
    case "joined":
      return { level: "info", sentence: "this run is the node: it may own groups" };
    case "joining":
      return { level: "warning", sentence: joiningSentences[detail] ?? detail };
    case "connection-lost":
      return {
        level: "warning",
        sentence: `${detail}, and another one is tried; what this node holds it holds until its lease ends${nodes.length === 0 ? "" : `, or, where it may, for as long as ${named} ${agree}`}`,
      };
    case "reconnected":
      return { level: "info", sentence: `the control plane answers again, on ${detail}` };
    case "fuse-blown":
      return {
        level: "warning",
        sentence: `the lease of ${detail} is over, because no renewal was granted in time${nodes.length === 0 ? "" : `, and ${named} did not agree in time that it stays`}: all of it is taken away here, and another node may get it`,
      };
    case "held-by-word":
      return {
        level: "warning",
        sentence: `no grant covers ${detail} any more: it stays here by the word of ${named}, as long as ${nodes.length === 1 ? "that node" : "all of them"} ${agree} and nothing else is granted`,
      };
    case "granted-again":
      return {
        level: "info",
        sentence: `the control plane grants ${detail} again: others' word is not needed any more`,
      };
    case "word-missing":
      return {
        level: "warning",
        sentence: `the agent of ${detail} does not agree to what it is asked: what is to stay here while the control plane does not answer goes offline with its lease; look whether it runs, and at the way to its peerListen`,
      };
    case "word-given":
      return { level: "info", sentence: `the agent of ${detail} agrees again to what it is asked` };
    case "word-withdrawn":
      return {
        level: "warning",
        sentence: `${nodes.length === 0 ? "another node" : named} does not agree any more that ${detail} stays here while the control plane does not answer`,
      };
    case "lapsed":
      return {
        level: "warning",
        sentence: `this host did not run for ${detail} of which its monotonic clock knows nothing, or its clock was set: every lease counts as over`,
      };
    case "refused":
      return {
        level: "warning",
        sentence: `a renewal was not granted (${detail}): the control plane heard this node, and this node did not hear it`,
      };
    case "stale-message":
      return {
        level: "warning",
        sentence: `a message of an earlier start of the control plane was ignored (${detail})`,
      };
  }
}

/** By the reason that the object gives. */
const joiningSentences: Readonly<Record<string, string>> = {
  "another-run-is-connected":
    "another run of this node's agent is connected, and this one waits until that is gone; if two hosts have this node's name, stop one",
  "an-earlier-run-still-owns":
    "an earlier run of this node's agent still owns a group, and this one waits until that has ended",
};
