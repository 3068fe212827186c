import { describe, expect, test } from "vitest";
import { fileOf, importsOf, programOf, resolved, type Source, sourcesIn } from "./sources.ts";
import { ruleOf, rulesOf, titlesOf } from "./titles.ts";

const source = sourcesIn("src");
const tests = sourcesIn("test");

/** What each part of the source may import beside itself. Nothing imports what is not in its row, so nothing goes round. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  cluster: [],
  protocol: ["cluster"],
  client: ["cluster", "protocol"],
  mta: ["cluster", "protocol", "client"],
  mailers: ["cluster", "mta"],
  agent: ["cluster", "protocol", "client", "mta", "mailers"],
  cli: ["cluster", "protocol", "client", "mta", "mailers", "agent"],
  dashboard: ["cluster", "protocol"],
  "control-plane": ["cluster", "protocol", "dashboard"],
  "worker.ts": ["cluster", "protocol", "dashboard", "control-plane"],
};

const machines = [
  "session",
  "session-state",
  "session-holds",
  "session-line",
  "host",
  "host-events",
  "host-drain",
  "host-health",
  "host-phases",
  "host-reconcile",
  "host-renewal",
  "host-report",
  "host-specs",
  "host-state",
  "host-work",
  "fuse",
  "witness",
  "seen",
  "orders",
  "peers/asking",
  "peers/vouching",
  "peers/word-notes",
  "peers/words",
].map((name) => `src/agent/${name}.ts`);
const pure = source.filter(({ path }) => path.startsWith("src/cluster/") || machines.includes(path));

const partOf = (path: string): string => path.split("/")[1] ?? "";

/** `path: what` for each file and each thing that is found in it. */
function findings(files: readonly Source[], find: (file: Source) => readonly string[]): string[] {
  return files.flatMap((file) => find(file).map((what) => `${file.path}: ${what}`));
}

function linesWith(text: string, pattern: RegExp): string[] {
  return text.split("\n").flatMap((line, index) => (pattern.test(line) ? [`line ${index + 1}: ${line.trim()}`] : []));
}

describe("BR3: imports go one way", () => {
  test("BR3: every part of the source has a row that says what it may import", () => {
    const parts = new Set(source.map(({ path }) => partOf(path)));
    expect([...parts].filter((part) => !Object.hasOwn(mayImport, part))).toEqual([]);
  });

  test("BR3: no part imports what its row does not name", () => {
    const wrong = findings(source, ({ path, text }) => {
      const allowed = new Set([partOf(path), ...(mayImport[partOf(path)] ?? [])]);
      return importsOf(text).filter((specifier) => {
        const target = resolved(path, specifier);
        return target?.startsWith("src/") === true && !allowed.has(partOf(target));
      });
    });
    expect(wrong).toEqual([]);
  });

  test("BR3: the table has no way round, and the two sides never meet", () => {
    const reach = (part: string, seen = new Set<string>()): Set<string> => {
      for (const next of mayImport[part] ?? []) if (!seen.has(next)) reach(next, seen.add(next));
      return seen;
    };
    const nodeSide = ["client", "mta", "mailers", "agent", "cli"];
    const farSide = ["control-plane", "dashboard", "worker.ts"];
    for (const part of Object.keys(mayImport)) expect(reach(part), part).not.toContain(part);
    for (const part of farSide)
      expect(
        [...reach(part)].filter((other) => nodeSide.includes(other)),
        part,
      ).toEqual([]);
    for (const part of nodeSide)
      expect(
        [...reach(part)].filter((other) => farSide.includes(other)),
        part,
      ).toEqual([]);
  });

  test("BR3: what is imported by a relative path is in the source, and its ending is written", () => {
    const wrong = findings(source, ({ path, text }) =>
      importsOf(text).filter((specifier) => {
        const target = resolved(path, specifier);
        return target !== null && !/^(src\/.+\.(?:tsx?|sql)|schema\.sql|package\.json)$/.test(target);
      }),
    );
    expect(wrong).toEqual([]);
  });

  test("BR3: the brain imports nothing from outside of it, and the words nothing but zod", () => {
    const packages = (part: string): string[] =>
      source
        .filter(({ path }) => partOf(path) === part)
        .flatMap(({ text }) => importsOf(text))
        .filter((specifier) => !specifier.startsWith("."));
    expect(packages("cluster")).toEqual([]);
    expect(new Set(packages("protocol"))).toEqual(new Set(["zod"]));
  });

  test("BR3: the agent's machines import the brain and each other, and nothing else", () => {
    expect(pure.filter(({ path }) => machines.includes(path)).map(({ path }) => path)).toEqual(machines.toSorted());
    const wrong = findings(pure, ({ path, text }) =>
      importsOf(text).filter((specifier) => {
        const target = resolved(path, specifier) ?? specifier;
        return !target.startsWith("src/cluster/") && !(machines.includes(path) && machines.includes(target));
      }),
    );
    expect(wrong).toEqual([]);
  });
});

