import { describe, expect, test } from "vitest";
import { lookup, type PropertyValue } from "../../src/cluster/definition/definition.ts";
import { dwordOf, faultOf, type PropertyRules, textsOf } from "../../src/cluster/properties/properties.ts";
import {
  clusterProperties,
  commonResourceProperties,
  groupProperties,
  networkProperties,
  nodeProperties,
  resourceIdentity,
  resourceTypeProperties,
  resourceTypes,
} from "../../src/cluster/properties/property-tables.ts";
import { checkProperties } from "../../src/cluster/definition/validate-properties.ts";
import { notesOnChange, propertyNotes } from "../../src/cluster/properties/property-notes.ts";
import { validateDefinition } from "../../src/cluster/definition/validate.ts";
import { clusterOf, disk, plainGroup } from "./definitions.ts";
import { documented, leftOut, leftOutTypes, type Row } from "./property-table.ts";

const inSource: Readonly<Record<string, PropertyRules>> = {
  cluster: clusterProperties,
  node: nodeProperties,
  network: networkProperties,
  group: groupProperties,
  resource: commonResourceProperties,
  identity: resourceIdentity,
  "resource type": resourceTypeProperties,
  ...resourceTypes,
};

/** What a rule of the source says, in the words of the table. */
function asRow([name, rule]: [string, PropertyRules[string]]): Omit<Row, "differs"> {
  const required = rule.kind === "text" && rule.required === true;
  return {
    name,
    kind: rule.kind === "multi-text" ? "texts" : rule.kind,
    min: rule.kind === "dword" ? rule.min : 0,
    max: rule.kind === "dword" ? rule.max : 0,
    byDefault: rule.default,
    held: rule.readOnly ? "read only" : rule.note !== undefined ? "kept" : required ? "required" : "set",
  };
}

/** Codes of what is wrong with one property of this object, required ones that are missing left out. */
function faults(object: string, name: string, value: PropertyValue): string[] {
  const found: string[] = [];
  const rules = inSource[object] ?? {};
  checkProperties(rules, { [name]: value }, [], "it", (path, code) => {
    if (path.at(-1) === name) found.push(code);
  });
  return found;
}

/** A text that its format allows. */
const goodTexts: Readonly<Record<string, string>> = {
  Address: "192.0.2.1",
  SubnetMask: "255.255.255.0",
  Name: "VS1",
  Agent: "ocf:heartbeat:Filesystem",
  Fence: "ScsiPr",
};
const goodLists: Readonly<Record<string, readonly string[]>> = { Parameters: ["directory=/srv/mail", "options="] };

const each = Object.entries(documented).flatMap(([object, rows]) =>
  rows.map((row): [object: string, name: string, row: Row] => [object, row.name, row]),
);
const settable = each.filter(([, , { held }]) => held !== "read only");
const dwords = settable.filter(([, , { kind }]) => kind === "dword");

