import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { definitionIn } from "../../src/cli/definition-file.ts";
import { CliError } from "../../src/cli/errors.ts";
import { examplesFolder } from "../../src/cli/package-files.ts";
import { definitionYaml } from "../../src/cli/yaml-text.ts";
import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import { explainGroup } from "../../src/cluster/explain/explain.ts";
import { assertInvariants } from "../../src/cluster/invariants.ts";
import type { ClusterState } from "../../src/cluster/state.ts";
import { step } from "../../src/cluster/step.ts";
import { parsePartners, PartnersFileError } from "../../src/mta/partners.ts";
import { readYaml } from "../../src/mta/read-yaml.ts";
import { definitionSchema, parseDefinition } from "../../src/protocol/definition.ts";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { Cluster } from "../cluster/driver.ts";
import { always } from "./always.ts";
import { type Edit, edited, edits, marker, repeatsMore, smallEdits } from "./json.ts";
import { valuesOf } from "./of-schema.ts";

const document: unknown = parse(readFileSync(join(examplesFolder, "q186756.yaml"), "utf8"));
/** Of everything that a definition may have, one; and short, for it is parsed ten thousand times. */
const short = `cluster: exchange # all of it
networks: { client: { cidr: 127.0.1.0/24 } }
nodes:
  NODE1: { address: 127.0.1.1 }
groups:
  Exchange:
    preferredOwners: [NODE1]
    properties: { Priority: 3 }
    resources:
      IP:
        type: IP Address
        properties: { Address: 127.0.1.9, SubnetMask: 255.255.255.0, Network: "client" }
      Name: { type: Network Name, dependsOn: [IP], properties: { Name: EXCHVS } }
`;
const shortDocument: unknown = parse(short);
const empty = new Cluster();

