import type { Session } from "../state.ts";
import { journal, type Turn } from "../turn.ts";

/**
 * Under which key a node's agent came last. A key is its agent's word, so that another one is news: a state folder that is new, or
 * somebody else who has that node's token. What this start has not heard is asked of the lists; whatever is in neither is forgotten.
 */
export function noteKey(turn: Turn, { node, peer }: Pick<Session, "node" | "peer">): void {
  if (peer === null) return;
  const before = turn.memory.keys.get(node) ?? listedKey(turn, node);
  if (before !== undefined && before !== peer.key) {
    journal(turn, {
      kind: "node.key-changed",
      severity: "warning",
      sentence: `The agent of node ${node} has another key than before: its state folder is new, or somebody else has its token.`,
      node,
      details: { key: peer.key, before },
    });
  }
  const others = [...turn.memory.keys].filter(([name]) => name !== node && turn.durable.nodes.has(name));
  turn.memory = { ...turn.memory, keys: new Map([...others, [node, peer.key]]) };
}

function listedKey({ durable }: Turn, node: string): string | undefined {
  for (const { node: owner, agreement } of durable.holds.values()) {
    if (owner === node && agreement.owner !== null) return agreement.owner.key;
    const listed = [...agreement.peers, ...(agreement.claimants ?? [])].find((peer) => peer.node === node);
    if (listed !== undefined) return listed.key;
  }
  return undefined;
}
