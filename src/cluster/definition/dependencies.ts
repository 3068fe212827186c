import type { ResourceState } from "../messages.ts";

/**
 * What a resource stands on: all items of its list, and of an item that is a list itself, one. So every expression of AND
 * and OR can be written (SetClusterResourceDependencyExpression; see `dependency-expression.ts`).
 */
export type Dependency = string | readonly string[];
export type Dependent = { readonly dependsOn: readonly Dependency[] };
export type DependencyGraph = Readonly<Record<string, Dependent>>;
type StateOf = (name: string) => ResourceState;

/** The names of one item: a name alone, or those of which one is enough. */
export function alternativesOf(dependency: Dependency): readonly string[] {
  return typeof dependency === "string" ? [dependency] : dependency;
}

/** Every name that a list of dependencies mentions. */
export function namesIn(dependsOn: readonly Dependency[]): string[] {
  return dependsOn.flatMap(alternativesOf);
}

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

/** Whether a resource may depend on another one (CanResourceBeDependent): null, or what speaks against it. */
export function objectionToDependency(graph: DependencyGraph, name: string, on: string): "itself" | "cycle" | null {
  if (name === on) return "itself";
  return everythingBelow(graph, on).includes(name) ? "cycle" : null;
}

/** True when what the resource stands on is online: of each item one name. Online goes bottom-up. */
export function mayComeOnline(graph: DependencyGraph, name: string, state: StateOf): boolean {
  return stillStands(graph, name, (dependency) => state(dependency) === "Online");
}

/** Whether what the resource stands on holds it: of each item, some name that is there. */
export function stillStands(graph: DependencyGraph, name: string, isThere: (dependency: string) => boolean): boolean {
  return clausesOf(graph, name).every((alternatives) => alternatives.some(isThere));
}

/**
 * True when nothing that stands on the resource is up. Offline goes top-down; a failed dependent is not up. What stands on it
 * and is not `going` itself only has to stand without it.
 */
export function mayGoOffline(
  graph: DependencyGraph,
  name: string,
  state: StateOf,
  isGoing: (name: string) => boolean = () => true,
): boolean {
  return Object.keys(graph).every((other) => {
    if (!dependenciesOf(graph, other).includes(name)) return true;
    const stateOfOther = state(other);
    if (stateOfOther === "Offline" || stateOfOther === "Failed") return true;
    return !isGoing(other) && stillStands(graph, other, (below) => below !== name && state(below) === "Online");
  });
}

/**
 * These, and of `names` all that cannot stand when these are not there. `isThere`: whether what is not among them is there for
 * the one that stands on it.
 */
export function withAllThatFall(
  graph: DependencyGraph,
  going: ReadonlySet<string>,
  names: readonly string[],
  isThere: (below: string, above: string) => boolean = () => true,
): ReadonlySet<string> {
  const all = new Set(going);
  // Each round adds what stands on the round before, so there are at most as many rounds as resources.
  for (let size = -1; size !== all.size;) {
    size = all.size;
    for (const name of names) {
      if (!stillStands(graph, name, (below) => !all.has(below) && isThere(below, name))) all.add(name);
    }
  }
  return all;
}

/** The resources that this one stands on, and those that they stand on: deepest first. */
export function everythingBelow(graph: DependencyGraph, name: string): string[] {
  return reach(name, (next) => dependenciesOf(graph, next));
}

/** The resources that stand on this one, and on those: topmost first. */
export function everythingAbove(graph: DependencyGraph, name: string): string[] {
  return reach(name, (next) => Object.keys(graph).filter((other) => dependenciesOf(graph, other).includes(next)));
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

function reach(start: string, step: (name: string) => readonly string[]): string[] {
  const seen = new Set<string>([start]);
  const found: string[] = [];
  const visit = (name: string): void => {
    for (const next of step(name)) {
      if (seen.has(next)) continue;
      seen.add(next);
      visit(next);
      found.push(next);
    }
  };
  visit(start);
  return found;
}

function dependenciesOf(graph: DependencyGraph, name: string): readonly string[] {
  return clausesOf(graph, name).flat();
}

/** What is not in the graph is no dependency: an agent may be told of a part of a group only. */
function clausesOf(graph: DependencyGraph, name: string): readonly (readonly string[])[] {
  const dependent = Object.hasOwn(graph, name) ? graph[name] : undefined;
  if (dependent === undefined || dependent.dependsOn.length === 0) return [];
  return dependent.dependsOn
    .map((dependency) => alternativesOf(dependency).filter((other) => Object.hasOwn(graph, other)))
    .filter((alternatives) => alternatives.length > 0);
}
