import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Said, Seeds } from "./seeds.ts";

const run = promisify(execFile);
const script = join(import.meta.dirname, "run.ts");

/** Seeds in a process of their own. @param node what Node is told besides, such as a module to load first */
export async function runApart(
  seeds: Seeds,
  node: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Said> {
  const { first, step, runs, faultsTtls } = seeds;
  const words = ["--jobs", "1", "--seed", first, "--step", step, "--runs", runs, "--ttls", faultsTtls].map(String);
  const { stdout } = await run(process.execPath, [...node, script, ...words], {
    env: { ...process.env, ...env },
    maxBuffer: 16 * 1024 * 1024,
  }).catch((error: { stdout?: string }) => {
    // A finding is said as all else is, and shows in the exit code as well.
    if (error.stdout) return { stdout: error.stdout };
    throw error;
  });
  return JSON.parse(stdout) as Said;
}

/** The same seeds, dealt out to so many processes. Of several findings, that of the lowest seed. */
export async function runSideBySide({ first, step, runs, faultsTtls }: Seeds, jobs: number): Promise<Said> {
  const shares = Array.from({ length: Math.min(jobs, runs) }, (_, job): Seeds => {
    return { first: first + job * step, step: step * jobs, runs: Math.ceil((runs - job) / jobs), faultsTtls };
  });
  const startedAt = performance.now();
  const said = await Promise.all(shares.map((share) => runApart(share)));
  const sum = (of: (one: Said) => number): number => said.reduce((total, one) => total + of(one), 0);
  const findings = said.flatMap(({ finding }) => finding ?? []).toSorted((a, b) => a.seed - b.seed);
  const done = sum(({ runs: of }) => of);
  return {
    runs: done,
    events: sum(({ events }) => events),
    changes: sum(({ changes }) => changes),
    perSecond: Number(((done * 1_000) / (performance.now() - startedAt)).toFixed(1)),
    finding: findings[0] ?? null,
  };
}