describe("BR3: the pure parts are pure", () => {
  test("BR3: they read no clock, no chance, no platform", () => {
    const platform =
      /\bDate\s*\.\s*now|\bnew Date\(\s*\)|\bperformance\b|\bMath\s*\.\s*random|\bcrypto\b|\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bprocess\b|\bconsole\b|\bfetch\b|\bglobalThis\b|\bawait\b|\basync\b/;
    expect(findings(pure, ({ text }) => linesWith(programOf(text), platform))).toEqual([]);
  });

  test("BR3: they hold no state of their own between two calls", () => {
    expect(findings(pure, ({ text }) => linesWith(programOf(text), /^(?:export )?(?:let|var)\b/))).toEqual([]);
  });

  test("BR3: nothing in the source has a type that says anything, or a promise that nothing holds", () => {
    const anything = /(?:[:<,|&]|=>|\bas|\bsatisfies)\s*any\b|\bany\[\]/;
    const nonNull = /[\w)\]]!(?![=\w])/;
    const escapes = [anything, nonNull, /\bas unknown as\b/];
    expect(findings(pure, ({ text }) => escapes.flatMap((escape) => linesWith(programOf(text), escape)))).toEqual([]);
    expect(findings([...source, ...tests], ({ text }) => linesWith(programOf(text), anything))).toEqual([]);
    expect(findings(source, ({ text }) => linesWith(programOf(text), nonNull))).toEqual([]);
  });

  test("BR3: no comment switches a check off", () => {
    const switches = new RegExp(["@ts-(?:ignore|nocheck|expect-error)", "(?:es|ox)lint-disable"].join("|"));
    expect(findings([...source, ...tests], ({ text }) => linesWith(text, switches))).toEqual([]);
  });
});

