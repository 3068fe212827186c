import type { ResourceState } from "./messages.ts";

/** What the order of going online and offline depends on. */
export type Dependent = { readonly dependsOn: readonly string[] };
export type DependencyGraph = Readonly<Record<string, Dependent>>;

/** A cycle as the names along it, first one repeated at the end; null when the graph has none. */
export function findCycle(graph: DependencyGraph): string[] | null {
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): string[] | null => {
    const seenAt = path.indexOf(name);
    if (seenAt >= 0) return [...path.slice(seenAt), name];
    if (finished.has(name)) return null;
    path.push(name);
    for (const next of dependenciesOf(graph, name)) {
      const cycle = visit(next);
      if (cycle !== null) return cycle;
    }
    path.pop();
    finished.add(name);
    return null;
  };
  for (const name of Object.keys(graph)) {
    const cycle = visit(name);
    if (cycle !== null) return cycle;
  }
  return null;
}

/** True when everything that the resource stands on is online. Online goes bottom-up. */
export function mayComeOnline(graph: DependencyGraph, name: string, state: (name: string) => ResourceState): boolean {
  return dependenciesOf(graph, name).every((dependency) => state(dependency) === "Online");
}

/** True when what the resource stands on holds it, given which of its dependencies are there. */
export function stillStands(graph: DependencyGraph, name: string, isThere: (dependency: string) => boolean): boolean {
  return dependenciesOf(graph, name).every(isThere);
}

/** True when nothing that stands on the resource is up. Offline goes top-down; a failed dependent is not up. */
export function mayGoOffline(graph: DependencyGraph, name: string, state: (name: string) => ResourceState): boolean {
  return Object.keys(graph).every((other) => {
    if (!dependenciesOf(graph, other).includes(name)) return true;
    const stateOfOther = state(other);
    return stateOfOther === "Offline" || stateOfOther === "Failed";
  });
}

/** The largest sum of `cost` along a chain of dependencies: how long a group may take when each resource takes its time. */
export function longestChain(graph: DependencyGraph, cost: (name: string) => number): number {
  const known = new Map<string, number>();
  const chain = (name: string): number => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const below = Math.max(0, ...dependenciesOf(graph, name).map(chain));
    const sum = cost(name) + below;
    known.set(name, sum);
    return sum;
  };
  return Math.max(0, ...Object.keys(graph).map(chain));
}

function dependenciesOf(graph: DependencyGraph, name: string): readonly string[] {
  const dependent = Object.hasOwn(graph, name) ? graph[name] : undefined;
  return dependent === undefined ? [] : dependent.dependsOn.filter((dependency) => Object.hasOwn(graph, dependency));
}
