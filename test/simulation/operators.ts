import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import type { Edit } from "../../src/cluster/definition/edit.ts";
import type { TimelessEvent } from "./platform.ts";
import type { Random } from "./random.ts";

/** Something that is done at once. */
export function randomCommand(random: Random, { groups }: ClusterDefinition, node: string): TimelessEvent {
  const group = random.pick(Object.keys(groups));
  const actor = "operator";
  return random.pick<TimelessEvent>([
    { type: "move", group, target: null, at: null, actor },
    { type: "move", group, target: node, at: null, actor },
    { type: "pause", node, drain: true, target: null, actor },
    { type: "resume", node, failback: "policy", actor },
    { type: "want", group, wanted: "Offline", actor },
    { type: "want", group, wanted: "Online", actor },
    { type: "fail-resource", group, resource: "Name", actor },
    { type: "restart-resource", group, resource: "IP", actor },
  ]);
}

/** What counts later, or until it is asked for otherwise. @param now of the object's clock */
export function randomPlan(random: Random, definition: ClusterDefinition, node: string, now: number): TimelessEvent {
  const { ttlMs } = definition.lease;
  const group = random.pick(Object.keys(definition.groups));
  const at = now + random.between(0, 3) * ttlMs;
  const target = random.pick([null, ...Object.keys(definition.nodes)]);
  const resource = random.pick(["Disk", "IP", "Name"]);
  const operation = random.text();
  const by = { actor: "operator", operation };
  const properties = (of: Extract<Edit, { kind: "set-properties" }>["of"], name: string, values: (number | string)[]) =>
    ({ kind: "set-properties", of, properties: { [name]: random.pick(values) } }) as const;
  const edit = random.pick<Edit>([
    properties({ kind: "cluster" }, "QuarantineDuration", [0, 1]),
    properties({ kind: "cluster" }, "ClusterEnforcedAntiAffinity", [0, 1]),
    properties({ kind: "group", name: group }, "GroupStartDelay", [0, ttlMs / 2]),
    properties({ kind: "group", name: group }, "Priority", [0, 1_000, 3_000]),
    { kind: "order-after-groups", group: "Second", dependsOn: random.pick([[], ["First"]]) },
    { kind: "remove-owner", group, resource: "Disk", node },
    { kind: "allow-owners", group, resource: "Disk", owners: [] },
    // Its address is its last owner's until that one has ended, and it comes back under a higher epoch.
    { kind: "remove-group", group, recursive: true },
    ...Object.entries(definition.groups).map(
      ([name, of]) => ({ kind: "add-group", group: name, definition: of }) as const,
    ),
  ]);
  return random.pick<TimelessEvent>([
    { type: "move", group, target, at, ...by },
    { type: "cancel", group, ...by },
    { type: "maintenance", on: true, ...by },
    { type: "maintenance", on: false, ...by },
    { type: "want-resource", group, resource, wanted: random.pick(["Online", "Offline"]), ...by },
    { type: "pause", node, drain: true, target, ...by },
    { type: "resume", node, failback: random.pick(["no", "immediate"]), ...by },
    { type: "edit", edit, force: true, ...by },
  ]);
}

export function readdressed(group: string, address: string, random: Random): TimelessEvent {
  return {
    type: "edit",
    edit: { kind: "set-properties", of: { kind: "resource", group, name: "IP" }, properties: { Address: address } },
    force: true,
    actor: "operator",
    operation: random.text(),
  };
}

/** The cluster as it is, with leases of another length. */
export function withTtl(definition: ClusterDefinition, ttlMs: number): TimelessEvent {
  const lease = { ttlMs, renewMs: ttlMs / 4 };
  return { type: "define", definition: { ...definition, lease }, force: true, actor: "operator" };
}
