import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Said, Seeds } from "./seeds.ts";

const script = join(import.meta.dirname, "run.ts");

/** Seeds in a process of their own. @param node what Node is told besides, such as a module to load first */
export async function runApart(
  { first, step, runs, faultsTtls }: Seeds,
  node: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Said> {
  const words = ["--jobs", "1", "--seed", first, "--step", step, "--runs", runs, "--ttls", faultsTtls].map(String);
  // What takes long says on the way how far it is.
  const stdio = ["ignore", "pipe", "inherit"] as const;
  const child = spawn(process.execPath, [...node, script, ...words], {
    stdio: [...stdio],
    env: { ...process.env, ...env },
  });
  const [said] = await Promise.all([child.stdout === null ? "" : text(child.stdout), once(child, "close")]);
  if (said === "") throw new Error(`${script} said nothing`);
  return JSON.parse(said) as Said;
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
