import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createAsk, type Ask } from "../../src/cli/api.ts";
import { clusterFile } from "../../src/cli/workerd/object-files.ts";
import { type ControlPlane, startControlPlane } from "../../src/cli/workerd/process.ts";
import { limits } from "../../src/cluster/limits.ts";
import { smallCluster } from "../../test/e2e/storage-support.ts";
import type { Surroundings } from "../measure.ts";

const few = "few";
const full = "full";

/** Microseconds from the question to the verdict, the first that an object is asked after workerd has started. */
export async function coldStarts(
  surroundings: Surroundings,
): Promise<{ readonly full: number[]; readonly small: number[] }> {
  const { folder, rounds, say, later } = surroundings;
  const home = join(folder, "cold");
  let running: ControlPlane | null = null;
  later(() => running?.stop());
  const start = async (): Promise<{ readonly controlPlane: ControlPlane; readonly ask: Ask }> => {
    const controlPlane = await startControlPlane({
      folder: home,
      host: "127.0.0.1",
      port: 0,
      tls: null,
    });
    running = controlPlane;
    return { controlPlane, ask: createAsk(controlPlane.url, controlPlane.adminToken, 60_000) };
  };
  const first = await start();
  for (const name of [few, full]) await first.ask((client) => client.putCluster(name, smallCluster(name)));
  await first.controlPlane.stop();
  fill(home);
  say(`${limits.journal} entries; ${2 * rounds} starts`);
  const second = await start();
  const { last } = await second.ask((client) => client.events(full, 0, 1));
  if (last < limits.journal) throw new Error(`the journal has ${last} entries`);
  await second.controlPlane.stop();
  const samples = { [full]: [] as number[], [few]: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    // One workerd for each, so that neither finds what the other one has loaded.
    for (const name of round % 2 === 0 ? ([full, few] as const) : ([few, full] as const)) {
      const { controlPlane, ask } = await start();
      // The first request of all loads the client, compiles the routes and opens the directory; this one is about the object.
      await ask((client) => client.listClusters());
      const askedAt = performance.now();
      await ask((client) => client.sourceAddress(name, "Queue", { node: "NODE1" }));
      samples[name].push((performance.now() - askedAt) * 1_000);
      await controlPlane.stop();
    }
  }
  return { full: samples[full], small: samples[few] };
}

/** With entries like its last one, in the file of an object that does not run: to write each by a request would take minutes. */
function fill(folder: string): void {
  const database = new DatabaseSync(clusterFile(folder, full));
  try {
    const columns = "at, kind, severity, sentence, mscs_id, epoch, node, group_name, resource, actor, details";
    database.exec(
      `WITH RECURSIVE following (n) AS (SELECT MAX(seq) + 1 FROM journal UNION ALL SELECT n + 1 FROM following WHERE n < ${limits.journal})
       INSERT INTO journal (seq, ${columns})
       SELECT n, ${columns} FROM following, (SELECT * FROM journal ORDER BY seq DESC LIMIT 1)`,
    );
  } finally {
    database.close();
  }
}
