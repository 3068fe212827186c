import { createHash, createHmac } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { nameKey } from "../../protocol/names.ts";
import { objectClasses, uniqueKeyOf } from "./config.ts";

/** Where plain workerd keeps the objects of one class. `folder`: the control plane's. */
function objectFolderOf(folder: string, binding: keyof typeof objectClasses): string {
  return join(folder, "data", uniqueKeyOf(objectClasses[binding]));
}

/** The database of one cluster's object. */
export function clusterFile(folder: string, name: string): string {
  return join(objectFolderOf(folder, "CLUSTER"), `${objectId("CLUSTER", nameKey(name))}.sqlite`);
}

export function directoryFile(folder: string): string {
  return join(objectFolderOf(folder, "DIRECTORY"), `${objectId("DIRECTORY", "directory")}.sqlite`);
}

/** All databases of the control plane, those that workerd keeps of its own (alarms) among them. */
export function databaseFiles(folder: string): string[] {
  return (["DIRECTORY", "CLUSTER"] as const)
    .map((binding) => objectFolderOf(folder, binding))
    .filter((path) => existsSync(path))
    .flatMap((path) => databasesIn(path));
}

function databasesIn(path: string): string[] {
  const names = readdirSync(path).filter((name) => name.endsWith(".sqlite"));
  return names.toSorted().map((name) => join(path, name));
}

/** How workerd makes the id of an object from its name (`ActorIdFactoryImpl::idFromName`); a test compares it with files. */
function objectId(binding: keyof typeof objectClasses, name: string): string {
  const key = createHash("sha256").update(uniqueKeyOf(objectClasses[binding])).digest();
  const half = (of: string | Buffer): Buffer => createHmac("sha256", key).update(of).digest().subarray(0, 16);
  const base = half(name);
  return Buffer.concat([base, half(base)]).toString("hex");
}
