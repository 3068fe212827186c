/** Lints the OpenAPI document that the Worker serves: node scripts/openapi.ts. Nothing is written but to a temporary folder. */
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openApiDocument } from "./table-of-routes.ts";
import { root, runTool } from "./tool.ts";

const folder = await mkdtemp(join(tmpdir(), "bridgehead-openapi-"));
try {
  const configuration = join(root, "scripts", "openapi");
  await writeFile(join(folder, "openapi.json"), JSON.stringify(await openApiDocument(), null, 1));
  await copyFile(join(configuration, "redocly.yaml"), join(folder, "redocly.yaml"));
  await copyFile(join(configuration, "lint-ignore.yaml"), join(folder, ".redocly.lint-ignore.yaml"));
  const { ok, said } = await runTool("redocly", ["lint", "openapi.json", "--max-problems", "1000"], folder);
  process.stdout.write(said);
  if (!ok) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
