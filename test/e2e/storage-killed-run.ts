import { parseArgs } from "node:util";
import { killUnderLoad } from "./storage-load.ts";
import { endAll, removeFolders } from "./storage-support.ts";

/** `node test/e2e/storage-killed-run.ts --seed N --kills N`: exit code 1 and what was found, at the first finding. Needs a build. */
const { values } = parseArgs({
  options: { seed: { type: "string", default: "1" }, kills: { type: "string", default: "200" } },
});
try {
  const seed = Number(values.seed);
  const report = await killUnderLoad(seed, { kills: Number(values.kills), ms: Number.POSITIVE_INFINITY });
  console.log(JSON.stringify({ seed, ...report }));
  process.exitCode = report.findings.length === 0 ? 0 : 1;
} finally {
  await endAll();
  removeFolders();
}