describe("Properties", () => {
  test.each(Object.keys(documented))("DF9: the properties of a %s are those of the table, both ways", (object) => {
    const known = (documented[object] ?? []).map(({ differs: _why, ...row }) => row);
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
    expect(
      Object.entries(inSource[object] ?? {})
        .map(asRow)
        .toSorted(byName),
    ).toEqual(known.toSorted(byName));
  });

  test("DF9: the table has every object of the source", () => {
    expect(Object.keys(documented).toSorted()).toEqual(Object.keys(inSource).toSorted());
    expect(each.length).toBeGreaterThan(100);
  });

  test("DF9: what of MSCS is left out is left out for a reason", () => {
    for (const [object, left] of Object.entries(leftOut)) {
      expect(Object.keys(inSource), object).toContain(object);
      for (const [names, why] of Object.entries(left)) {
        for (const name of names.split(" ")) expect(Object.keys(inSource[object] ?? {}), name).not.toContain(name);
        expect(why).toMatch(/ .* /);
      }
    }
    expect(Object.keys(inSource)).not.toEqual(expect.arrayContaining([expect.stringMatching(leftOutTypes)]));
  });

  test.each(dwords)("DF9: %s %s: its lowest, highest and default value are taken", (object, name, row) => {
    const values = [row.min, row.max, Number(row.byDefault)];
    expect(values.flatMap((value) => faults(object, name, value))).toEqual([]);
  });

  test.each(dwords)("DF9: %s %s: below, above, not whole, or of another type is refused", (object, name, row) => {
    const codes = [row.min - 1, row.max + 1, row.min + 0.5, Number.NaN, "1", ["1"]].map((value) =>
      faults(object, name, value),
    );
    expect(codes).toEqual([
      ["property-range"],
      ["property-range"],
      ["property-type"],
      ["property-type"],
      ["property-type"],
      ["property-type"],
    ]);
  });

  test.each(settable.filter(([, , { kind }]) => kind !== "dword"))(
    "DF9: %s %s: a text or a list of them is taken, and nothing else",
    (object, name, { kind }) => {
      const good = kind === "texts" ? (goodLists[name] ?? ["a", "b"]) : (goodTexts[name] ?? "a");
      const bad = kind === "texts" ? ["a", 1, ["a", ""]] : [1, ["a"]];
      expect(faults(object, name, good)).toEqual([]);
      expect(bad.map((value) => faults(object, name, value))).toEqual(bad.map(() => ["property-type"]));
    },
  );

  test.each(settable.filter(([, , { held }]) => held === "required"))(
    "DF9: %s %s: it is required, and an empty text is not enough",
    (object, name) => {
      expect(faults(object, name, "")).toEqual(["property-required"]);
      const missing: string[] = [];
      checkProperties(inSource[object] ?? {}, {}, [], "it", (path, code) => missing.push(`${path.join("/")} ${code}`));
      expect(missing).toContain(`${name} property-required`);
    },
  );

  test.each(each.filter(([, , { held }]) => held === "read only"))(
    "DF9: %s %s: it is refused as read only, also with the value that it has",
    (object, name, { byDefault }) => {
      expect(faults(object, name, byDefault ?? "")).toEqual(["property-read-only"]);
    },
  );

  test.each(Object.keys(documented))("DF9: what a %s does not have is refused by name", (object) => {
    const unknown = ["Nonsense", "constructor", "__proto__", "toString", "description"];
    for (const name of unknown) {
      const said: string[] = [];
      const rules = inSource[object] ?? {};
      const properties = Object.fromEntries([[name, 1]]);
      checkProperties(rules, properties, [], "it", (_path, code, sentence) => said.push(`${code}: ${sentence}`));
      expect(said.filter((one) => one.startsWith("unknown-property")).join()).toContain(`no property ${name};`);
    }
  });

  test.each([
    ["Address", ["192.0.2", "192.0.2.256", "name"], "2001:db8::1"],
    ["SubnetMask", ["255.0.255.0", "24x", "255.255.255.256"], "255.255.0.0"],
  ])("DF9: the format of an IP Address's %s is checked", (name, bad, good) => {
    expect(bad.map((value) => faults("IP Address", name, value))).toEqual(bad.map(() => ["property-format"]));
    expect(faults("IP Address", name, good)).toEqual([]);
  });

  test.each([
    [64, "property-type", "SubnetMask must be text: a contiguous mask,"],
    ["/64", "property-format", "SubnetMask must be a contiguous mask,"],
    ["ffff:ffff:ffff:ffff::", "property-format", "SubnetMask must be a contiguous mask,"],
    ["300", "property-format", "SubnetMask must be a contiguous mask,"],
  ])("DF4: SubnetMask %j is refused with what an IPv6 address takes", (value, code, begin) => {
    const said: string[] = [];
    const report = (_path: unknown, ...[is, sentence]: [string, string]) => void said.push(is, sentence);
    checkProperties(
      inSource["IP Address"] ?? {},
      { Address: "2001:db8::1", SubnetMask: value, Network: "six" },
      [],
      "it",
      report,
    );
    expect(said).toEqual([
      code,
      `${begin} such as "255.255.255.0", or for IPv6 the prefix length as text, such as "64"`,
    ]);
    expect(faults("IP Address", "SubnetMask", "64")).toEqual([]);
  });

  test("DF9: a property that is a choice takes what there is, and says it", () => {
    expect(["ScsiPr", "None"].flatMap((value) => faults("Physical Disk", "Fence", value))).toEqual([]);
    const bad = ["", "none", "scsipr", "Sbd"];
    expect(bad.map((value) => faults("Physical Disk", "Fence", value))).toEqual(bad.map(() => ["property-choice"]));
    const said: string[] = [];
    checkProperties(inSource["Physical Disk"] ?? {}, { Fence: "Sbd" }, [], "it", (_path, _code, sentence) =>
      said.push(sentence),
    );
    expect(said.join()).toContain("must be ScsiPr or None");
  });

  test("DF9: the format of a Network Name is checked", () => {
    const bad = ["-a", "a-", "a b", "ü", "a".repeat(64)];
    expect(bad.map((value) => faults("Network Name", "Name", value))).toEqual(bad.map(() => ["property-format"]));
    expect(faults("Network Name", "Name", "a".repeat(63))).toEqual([]);
  });

  test("DF9: an OCF agent is named with its provider, and its parameters have names", () => {
    const agents = ["Filesystem", "ocf:heartbeat", "ocf::Filesystem", "lsb:heartbeat:x", "ocf:../..:x", "ocf:a:b/c"];
    expect(agents.map((value) => faults("OCF Agent", "Agent", value))).toEqual(agents.map(() => ["property-format"]));
    const parameters = ["directory", "=x", "a-b=1", "1a=1"];
    expect(parameters.map((value) => faults("OCF Agent", "Parameters", [value]))).toEqual(
      parameters.map(() => ["property-format"]),
    );
  });

  test("DF9: what is taken without effect says why, and what has one says nothing", () => {
    const kept = each.filter(([, , { held }]) => held === "kept");
    expect(kept.length).toBeGreaterThan(20);
    for (const [object, name] of kept) expect(lookup(inSource[object] ?? {}, name)?.note).toMatch(/^[a-zA-Z].{10}/);
  });

  test("DF9: what a definition sets without effect is told with its place and why, and nothing else is", () => {
    const noted = { SeparateMonitor: 0, RestartThreshold: 1 };
    const definition = clusterOf(
      {
        G: plainGroup(
          { "a/b": disk({ Drive: "X", ...noted }), Own: { ...disk(noted), type: "Fast" } },
          { properties: { PreferredSite: "x", Priority: 1 } },
        ),
        constructor: plainGroup({}),
      },
      {
        properties: { DynamicQuorum: 1, Description: "x" },
        nodes: { NODE1: { address: "192.0.2.1", properties: { NodeWeight: 1 } } },
        resourceTypes: { Fast: { basedOn: "Physical Disk", properties: { PendingTimeout: 10 } } },
      },
    );
    const notes = propertyNotes(definition);
    expect(notes.map(({ path }) => path)).toEqual([
      "/properties/DynamicQuorum",
      "/nodes/NODE1/properties/NodeWeight",
      "/groups/G/properties/PreferredSite",
      "/groups/G/resources/a~1b/properties/Drive",
      "/groups/G/resources/a~1b/properties/SeparateMonitor",
      "/groups/G/resources/Own/properties/SeparateMonitor",
    ]);
    expect(notes[0]).toEqual({
      path: "/properties/DynamicQuorum",
      property: "DynamicQuorum",
      sentence: "DynamicQuorum changes nothing here: the control plane is the quorum.",
    });
    expect(propertyNotes(clusterOf({ G: plainGroup() }))).toEqual([]);
    const notesFor = (...paths: string[]) =>
      notesOnChange(
        definition,
        paths.map((path) => ({ path, after: 1 })),
      ).map(({ path }) => path);
    expect(notesFor("/nodes", "/groups/G/resources/a~1b/properties/Drive")).toEqual([
      "/nodes/NODE1/properties/NodeWeight",
      "/groups/G/resources/a~1b/properties/Drive",
    ]);
    expect(notesFor("/node", "/groups/G/resources/a~1b/properties/Drive2")).toEqual([]);
    expect(notesOnChange(definition, [{ path: "/properties", before: {} }])).toEqual([]);
  });

  test("PR10: what a change of a large definition says costs one look at each difference", () => {
    const resources = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`disk${index}`, disk({ Drive: "X", SeparateMonitor: 1 })]),
    );
    const definition = clusterOf(
      Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`G${n}`, plainGroup(resources)])),
    );
    const notes = propertyNotes(definition);
    expect(notes).toHaveLength(3_600);
    let looks = 0;
    const differences = notes.map((note) => ({
      get path() {
        looks += 1;
        return note.path;
      },
      after: 1,
    }));
    expect(notesOnChange(definition, differences)).toEqual(notes);
    expect(looks).toBe(notes.length);
    const ofGroup = (path: string) => notesOnChange(definition, [{ path, after: 1 }]);
    expect(ofGroup("/groups/G1")).toEqual(notes.filter(({ path }) => path.startsWith("/groups/G1/")));
    expect(ofGroup("")).toEqual(notes);
  });

  test("DF9: RetryPeriodOnFailure is not shorter than RestartPeriod", () => {
    const problems = (properties: Record<string, number>) =>
      validateDefinition(clusterOf({ G: plainGroup({ A: disk(properties) }) })).map(({ path, code }) => [path, code]);
    const at = "/groups/G/resources/A/properties/RetryPeriodOnFailure";
    expect(problems({ RestartPeriod: 10, RetryPeriodOnFailure: 9 })).toEqual([[at, "property-range"]]);
    expect(problems({ RestartPeriod: 3_600_001 })).toEqual([[at, "property-range"]]);
    expect(problems({ RestartPeriod: 10, RetryPeriodOnFailure: 10 })).toEqual([]);
  });

  test("DF9: a property that is not said has its default, and one that is not known is a mistake of the program", () => {
    expect(dwordOf({}, groupProperties, "FailoverPeriod")).toBe(6);
    expect(dwordOf({ FailoverPeriod: 0 }, groupProperties, "FailoverPeriod")).toBe(0);
    expect(textsOf({}, groupProperties, "AntiAffinityClassNames")).toEqual([]);
    expect(textsOf({ AntiAffinityClassNames: ["a"] }, groupProperties, "AntiAffinityClassNames")).toEqual(["a"]);
    expect(() => dwordOf({}, groupProperties, "Description")).toThrow("not a DWORD");
    expect(() => dwordOf({}, groupProperties, "constructor")).toThrow("not a DWORD");
    expect(() => textsOf({}, groupProperties, "Priority")).toThrow("not a MULTI_SZ");
    expect(faultOf({ kind: "multi-text", default: [] }, [])).toBeNull();
  });
});
