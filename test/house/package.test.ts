import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { releasedChangelog, versionSource } from "../../scripts/version-texts.ts";
import { packageRoot } from "../../src/cli/package-files.ts";
import { version } from "../../src/protocol/version.ts";
import { pack } from "../support/pack.ts";
import { fileOf, importsOf, withoutComments } from "./sources.ts";

const mostKiB = 1_536;

/** Each kind of file that a user of the package has a use for. */
const kinds: Readonly<Record<string, RegExp>> = {
  "what npm starts": /^bin\/[a-z-]+\.js$/,
  "the compiled node side": /^dist\/(?:agent|cli|client|cluster|mailers|mta|protocol)\/(?:[\w-]+\/)*[\w-]+\.js$/,
  "declarations of what is exported": /^dist\/(?:client|cluster|mailers|protocol)\/(?:[\w-]+\/)*[\w-]+\.d\.ts$/,
  "the packed Worker": /^dist\/worker\/(?:worker\.js|manifest\.json|[0-9a-f]+-[\w-]+\.sql)$/,
  "documents and their pictures": /^docs\/(?:[\w-]+\/)*[\w.-]+\.(?:md|svg|png|json|yaml)$/,
  "what documents lead to": /^(?:bench\/RESULTS\.md|model\/(?:README\.md|[\w-]+\.pml))$/,
  examples: /^examples\/[\w-]+\.(?:yaml|js)$/,
  "the tables of a cluster's data": /^schema\.sql$/,
  "what a package says of itself":
    /^(?:package\.json|LICENSE|(?:README|SPEC|ARCHITECTURE|SECURITY|CONTRIBUTING|CHANGELOG)\.md)$/,
};

const { files, size } = pack(null);
const packed = new Set(files.map(({ path }) => path));
const text = (path: string): string => readFileSync(join(packageRoot, path), "utf8");
const missing = (from: string, targets: readonly string[]): string[] =>
  targets.filter((target) => !packed.has(target)).map((target) => `${from}: ${target}`);

describe("PK1 what npm pack puts into the package", () => {
  test("PK1 is of a kind that a user has a use for, each kind is there, and all of it is small", () => {
    const isKnown = (path: string): boolean => Object.values(kinds).some((kind) => kind.test(path));
    expect([...packed].filter((path) => !isKnown(path))).toEqual([]);
    for (const [what, kind] of Object.entries(kinds)) {
      expect(
        [...packed].filter((path) => kind.test(path)),
        what,
      ).not.toEqual([]);
    }
    expect(size / 1_024).toBeLessThan(mostKiB);
  });

  test("PK1 has every file that its programs import, and every package that they need is a dependency", () => {
    const programs = [...packed].filter(
      (path) => /^(?:bin|dist)\/.*\.js$/.test(path) && !path.startsWith("dist/worker/"),
    );
    const relative = (path: string): string[] =>
      importsOf(text(path))
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => posix.join(posix.dirname(path), specifier));
    expect(programs.flatMap((path) => missing(path, relative(path)))).toEqual([]);
    const named = programs.flatMap((path) =>
      importsOf(text(path)).filter((specifier) => /^[a-z@]/.test(specifier) && !specifier.startsWith("node:")),
    );
    const packages = new Set(named.map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier));
    const builtIn = ["child_process", "fs", "module", "os", "path", "url"];
    // These two are in a program that is printed, for the folder where it will run.
    const printed = ["nodemailer", "bridgehead"];
    const allowed = new Set([...Object.keys(manifest.dependencies), ...builtIn, ...printed]);
    expect([...packages].filter((name) => !allowed.has(name))).toEqual([]);
  });

  test("PK1 has what its exports name, with all that their declarations lead to, and no declaration beside these", () => {
    const entries = Object.values(manifest.exports).flatMap((entry) =>
      typeof entry === "string" ? [entry] : [entry.types, entry.default],
    );
    expect(
      missing(
        "exports",
        entries.map((entry) => posix.normalize(entry)),
      ),
    ).toEqual([]);
    const reached = new Set(entries.filter((entry) => entry.endsWith(".d.ts")).map((entry) => posix.normalize(entry)));
    for (const path of reached) {
      for (const specifier of importsOf(text(path)).filter((one) => one.startsWith("."))) {
        reached.add(posix.join(posix.dirname(path), specifier.replace(/\.(?:ts|js)$/, ".d.ts")));
      }
    }
    expect([...packed].filter((path) => path.endsWith(".d.ts")).toSorted()).toEqual([...reached].toSorted());
  });

  test("PK1 has each module that the packed Worker is made of, and the Worker imports no other", () => {
    const { main, modules } = JSON.parse(text("dist/worker/manifest.json")) as { main: string; modules: string[] };
    expect(modules).toContain(main);
    expect(
      missing(
        "manifest.json",
        modules.map((name) => `dist/worker/${name}`),
      ),
    ).toEqual([]);
    const imported = [...withoutComments(text("dist/worker/worker.js")).matchAll(/^import .*from "\.\/([^"]+)"/gm)];
    expect(imported.map(([, name]) => name).filter((name) => name === undefined || !modules.includes(name))).toEqual(
      [],
    );
  });

  test("PK1 has every document and picture that a document in it links to, but for the pictures of the page", () => {
    const documents = [...packed].filter((path) => path.endsWith(".md"));
    // README shows the page, which whoever has the package can open: its pictures would be as large as all that runs.
    const isShown = (target: string): boolean => target.startsWith("docs/pictures/");
    const linked = (path: string): string[] =>
      [...text(path).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)|(?:src|srcset|href)="([^"#]+)"/g)]
        .map(([, inline, quoted]) => inline ?? quoted ?? "")
        .filter((target) => !/^[a-z]+:/.test(target) && /\.(?:md|svg|png|pml|yaml)$/.test(target))
        .map((target) => posix.join(posix.dirname(path), target))
        .filter((target) => !isShown(target));
    expect([...packed].filter(isShown)).toEqual([]);
    expect(linked("README.md").length).toBeGreaterThan(10);
    expect(documents.flatMap((path) => missing(path, linked(path)))).toEqual([]);
    const ofReadme = [...fileOf("README.md").matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = ""]) => target);
    expect(missing("README.md", ofReadme)).toEqual([]);
  });
});

