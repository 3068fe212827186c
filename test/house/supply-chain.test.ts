import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as z from "zod";
import { fileOf } from "./sources.ts";

const versions = z.record(z.string(), z.string());
const manifest = z
  .object({
    name: z.string(),
    version: z.string(),
    dependencies: versions,
    devDependencies: versions,
    optionalDependencies: versions,
    allowScripts: z.record(z.string(), z.boolean()),
  })
  .parse(JSON.parse(fileOf("package.json")));

/** Most say it as a list, some as one word. */
const words = z.union([z.array(z.string()), z.string().transform((word) => [word])]);
const lockedSchema = z.object({
  version: z.string(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  dev: z.boolean().default(false),
  optional: z.boolean().default(false),
  hasInstallScript: z.boolean().default(false),
  os: words.default(["linux"]),
  cpu: words.default(["x64"]),
  libc: words.default(["glibc"]),
});
const lock = z
  .object({ lockfileVersion: z.number(), packages: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(fileOf("package-lock.json")));
const locked = Object.entries(lock.packages)
  .filter(([path]) => path !== "")
  .map(([path, entry]) => ({ path, name: path.split("node_modules/").at(-1) ?? "", ...lockedSchema.parse(entry) }));

test("SE2: of all packages two have install scripts, and npm is told to run neither", () => {
  const withScripts = locked.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
  expect(withScripts.toSorted()).toEqual(["esbuild", "workerd"]);
  expect(manifest.allowScripts).toEqual({ esbuild: false, workerd: false });
});

test("SE2: every package that may be installed is locked by its hash, and comes from the registry", () => {
  const installable = locked.filter(
    ({ os, cpu, libc }) =>
      os.includes("linux") && libc.includes("glibc") && (cpu.includes("x64") || cpu.includes("arm64")),
  );
  expect(installable.length).toBeGreaterThan(100);
  expect(installable.filter(({ integrity }) => integrity?.startsWith("sha512-") !== true)).toEqual([]);
  const fromElsewhere = ({ resolved }: (typeof locked)[number]): boolean =>
    resolved !== undefined && !resolved.startsWith("https://registry.npmjs.org/");
  expect(locked.filter(fromElsewhere)).toEqual([]);
});

test("SE2: what is depended on is named by its exact version, with its reason in CONTRIBUTING.md", () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  const contributing = fileOf("CONTRIBUTING.md");
  for (const [name, version] of Object.entries(all)) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
    expect(contributing, `${name} has no row in CONTRIBUTING.md`).toContain(`\`${name}\``);
  }
});

test("SE2: the bill of materials names every package that is locked, and which are for development only", () => {
  const cwd = fileURLToPath(new URL("../../", import.meta.url));
  const said = execFileSync("npm", ["run", "--silent", "sbom"], { cwd, encoding: "utf8", maxBuffer: 2 ** 26 });
  const { bomFormat, metadata, components } = billSchema.parse(JSON.parse(said));
  expect(bomFormat).toBe("CycloneDX");
  expect(metadata.component).toMatchObject({ name: manifest.name, version: manifest.version, type: "application" });
  const forDevelopment = new Map(
    components.map(({ purl, properties }) => [
      decodeURIComponent(purl.split("?")[0] ?? ""),
      properties.some(({ name }) => name === "cdx:npm:package:development"),
    ]),
  );
  const wrong = locked.filter(({ name, version, dev }) => forDevelopment.get(`pkg:npm/${name}@${version}`) !== dev);
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

const billSchema = z.object({
  bomFormat: z.string(),
  metadata: z.object({ component: z.looseObject({}) }),
  components: z.array(z.object({ purl: z.string(), properties: z.array(z.object({ name: z.string() })).default([]) })),
});
