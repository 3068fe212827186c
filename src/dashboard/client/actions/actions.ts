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
  return [
    {
      kind: "change",
      label: on ? "Begin maintenance: move nothing by itself" : "End maintenance",
      method: "PUT",
      path: ["maintenance"],
      body: { on },
      script: [{ do: "maintenance", on }, untilQuiet],
    },
  ];
}

function ofNode(node: string, view: NodeView | undefined): Choice[] {
  if (view === undefined) return [];
  const isUp = isThere(view);
  const change = (label: string, verb: string, body: object, item: ScriptItemDocument): Change => {
    const path = ["nodes", node, verb];
    return { kind: "change", label, method: "POST", path, body: { ...body }, script: [item, untilQuiet] };
  };
  const drained = { drain: true, target: null } as const;
  const kept = { drain: false, target: null } as const;
  const [policy, immediate] = ["policy", "immediate"] as const;
  return [
    ...(isUp
      ? [
          whatIf(`What if ${node} went down?`, { do: "node-down", node }),
          whatIf(`What if ${node} lost its lease?`, { do: "lease-lost", node }),
        ]
      : [whatIf(`What if ${node} came back?`, { do: "node-up", node })]),
    ...(view.state === "Paused" || view.quarantinedUntil !== null
      ? [
          change(`Resume ${node}`, "resume", { failback: policy }, { do: "resume", node, failback: policy }),
          change(
            `Resume ${node} and bring its groups home`,
            "resume",
            { failback: immediate },
            {
              do: "resume",
              node,
              failback: immediate,
            },
          ),
        ]
      : [
          change(`Pause ${node}, its groups go elsewhere`, "pause", drained, { do: "pause", node, ...drained }),
          change(`Pause ${node}, its groups stay`, "pause", kept, { do: "pause", node, ...kept }),
        ]),
  ];
}

function ofGroup(group: string, view: GroupView | undefined, { nodes }: ClusterView): Choice[] {
  if (view === undefined) return [];
  const change = (label: string, verb: string, body: object, item: ScriptItemDocument): Change => {
    const path = ["groups", group, verb];
    return { kind: "change", label, method: "POST", path, body: { ...body }, script: [item, untilQuiet] };
  };
  const move = (label: string, target: string | null): Change =>
    change(label, "move", { target }, { do: "move", group, target });
  const others = Object.entries(nodes).filter(([name, { state }]) => state === "Up" && name !== view.owner);
  return [
    { kind: "explain", label: `Explain ${group}`, group },
    ...(view.owner !== null && isThere(lookup(nodes, view.owner))
      ? [whatIf(`What if ${view.owner} went down?`, { do: "node-down", node: view.owner })]
      : []),
    ...(view.owner === null ? [] : [move(`Move ${group} to the best node`, null)]),
    ...(view.owner === null ? [] : others.map(([name]) => move(`Move ${group} to ${name}`, name))),
    ...(view.draining !== null || view.scheduled !== null
      ? [change(`Call off the move of ${group}`, "cancel", {}, { do: "cancel", group })]
      : []),
    view.wanted === "Online"
      ? change(`Take ${group} offline`, "offline", {}, { do: "offline", group })
      : change(`Bring ${group} online`, "online", {}, { do: "online", group }),
  ];
}

function ofResource(group: string, resource: string): Choice[] {
  const verbs = [
    ["Restart", "restart"],
    ["Bring online", "online"],
    ["Take offline", "offline"],
    ["Let fail", "fail"],
  ] as const;
  return [
    { kind: "explain", label: `Explain ${group}`, group },
    whatIf(`What if ${resource} of ${group} failed once?`, { do: "resource-fails", group, resource, times: 1 }),
    whatIf(`What if ${resource} of ${group} failed again and again?`, {
      do: "resource-fails",
      group,
      resource,
      times: 10,
    }),
    ...verbs.map(([label, verb]): Change => {
      const path = ["groups", group, "resources", resource, verb];
      const script = [{ do: verb, group, resource }, untilQuiet] as const;
      return { kind: "change", label: `${label}: ${resource} of ${group}`, method: "POST", path, body: {}, script };
    }),
  ];
}

function isThere(node: NodeView | undefined): boolean {
  return node?.state === "Up" || node?.state === "Paused";
}

function whatIf(label: string, item: ScriptItemDocument): WhatIf {
  return { kind: "what-if", label, script: [item, untilQuiet] };
}
