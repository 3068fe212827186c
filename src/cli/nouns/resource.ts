import { type Command, InvalidArgumentError } from "commander";
import { change, type Change, type ChangeFlags, withDryRun, withWait } from "../change.ts";
import { confirm } from "../confirm.ts";
import { contextOf } from "../context.ts";
import { facts, print } from "../output.ts";
import { findResource } from "../resource-name.ts";
import { resourceRows } from "../rows.ts";

type InGroup = { readonly group?: string };

export function register(noun: Command): void {
  noun.command("list").description("the resources of all groups").action(list);
  inGroup(noun.command("show <resource>").description("one resource: its type, its state, what it stands on")).action(
    show,
  );
  withDryRun(noun.command("create <resource>").description("create a resource"))
    .requiredOption("--group <group>", "the group that it is to be part of")
    .requiredOption("--type <type>", "its type, such as IP Address")
    .option("--property <name=value...>", "its properties", property, {})
    .option("--depends-on <resources...>", "the resources of its group that it stands on")
    .addHelpText("after", '\nExample: bridgehead resource create "Disk F:" --group Exchange --type "Physical Disk"')
    .action(create);
  inGroup(withWait(noun.command("delete <resource>").description("delete a resource that nothing depends on")))
    .option("--yes", "that is meant")
    .action(remove);
  for (const [verb, what] of verbs) {
    inGroup(withWait(noun.command(`${verb} <resource>`).description(what))).action(
      (resource: string, options: ChangeFlags & InGroup, command: Command) => tell(verb, resource, options, command),
    );
  }
  inGroup(
    withWait(noun.command("move <resource>").description("put a resource into another group, with what belongs to it")),
  )
    .requiredOption("--to-group <group>", "which group")
    .action(move);
  inGroup(
    withWait(noun.command("owners <resource> [nodes...]").description("say which nodes may host it; none: every node")),
  ).action(owners);
  inGroup(withDryRun(noun.command("depends <resource> <expression>").description("say what it stands on")))
    .addHelpText("after", '\nExample: bridgehead resource depends "Exchange Name" "[IP A] or [IP B]"')
    .action(depends);
}

const verbs = [
  ["online", "bring a resource online, with what it stands on"],
  ["offline", "take a resource offline, with what stands on it"],
  ["fail", "let a resource fail, with all that follows from a failure"],
  ["restart", "take a resource offline and bring it back"],
] as const;

function inGroup(command: Command): Command {
  return command.option("--group <group>", "its group, where another group has a resource of that name");
}

/** `Name=value`; a whole number is a DWORD. */
function property(text: string, before: Readonly<Record<string, string | number>>): Record<string, string | number> {
  const [, name, value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError("It should be such as RestartThreshold=3.");
  return { ...before, [name]: /^-?\d{1,10}$/.test(value) ? Number(value) : value };
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const rows = resourceRows(await ask((client) => client.getCluster(name)));
  print(output, rows, rows);
}

async function show(resource: string, { group }: InGroup, command: Command): Promise<void> {
  const context = contextOf(command);
  const { ask, output } = context;
  const cluster = await context.cluster();
  const found = await findResource(context, resource, group);
  const { expression } = await ask((client) => client.getDependencies(cluster, found.group, found.name));
  print(output, found, [], () =>
    facts({
      resource: found.name,
      group: found.group,
      type: found.type,
      state: found.state,
      wanted: found.wanted,
      node: found.owner,
      "stands on": expression,
      "may be on": found.possibleOwners.join(", ") || "every node",
      problem: found.problem === null ? null : `${found.problem.code}: ${found.problem.message}`,
    }),
  );
}

type CreateOptions = ChangeFlags & {
  readonly group: string;
  readonly type: string;
  readonly property: Record<string, string | number>;
  readonly dependsOn?: string[];
};

function create(resource: string, options: CreateOptions, command: Command): Promise<void> {
  const { group, type, property: properties, dependsOn = [], ...flags } = options;
  return change(command, {
    flags,
    ask: (client, cluster, how) =>
      client.createResource(cluster, group, { name: resource, type, properties, dependsOn }, how),
    said: `${resource} is a resource of group ${group}.`,
  });
}

type RemoveOptions = ChangeFlags & InGroup & { readonly yes?: true };

async function remove(resource: string, { yes, ...options }: RemoveOptions, command: Command): Promise<void> {
  if (options.dryRun !== true) await confirm(`Resource ${resource} will be gone.`, yes);
  await changeResource(resource, options, command, (group) => ({
    ask: (client, cluster, how) => client.deleteResource(cluster, group, resource, how),
    said: `${resource} is deleted.`,
  }));
}

function tell(
  verb: (typeof verbs)[number][0],
  resource: string,
  options: ChangeFlags & InGroup,
  command: Command,
): Promise<void> {
  const said = { online: "shall be online", offline: "shall be offline", fail: "shall fail", restart: "restarts" };
  return changeResource(resource, options, command, (group) => ({
    ask: (client, cluster, how) => client.commandResource(cluster, group, resource, verb, how),
    said: `${resource} ${said[verb]}.`,
  }));
}

type MoveOptions = ChangeFlags & InGroup & { readonly toGroup: string };

function move(resource: string, { toGroup, ...options }: MoveOptions, command: Command): Promise<void> {
  return changeResource(resource, options, command, (group) => ({
    ask: (client, cluster, how) => client.changeResourceGroup(cluster, group, resource, toGroup, how),
    said: `${resource} is part of group ${toGroup}.`,
  }));
}

function owners(
  resource: string,
  nodes: readonly string[],
  options: ChangeFlags & InGroup,
  command: Command,
): Promise<void> {
  return changeResource(resource, options, command, (group) => ({
    ask: (client, cluster, how) => client.setPossibleOwners(cluster, group, resource, nodes, how),
    said: `${resource} may be on ${nodes.join(", ") || "every node"}.`,
  }));
}

function depends(
  resource: string,
  expression: string,
  options: ChangeFlags & InGroup,
  command: Command,
): Promise<void> {
  return changeResource(resource, options, command, (group) => ({
    ask: (client, cluster, how) => client.setDependencies(cluster, group, resource, expression, how),
    said: `${resource} stands on ${expression || "nothing"}.`,
  }));
}

/** Finds the resource's group first, if it was not named. */
async function changeResource(
  resource: string,
  { group, ...flags }: ChangeFlags & InGroup,
  command: Command,
  of: (group: string) => Omit<Change, "flags">,
): Promise<void> {
  const found = group ?? (await findResource(contextOf(command), resource)).group;
  await change(command, { flags, ...of(found) });
}
