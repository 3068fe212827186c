import { exchange, type RunningExchange } from "./exchange.ts";
import type { KeyAction } from "./keys.ts";

/** What somebody who looks on may do to the cluster of `start`, each by one key. */
export function mischief(
  { ask, controlPlane }: RunningExchange,
  agents: ReadonlyMap<string, number>,
): {
  readonly actions: readonly KeyAction[];
  /** What was cut off is back: to be called before anything is ended. */
  readonly undo: () => void;
} {
  let isCutOff = false;

  async function owner(): Promise<string | null> {
    const { groups } = await ask((client) => client.getCluster(exchange.cluster));
    return groups[exchange.group]?.owner ?? null;
  }

  async function failActiveNode(): Promise<string> {
    const node = await owner();
    const pid = node === null ? undefined : agents.get(node);
    if (node === null || pid === undefined) return "No node is active, so there is none to fail.";
    process.kill(pid, "SIGKILL");
    return `The agent of ${node} is killed (kill -9 ${pid}).`;
  }

  async function move(): Promise<string> {
    await ask((client) => client.moveGroup(exchange.cluster, exchange.group, {}));
    return `${exchange.group} is asked to move.`;
  }

  function undo(): void {
    if (isCutOff) process.kill(controlPlane.pid, "SIGCONT");
    isCutOff = false;
  }

  /** It answers nobody, as when no way leads to it. */
  async function cutOff(): Promise<string> {
    if (isCutOff) {
      undo();
      return "The control plane is reached again.";
    }
    process.kill(controlPlane.pid, "SIGSTOP");
    isCutOff = true;
    return "The control plane is cut off: after a lease neither node has the address. The same key brings it back.";
  }

  return {
    actions: [
      { key: "f", does: "fails the active node", act: failActiveNode },
      { key: "m", does: `moves ${exchange.group}`, act: move },
      { key: "p", does: "cuts the control plane off, and brings it back", act: cutOff },
    ],
    undo,
  };
}
