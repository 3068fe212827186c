import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { runTool } from "../../scripts/tool.ts";
import { packageRoot } from "../../src/cli/package-files.ts";
import { hostNpm } from "../support/host-npm.ts";
import { pack } from "../support/pack.ts";

/**
 * A folder with nothing in it but the package as it is packed, and links to what its manifest says that it needs: no registry is asked.
 * `package-installed-run.ts` does it with one.
 */
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-package-"));
  const { filename } = pack(folder);
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, ".bin"), { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, filename), "-C", modules]);
  renameSync(join(modules, "package"), join(modules, "bridgehead"));
  symlinkSync("../bridgehead/bin/bridgehead.js", join(modules, ".bin", "bridgehead"));
  const needed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  for (const name of [...needed, "@types/node"]) {
    const installed = join(packageRoot, "node_modules", name);
    if (!existsSync(installed)) continue;
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(installed, join(modules, name));
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("PK2 the packed package, with nothing around it", () => {
  test("PK2 tells its version under the host's own Node", async () => {
    const { code, said } = await hostNpm("npx", ["--no-install", "bridgehead", "--version"], folder);
    expect(said.trim()).toBe(manifest.version);
    expect(code).toBe(0);
  });

  test("PK2 plays the demo to its end", { timeout: 120_000 }, async () => {
    const { code, said } = await hostNpm("npx", ["--no-install", "bridgehead", "demo"], folder);
    expect(said).toMatch(/All \d+ lines came out as they should/);
    expect(code).toBe(0);
  });

  test("PK1 has types for what it exports, which say what they should", async () => {
    writeFileSync(
      join(folder, "program.ts"),
      `import { createClient } from "bridgehead/client";
import { getMx } from "bridgehead/haraka";
import { liveSourceAddress } from "bridgehead/source-addresses";
const answer = await createClient({ url: "http://127.0.0.1:8787", token: "token" }).getCluster("exchange");
if (answer.ok) console.log(answer.value.name satisfies string, getMx, liveSourceAddress({ group: "Exchange" }).now().decision);
type IsLost<T> = 0 extends 1 & T ? true : false;
false satisfies IsLost<typeof answer>;
`,
    );
    const compilerOptions = { module: "nodenext", target: "es2023", strict: true, noEmit: true, types: ["node"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
    expect(await runTool("tsc", ["-p", folder], folder)).toEqual({ ok: true, said: "" });
  });
});