/** A refusal says what and where, and repeats names at most; anything else that is thrown is a fault. */
function read(text: string): ClusterDefinition | null {
  try {
    return definitionIn(text, "file");
  } catch (error) {
    if (!(error instanceof CliError) || repeatsMore(error.message)) throw error;
    if (error.code === "not-yaml" && /^file(?:, line \d+, column \d+)?: [^\n]+$/.test(error.message)) return null;
    if (error.code === "too-deep" && /^file, line \d+, column \d+: [^\n]+$/.test(error.message)) return null;
    const problems = error.parts.problems ?? [];
    const isPlaced = problems.every(
      ({ path, sentence }) => /^(?:line \d+ \(|\(document\)$|[^ ])/.test(path) && sentence !== "",
    );
    if (error.code === "invalid-definition" && problems.length > 0 && isPlaced) return null;
    throw new Error("a refusal that does not say where", { cause: error });
  }
}

function refusalOf(refused: unknown): Extract<ReturnType<typeof parseDefinition>, { ok: false }> {
  const parsed = parseDefinition(refused);
  return parsed.ok ? expect.fail("it was taken") : parsed;
}

/** It is read again as it is; the brain takes it for a new cluster, welcomes the nodes that it has, and can explain each group. */
function takes(definition: ClusterDefinition): void {
  const kept: unknown = JSON.parse(JSON.stringify(definition));
  const again = parseDefinition(kept);
  if (!again.ok || !isDeepStrictEqual(again.definition, kept)) throw new Error("it is not read again as it is kept");
  const at = (state: ClusterState, event: Parameters<typeof step>[1]): ClusterState => {
    const { state: next, outcome } = step(state, event);
    if (outcome.kind === "refused") throw new Error(`refused: ${outcome.refusal.detail}`);
    assertInvariants(next);
    return next;
  };
  const { now } = empty;
  let state = at(empty.state, { type: "define", definition, actor: "operator", force: false, now });
  for (const [index, node] of Object.keys(definition.nodes).entries()) {
    const message = {
      type: "hello",
      protocol: 1,
      incarnation: `run-${index}`,
      machine: null,
      peer: { key: `key-of-${node}`, address: `${node}:7946`, proof: "" },
      connection: 1,
      seen: { generation: null, revision: null, epochs: {} },
      released: [],
      holding: [],
      told: { associations: 0, notices: 0 },
    } as const;
    state = at(state, { type: "hello", socket: `s${index}`, node, nonce: "n", message, now: now + 1 });
  }
  state = at(state, { type: "alarm", now: now + 60_000 });
  for (const group of Object.keys(definition.groups))
    if (explainGroup(state, group, now + 60_000, []) === null) throw new Error("a group is missing");
}

const pieces = [
  "&a ",
  "*a",
  "<<: *a",
  "!!binary ",
  "!!set ",
  "!!float ",
  "!other ",
  "? ",
  ": ",
  "- ",
  "\t",
  "|\n",
  ">-\n",
  "#",
  "'",
  '"',
  "%YAML 1.1\n---\n",
  "---\n",
  "...\n",
  "[",
  "]",
  "{",
  "}",
  "\n",
  "  ",
  "~",
  "0o17",
  ".nan",
  "1e400",
  "\u0000",
  "\ud800",
  "__proto__: 1\n",
  marker,
];
const slips = fc.array(fc.tuple(fc.nat(2_000), fc.nat(4), fc.constantFrom(...pieces)), { minLength: 1, maxLength: 3 });
const slipped = (text: string, done: readonly (readonly [number, number, string])[]): string =>
  done.reduce((before, [where, gone, put]) => {
    const at = where % (before.length + 1);
    return before.slice(0, at) + put + before.slice(at + gone);
  }, text);

const bombs: readonly (readonly [string, string])[] = [
  ["lists without end", "[".repeat(20_000)],
  ["lists without end, closed", `${"[".repeat(20_000)}${"]".repeat(20_000)}`],
  ["objects without end", "{a: ".repeat(20_000)],
  ["levels of lists", "- ".repeat(20_000)],
  ["levels of keys", "? ".repeat(20_000)],
  ["levels by indentation", Array.from({ length: 1_500 }, (_, level) => `${" ".repeat(level)}a:\n`).join("")],
  ["an alias of itself", "cluster: &a [*a]\n"],
  ["an object of itself", "cluster: a\ngroups: &a\n  G: *a\n"],
  [
    "aliases of aliases",
    `l0: &l0 [x, x, x]\n${Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(", ")}]`).join("\n")}\n`,
  ],
  [
    "merged aliases",
    `%YAML 1.1\n---\na0: &a0 {x: 1}\n${Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} {p: *a${n}, q: *a${n}}`).join("\n")}\n`,
  ],
  ["a list as a key", "? [a, b]\n: c\n"],
  ["a prototype", "__proto__: {cluster: a}\ncluster: a\n"],
  [
    "what only this parser makes",
    "%YAML 1.1\n---\ncluster: !!binary aGk=\nnodes: !!set {a, b}\ngroups: !!omap [a: 1]\ntimeZone: 2026-11-26\n",
  ],
];

