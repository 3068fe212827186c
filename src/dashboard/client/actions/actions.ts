import type { ClusterView, GroupView, NodeView } from "../../../cluster/questions/view.ts";
import { lookup } from "../../../cluster/definition/definition.ts";
import type { ScriptItemDocument } from "../../../protocol/simulate.ts";
import type { ChangeMethod } from "../api.ts";

/** What of a cluster something is asked of. */
export type Target =
  | { readonly kind: "cluster" }
  | { readonly kind: "node"; readonly node: string }
  | { readonly kind: "group"; readonly group: string }
  | { readonly kind: "resource"; readonly group: string; readonly resource: string };

export type Script = readonly ScriptItemDocument[];

/** What would come of it, if it happened. */
export type WhatIf = { readonly kind: "what-if"; readonly label: string; readonly script: Script };

/** A change that an operator may ask for, with the script that shows what it would bring. */
export type Change = {
  readonly kind: "change";
  readonly label: string;
  readonly method: ChangeMethod;
  readonly path: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
  readonly script: Script;
};

export type Choice = { readonly kind: "explain"; readonly label: string; readonly group: string } | WhatIf | Change;

/** Who owns what, in which state: when it is another, what was said would happen may not be what happens. */
export function standing({ groups, nodes, maintenance }: ClusterView): string {
  const ofGroups = Object.entries(groups).map(([name, { owner, epoch, state, wanted }]) => [
    name,
    owner,
    epoch,
    state,
    wanted,
  ]);
  const ofNodes = Object.entries(nodes).map(([name, { state }]) => [name, state]);
  return JSON.stringify([ofGroups, ofNodes, maintenance]);
}

/** Until nothing happens any more. */
const untilQuiet = { do: "pass", ms: null } as const;

export function nameOf(target: Target): string {
  switch (target.kind) {
    case "cluster":
      return "the cluster";
    case "node":
      return `node ${target.node}`;
    case "group":
      return `group ${target.group}`;
    case "resource":
      return `resource ${target.resource} of group ${target.group}`;
  }
}

/** What can be asked of a thing as it is now: questions first. */
export function choicesFor(target: Target, view: ClusterView): readonly Choice[] {
  switch (target.kind) {
    case "cluster":
      return ofCluster(view);
    case "node":
      return ofNode(target.node, lookup(view.nodes, target.node));
    case "group":
      return ofGroup(target.group, lookup(view.groups, target.group), view);
    case "resource":
      return ofResource(target.group, target.resource);
  }
}

function ofCluster({ maintenance }: ClusterView): Choice[] {
  const on = !maintenance;
  const label = on ? "Begin maintenance: move nothing by itself" : "End maintenance";
  return [change(label, ["maintenance"], { do: "maintenance", on }, { body: { on }, method: "PUT" })];
}

function ofNode(node: string, view: NodeView | undefined): Choice[] {
  if (view === undefined) return [];
  const pause = (label: string, drain: boolean): Change => {
    const body = { drain, target: null };
    return change(label, ["nodes", node, "pause"], { do: "pause", node, ...body }, { body });
  };
  const resume = (label: string, failback: "policy" | "immediate"): Change =>
    change(label, ["nodes", node, "resume"], { do: "resume", node, failback }, { body: { failback } });
  return [
    ...(isThere(view)
      ? [
          whatIf(`What if ${node} went down?`, { do: "node-down", node }),
          whatIf(`What if ${node} lost its lease?`, { do: "lease-lost", node }),
        ]
      : [whatIf(`What if ${node} came back?`, { do: "node-up", node })]),
    ...(view.state === "Paused" || view.quarantinedUntil !== null
      ? [resume(`Resume ${node}`, "policy"), resume(`Resume ${node} and bring its groups home`, "immediate")]
      : [pause(`Pause ${node}, its groups go elsewhere`, true), pause(`Pause ${node}, its groups stay`, false)]),
  ];
}

function ofGroup(group: string, view: GroupView | undefined, { nodes }: ClusterView): Choice[] {
  if (view === undefined) return [];
  const path = (verb: string): string[] => ["groups", group, verb];
  const move = (label: string, target: string | null): Change =>
    change(label, path("move"), { do: "move", group, target }, { body: { target } });
  const others = Object.entries(nodes).filter(([name, { state }]) => state === "Up" && name !== view.owner);
  return [
    { kind: "explain", label: `Explain ${group}`, group },
    ...(view.owner !== null && isThere(lookup(nodes, view.owner))
      ? [whatIf(`What if ${view.owner} went down?`, { do: "node-down", node: view.owner })]
      : []),
    ...(view.owner === null
      ? []
      : [
          move(`Move ${group} to the best node`, null),
          ...others.map(([name]) => move(`Move ${group} to ${name}`, name)),
        ]),
    ...(view.draining !== null || view.scheduled !== null
      ? [change(`Call off the move of ${group}`, path("cancel"), { do: "cancel", group })]
      : []),
    view.wanted === "Online"
      ? change(`Take ${group} offline`, path("offline"), { do: "offline", group })
      : change(`Bring ${group} online`, path("online"), { do: "online", group }),
  ];
}

function ofResource(group: string, resource: string): Choice[] {
  const verbs = [
    ["Restart", "restart"],
    ["Bring online", "online"],
    ["Take offline", "offline"],
    ["Let fail", "fail"],
  ] as const;
  const which = `${resource} of ${group}`;
  const failing = { do: "resource-fails", group, resource } as const;
  return [
    { kind: "explain", label: `Explain ${group}`, group },
    whatIf(`What if ${which} failed once?`, { ...failing, times: 1 }),
    whatIf(`What if ${which} failed again and again?`, { ...failing, times: 10 }),
    ...verbs.map(([label, verb]) =>
      change(`${label}: ${which}`, ["groups", group, "resources", resource, verb], { do: verb, group, resource }),
    ),
  ];
}

function isThere(node: NodeView | undefined): boolean {
  return node?.state === "Up" || node?.state === "Paused";
}

function whatIf(label: string, item: ScriptItemDocument): WhatIf {
  return { kind: "what-if", label, script: [item, untilQuiet] };
}

/** @param item what it is in a script: that is tried first */
function change(
  label: string,
  path: readonly string[],
  item: ScriptItemDocument,
  { body = {}, method = "POST" }: Partial<Pick<Change, "body" | "method">> = {},
): Change {
  return { kind: "change", label, method, path, body, script: [item, untilQuiet] };
}
