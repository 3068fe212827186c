import type { SilentOwner } from "../../cluster/state.ts";
import { columnsOf } from "./add-missing.ts";

/** As a group's row held one. */
type EarlierSilentOwner = {
  readonly node: string;
  readonly incarnation: string;
  readonly epoch: number;
  readonly host: string | null;
};

/** For some hours the silent owners of disks were kept with their group, and a hold's machine was called its host. */
export function carrySilentOwners(sql: SqlStorage): void {
  if (columnsOf(sql, "holds").includes("host")) {
    sql.exec("UPDATE holds SET machine = host");
    sql.exec("ALTER TABLE holds DROP COLUMN host");
  }
  if (!columnsOf(sql, "groups").includes("silent")) return;
  const devices = devicesByGroup(sql);
  const silent = sql
    .exec<{ name: string; silent: string }>("SELECT name, silent FROM groups ORDER BY name")
    .toArray()
    .flatMap(({ name: group, silent: json }) =>
      (JSON.parse(json) as EarlierSilentOwner[]).map(({ node, incarnation, epoch, host: machine }): SilentOwner => ({
        group,
        epoch,
        node,
        incarnation,
        machine,
        devices: devices.get(group) ?? [],
      })),
    );
  sql.exec("UPDATE cluster SET silent = ?", JSON.stringify(silent));
  sql.exec("ALTER TABLE groups DROP COLUMN silent");
}

/** An ownership of before has whatever disks its group has: who falls silent as its owner may still write to them. */
export function rememberDevices(sql: SqlStorage): void {
  for (const [group, devices] of devicesByGroup(sql)) {
    if (devices.length === 0) continue;
    sql.exec("UPDATE holds SET devices = ? WHERE group_name = ? AND devices = '[]'", JSON.stringify(devices), group);
  }
}

type Definition = {
  readonly groups: Readonly<Record<string, { readonly resources: Readonly<Record<string, Resource>> }>>;
};
type Resource = { readonly properties: Readonly<Record<string, unknown>> };

/** What the resources of each group call their `Device`, read as it was written then. */
function devicesByGroup(sql: SqlStorage): Map<string, string[]> {
  const row = sql.exec<{ definition: string }>("SELECT definition FROM cluster").toArray()[0];
  if (row === undefined) return new Map();
  const { groups } = JSON.parse(row.definition) as Definition;
  return new Map(
    Object.entries(groups).map(([name, { resources }]) => [
      name,
      Object.values(resources)
        .map(({ properties }) => properties["Device"])
        .filter((device) => typeof device === "string"),
    ]),
  );
}