describe("what is read as a definition", () => {
  test.each(bombs)("FZ8 %s are refused by their place", (_, text) => {
    expect(read(text)).toBeNull();
    expect(read(`cluster: exchange\nproperties:\n  Description: ${text}`)).toBeNull();
  });

  test.each([
    ["no name", marker, "…"],
    ["a name and more", `Name${marker}`, "Name…"],
    ["too long for a name", `${"x".repeat(63)}${marker}`, `${"x".repeat(63)}…`],
    ["a name", "Nonsense 2", "Nonsense 2"],
  ])("FZ8 what is refused is told by its place, and by its name where it is %s", (_, text, shown) => {
    const network = { Address: "192.0.2.100", SubnetMask: "255.255.255.0", Network: text };
    const resources = {
      One: { type: text },
      Two: { type: "IP Address", properties: network },
      Three: { type: "Network Name", dependsOn: `[Two] and [${text}]`, properties: { Name: text } },
      Four: { type: "Network Name", dependsOn: ["Two"], properties: { Name: text } },
    };
    const { problems } = refusalOf({
      cluster: "exchange",
      networks: { client: { cidr: text } },
      nodes: { NODE1: { address: text } },
      resourceTypes: { Own: { basedOn: text } },
      groups: { Group: { properties: { [text]: text }, resources } },
    });
    const told = problems.map(({ code, sentence }) => `${code}: ${sentence}`);
    expect(told.filter((one) => repeatsMore(one))).toEqual([]);
    const said = (code: string): string[] => told.filter((one) => one.startsWith(`${code}: `));
    expect([said("network-cidr").length, said("node-address").length]).toEqual([1, 1]);
    expect(said("unknown-property").join()).toContain(`a group has no property ${shown};`);
    expect(said("unknown-type").join()).toContain(`there is no resource type "${shown}";`);
    expect(said("unknown-type").join()).toContain(`there is no built-in type "${shown}";`);
    expect(said("no-such-network")).toEqual([`no-such-network: there is no network "${shown}"`]);
    expect(said("no-such-resource").join()).toContain(`there is no resource "${shown}" in this group;`);
    expect(said("name-twice")).toEqual([`name-twice: ${shown} is already the network name of "Three" in group Group`]);
  });

  test("FZ8 a level more than a document may have is refused by its line, in blocks as in lists", () => {
    const listed = (levels: number): string => `${"[".repeat(levels)}a${"]".repeat(levels)}`;
    const indented = (levels: number): string =>
      Array.from({ length: levels }, (_, level) => `${" ".repeat(level)}a:\n`).join("");
    const { depth } = protocolLimits;
    for (const nested of [listed, indented, (levels: number) => `${"- ".repeat(levels)}a`]) {
      expect(readYaml(nested(depth), "file").ok).toBe(true);
      const refused = expect.objectContaining({
        code: "too-deep",
        message: expect.stringMatching(/^file, line \d+, /),
      });
      expect(readYaml(nested(depth + 2), "file")).toEqual(refused);
    }
    expect(() => parsePartners(listed(depth + 2))).toThrow(/line 1, column 34: Nothing here is nested more than 32/);
  });

  test("FZ8 nothing of a file is told in passing", () => {
    const warned = vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
    expect(read("? [secret]\n: 1\n")).toBeNull();
    expect(() => parsePartners("partners:\n  ? { password: secret }\n  : 1\n")).toThrow(PartnersFileError);
    for (const slip of ["partners: { peer: { password:secret } }", "partners: {password:secret}", "password:secret: 1"])
      expect(() => parsePartners(slip)).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining("sec") }),
      );
    for (const slip of [
      "*secret",
      "!secret a",
      "%secret\n---\na",
      '"\\secret"',
      "|secret\n a",
      "!<secret a",
      "a: 1\n---\nsecret",
    ])
      expect(readYaml(slip, "file")).not.toMatchObject({ message: expect.stringContaining("sec") });
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  test("FZ8 a partners file that is nearly YAML is one, or is refused as one", () => {
    const file = readFileSync(join(examplesFolder, "partners.yaml"), "utf8");
    const isOne = (done: Parameters<typeof slipped>[1]): void => {
      try {
        parsePartners(slipped(file, done));
      } catch (error) {
        if (!(error instanceof PartnersFileError) || repeatsMore(error.message)) throw error;
      }
    };
    always(slips, isOne, { times: 0.2 });
  });

  test("FZ8 a file that is nearly YAML is a definition, or is refused by its place", () => {
    always(slips, (done) => {
      const definition = read(slipped(short, done));
      if (definition !== null) takes(definition);
    });
  });

  test("FZ8 a file that is nearly a definition is one, or is refused by its place", () => {
    let taken = 0;
    const documents = fc.oneof(
      { weight: 3, arbitrary: fc.constant(document) },
      { weight: 1, arbitrary: valuesOf(definitionSchema) },
    );
    always(fc.tuple(documents, edits), ([base, done]) => {
      const other = edited(base, done);
      const parsed = parseDefinition(other);
      if (!parsed.ok) return void (parsed.problems.length === 0 && expect.fail("no problem is named"));
      taken += 1;
      takes(parsed.definition);
    });
    expect(taken).toBeGreaterThan(0);
  });

  test("FZ8 what it is as an object, it is as a file", () => {
    const written = fc.constantFrom(JSON.stringify, definitionYaml);
    const isTheSame = ([done, write]: readonly [readonly Edit[], (document: unknown) => string]): void => {
      // A file says no more than JSON does.
      const asJson: unknown = JSON.parse(JSON.stringify(edited(shortDocument, done)) ?? "null");
      if ((read(write(asJson)) !== null) !== parseDefinition(asJson).ok)
        throw new Error("the file says something else");
    };
    always(fc.tuple(smallEdits, written), isTheSame, { times: 0.2 });
  });
});
