import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { packageRoot } from "../src/cli/package-files.ts";
import { wrkVersion } from "./load/wrk.ts";
import { etcdVersion } from "./peers/etcd.ts";

export const machineSchema = z
  .strictObject({
    cpu: z.string(),
    cores: z.number(),
    memoryBytes: z.number(),
    kernel: z.string(),
    /** By program; those that are not here are left out. */
    versions: z.record(z.string(), z.string()),
    /** ISO 8601. */
    date: z.string(),
    /** With `+` when something in the checkout differed from it; null where there is no checkout. */
    commit: z.string().nullable(),
    /** Of the last minute, before the measurement: what else had the machine. */
    load: z.number(),
  })
  .readonly();

/** On what, with what and when something was measured. */
export type Machine = z.infer<typeof machineSchema>;

export async function machineNow(): Promise<Machine> {
  const programs = {
    node: process.version.slice(1),
    workerd: versionOf("workerd"),
    wrk: await wrkVersion(),
    etcd: await etcdVersion(),
  };
  const versions = Object.fromEntries(
    Object.entries(programs).flatMap(([name, version]) => (version === null ? [] : [[name, version]])),
  );
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? "unknown",
    cores: all.length,
    memoryBytes: totalmem(),
    kernel: release(),
    versions,
    date: new Date().toISOString(),
    commit: await commitNow(),
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
  };
}

function versionOf(name: string): string {
  const file = join(packageRoot, "node_modules", name, "package.json");
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, "utf8"))).version;
}

async function commitNow(): Promise<string | null> {
  const git = (...args: string[]) => promisify(execFile)("git", ["-C", packageRoot, ...args]);
  try {
    const head = (await git("rev-parse", "--short=12", "HEAD")).stdout.trim();
    const { stdout: changes } = await git("status", "--porcelain", "--untracked-files=no");
    return changes === "" ? head : `${head}+`;
  } catch {
    return null;
  }
}
