import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { canBind } from "../../src/cli/local/platform.ts";
import { packageRoot } from "../../src/cli/package-files.ts";
import { freePort } from "../../test/support/ports.ts";
import { until } from "../../test/support/until.ts";
import type { Surroundings } from "../measure.ts";
import type { Skipped } from "../measured.ts";

/** Where the example's partner listens, and nobody else may at that time. */
const partner = { host: "127.0.1.99", port: 10102 } as const;
const patienceMs = 90_000;

/** Microseconds of each start, in an empty folder each. Skipped when the example runs already: its addresses are the machine's. */
export async function startToAssociation(
  surroundings: Surroundings,
): Promise<{ readonly started: number[]; readonly skipped: Skipped[] }> {
  const started: number[] = [];
  for (let round = 0; round < surroundings.rounds; round += 1) {
    if (!(await isFree())) {
      const why = `somebody listens on ${partner.host}:${partner.port}: does the example run already?`;
      return { started, skipped: [{ name: "npm start", why }] };
    }
    surroundings.say(`npm start, ${round + 1} of ${surroundings.rounds}`);
    started.push(await startOnce(surroundings, join(surroundings.folder, `start-${round}`)));
  }
  return { started, skipped: [] };
}

/** Those who ended a moment ago may have connections that are not forgotten yet. */
async function isFree(): Promise<boolean> {
  for (let tries = 0; tries < 20; tries += 1) {
    if (await canBind(partner.host, partner.port)) return true;
    await delay(250);
  }
  return false;
}

async function startOnce({ later }: Surroundings, folder: string): Promise<number> {
  const port = await freePort("127.0.0.1");
  const startedAt = performance.now();
  const child = spawn("npm", ["start", "--", "--port", String(port), "--data", folder], {
    cwd: packageRoot,
    stdio: ["ignore", "pipe", "pipe"],
    // As in a terminal of its own, in which Ctrl-C is for all of it.
    detached: true,
  });
  const ended = once(child, "exit");
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-(child.pid ?? 0), "SIGINT");
    await ended;
  };
  later(end);
  let said = "";
  let acceptedAt: number | null = null;
  const hear = (chunk: Buffer): void => {
    said += chunk.toString("utf8");
    if (/, is accepted\b/.test(said)) acceptedAt ??= performance.now();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  await until(() => acceptedAt !== null || child.exitCode !== null, patienceMs, "the first association");
  if (acceptedAt === null) throw new Error(`npm start ended: ${said}`);
  await end();
  return (acceptedAt - startedAt) * 1_000;
}