test("BR3: no file of source or tests holds a path of the machine that it was written on", () => {
  const paths = /(?:^|["'`\s=(:])\/(?:work|home|Users|root|mnt|workspace)\//;
  const files = [...sourcesIn("src", [""]), ...sourcesIn("test", [""])];
  expect(findings(files, ({ text }) => linesWith(text, paths))).toEqual([]);
});

test("BR3: a file is read as a program: comments, texts and patterns are no part of it", () => {
  const written =
    'const a = "/* no"; /* import "x" */ const b = /["(]/.test(a); // import "y"\nimport { c } from "./c.ts";';
  expect(importsOf(written)).toEqual(["./c.ts"]);
  expect(programOf(written).replace(/\s+/g, " ")).toBe("const a = ; const b = .test(a); import { c } from ;");
  expect(programOf(written)).toHaveLength(written.length);
  expect(importsOf('export * from "./d.ts"; import "e"; const f = await import("./f.ts");')).toEqual([
    "./d.ts",
    "e",
    "./f.ts",
  ]);
  expect(resolved("src/agent/drivers/x.ts", "../../cluster/y.ts")).toBe("src/cluster/y.ts");
});

describe("SP1: every rule has a test, and every test a rule", () => {
  const rules = rulesOf(fileOf("SPEC.md"));
  const titles = tests.filter(({ path }) => path.endsWith(".test.ts")).flatMap(titlesOf);

  test("SP1: no rule has the number of another one", () => {
    expect(rules.length).toBeGreaterThan(50);
    expect(rules.filter((rule, index) => rules.indexOf(rule) !== index)).toEqual([]);
  });

  test("SP1: every rule of SPEC.md begins the title of a test", () => {
    const tested = new Set(titles.map(({ title }) => ruleOf(title)));
    const untested = rules.filter((rule) => !tested.has(rule));
    expect(untested, `rules without a test: ${untested.join(" ")}`).toEqual([]);
  });

  test("EX2: each rule that the brain gives as a reason is one of SPEC.md", () => {
    const named = source
      .filter(({ path }) => path.startsWith("src/cluster/"))
      .flatMap(({ text }) => [...text.matchAll(/"([A-Z]{2}\d+)"/g)].map(([, rule = ""]) => rule));
    expect(new Set(named).size).toBeGreaterThan(20);
    expect(named.filter((rule) => !rules.includes(rule))).toEqual([]);
  });

  test("SP1: every title of a test begins with a rule of SPEC.md", () => {
    const known = new Set(rules);
    const lost = titles.filter(({ title }) => !known.has(ruleOf(title) ?? ""));
    const missing = [...new Set(lost.map(({ title }) => ruleOf(title) ?? "no rule at all"))].toSorted();
    const shown = lost.map(({ path, line, title }) => `${path}:${line} ${title ?? "(not a literal)"}`);
    expect(shown, `titles with a rule that SPEC.md does not have: ${missing.join(" ")}`).toEqual([]);
  });

  test("SP1: no test is switched off, and none runs alone", () => {
    const off = /(?<![\w.$])(?:test|it|describe)\s*\.\s*(?:skip|only|todo|fails)\b/;
    expect(findings(tests, ({ text }) => linesWith(programOf(text), off))).toEqual([]);
  });

  test("SP1: titles are found however a test is written", () => {
    const text = [
      'test("AA1 plain", () => {});',
      `  it('AA2: single', async () => {});`,
      `test(\n  \`AA3 template \${1 + 1} of it\`,\n  () => {},\n);`,
      `test.each(["a)", 'b(', /[)/]\\)/])("AA4 %s", (name) => { expect(name).toBe("(") });`,
      `test.each<Case>([{ a: (1) }])("AA5 $a", () => {});`,
      `test.concurrent.for([[1, "x"]])("AA6 %i \\"x\\"", () => {});`,
      `test("AA7", { timeout: 5 }, () => {});`,
      `// test("AA8 in a comment", () => {});`,
      `/pattern/.test("no title"); latest("no title"); test.extend({});`,
      `test(title, () => {});`,
    ].join("\n");
    const found = titlesOf({ path: "x.test.ts", text });
    expect(found.map(({ title }) => ruleOf(title))).toEqual(["AA1", "AA2", "AA3", "AA4", "AA5", "AA6", "AA7", null]);
    expect(found.map(({ line }) => line)).toEqual([1, 2, 3, 7, 8, 9, 10, 13]);
    expect(found.at(-1)?.title).toBeNull();
  });

  test("SP1: a rule is two capitals and a number, at the very beginning", () => {
    expect(["GR1 a", "GR10: b", "GR2"].map(ruleOf)).toEqual(["GR1", "GR10", "GR2"]);
    expect(["a GR1", "gr1 a", "GRX a", "GR1a b", "", null].map(ruleOf)).toEqual([null, null, null, null, null, null]);
    expect(rulesOf("- **AB1** one\n- **AB12** two, unlike **important** and **AB1**.")).toEqual(["AB1", "AB12", "AB1"]);
  });
});
