import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAsk, type Ask } from "../../src/cli/api.ts";
import { startControlPlane, type ControlPlane } from "../../src/cli/workerd/process.ts";
import { definitionSchema } from "../../src/protocol/definition.ts";

export type Served = { readonly folder: string; readonly controlPlane: ControlPlane; readonly ask: Ask };

const running = new Set<ControlPlane>();
const folders = new Set<string>();

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-storage-"));
  folders.add(folder);
  return folder;
}

export function copyOf(folder: string): string {
  const copy = newFolder();
  cpSync(folder, copy, { recursive: true });
  return copy;
}

export async function serve(folder: string): Promise<Served> {
  const controlPlane = await startControlPlane({ folder, host: "127.0.0.1", port: 0, tls: null });
  running.add(controlPlane);
  return { folder, controlPlane, ask: createAsk(controlPlane.url, controlPlane.adminToken) };
}

/** As a crash does it: nothing is finished. */
export async function killed({ controlPlane }: Pick<Served, "controlPlane">): Promise<void> {
  process.kill(controlPlane.pid, "SIGKILL");
  await controlPlane.ended;
  running.delete(controlPlane);
}

export async function endAll(): Promise<void> {
  await Promise.all([...running].map((controlPlane) => controlPlane.stop()));
  running.clear();
}

export function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
}

/** Two nodes, and a group that needs nothing of its host. */
export function smallCluster(cluster: string, groups: readonly string[] = ["Queue"]) {
  return definitionSchema.parse({
    cluster,
    lease: "lan",
    networks: { client: { cidr: "127.0.1.0/24", role: "ClientAccess" } },
    nodes: { NODE1: { address: "127.0.1.1" }, NODE2: { address: "127.0.1.2" } },
    groups: Object.fromEntries(
      groups.map((group) => [group, { resources: { [`${group} disk`]: { type: "Physical Disk" } } }]),
    ),
  });
}
