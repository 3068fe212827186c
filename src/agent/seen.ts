import type { Generation } from "../cluster/lease/generation.ts";
import { limits } from "../cluster/limits.ts";
import type { Assignment, Seen, Silence } from "../cluster/messages.ts";

/** What an agent has never forgotten, over its own restarts too: it shows a control plane that was rolled back (rule 12). */
export const nothingSeen: Seen = { generation: null, revision: null, epochs: {} };

export function withGeneration(seen: Seen, generation: Generation): Seen {
  return { ...seen, generation };
}

export function withAssignment(seen: Seen, { revision, groups }: Assignment): Seen {
  return { ...seen, revision, epochs: higher(seen.epochs, groups) };
}

/** Epochs that are other nodes' have been seen as well. */
export function withEpochs(seen: Seen, silences: readonly Silence[]): Seen {
  const refs = silences.flatMap(({ subject }) => {
    const match = /^(.+)#(\d+)$/.exec(subject);
    return match?.[1] === undefined ? [] : [{ group: match[1], epoch: Number(match[2]) }];
  });
  const epochs = higher(seen.epochs, refs);
  return epochs === seen.epochs ? seen : { ...seen, epochs };
}

function higher(
  epochs: Seen["epochs"],
  refs: readonly { readonly group: string; readonly epoch: number }[],
): Seen["epochs"] {
  const news = refs.filter(({ group, epoch }) => epoch > (Object.hasOwn(epochs, group) ? (epochs[group] ?? 0) : 0));
  if (news.length === 0) return epochs;
  const all = new Map(Object.entries(epochs));
  for (const { group, epoch } of news) all.set(group, epoch);
  // Groups come and go over the years: those that are named now are the last to be forgotten.
  const named = new Set(refs.map(({ group }) => group));
  const others = [...all].filter(([group]) => !named.has(group));
  const living = [...all].filter(([group]) => named.has(group));
  return Object.fromEntries([...others, ...living].slice(-2 * limits.groups));
}