test("PK4 CONTRIBUTING.md says what a release takes, and each script that it names is there", () => {
  const contributing = fileOf("CONTRIBUTING.md");
  const named = [...contributing.matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, name = ""]) => name);
  expect(named.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);
  const [, release = ""] = contributing.split("## A release\n");
  const steps = [".ci/run", "CHANGELOG.md", "npm version", "npm run --silent sbom >", "npm pack", "npm run deploy"];
  const places = steps.map((step) => release.indexOf(step));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

describe("PK3 the version", () => {
  test("PK3 stands in package.json, in what the programs say, and at the top of the changelog's releases", () => {
    expect(version).toBe(manifest.version);
    const headings = [...fileOf("CHANGELOG.md").matchAll(/^## \[([^\]]+)\](?: - (\S+))?$/gm)];
    expect(headings.slice(0, 2).map(([, name]) => name)).toEqual(["Unreleased", manifest.version]);
    for (const [line, , date] of headings.slice(1)) expect(date, line).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });

  test("PK3 is changed in all of these places by npm version, and not while the changelog has nothing to say of it", () => {
    const source = fileOf("src/protocol/version.ts");
    expect(versionSource(source, "7.8.9")).toBe(source.replace(`"${version}"`, '"7.8.9"'));
    const before = "# Changes\n\n## [Unreleased]\n\n### Added\n- This.\n\n## [0.1.0] - 2026-11-27\n";
    expect(releasedChangelog(before, "7.8.9", "2027-01-02")).toBe(
      "# Changes\n\n## [Unreleased]\n\n## [7.8.9] - 2027-01-02\n\n### Added\n- This.\n\n## [0.1.0] - 2026-11-27\n",
    );
    expect(() => releasedChangelog("## [Unreleased]\n\n## [0.1.0] - 2026-11-27\n", "7.8.9", "2027-01-02")).toThrow();
    expect(() => releasedChangelog("# Changes\n", "7.8.9", "2027-01-02")).toThrow();
    expect(() => versionSource("export const other = 1;\n", "7.8.9")).toThrow();
  });
});
