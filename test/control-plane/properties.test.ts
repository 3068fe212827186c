import { beforeAll, describe, expect, test } from "vitest";
import { acceptedSchema } from "../../src/protocol/changes.ts";
import { type PropertySet, propertySetSchema, validationSchema } from "../../src/protocol/properties.ts";
import { joinBoth } from "./fake-agent.ts";
import { allRows, ask, createExchange, expectProblem, json, tokenOf } from "./support.ts";

const cluster = "property-cluster";
const at = `/clusters/${cluster}`;
const group = `${at}/groups/Exchange`;
const mta = `${group}/resources/Exchange MTA`;

async function read(path: string): Promise<PropertySet["properties"]> {
  return propertySetSchema.strict().parse(await json(ask("GET", path))).properties;
}

async function patch(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const response = await ask("PATCH", path, { body, headers });
  expect(response.status, await response.clone().text()).toBe(200);
  return acceptedSchema.parse(await json(response));
}

beforeAll(async () => {
  await createExchange(cluster);
  await joinBoth(cluster);
});

describe("Properties over HTTP", () => {
  test("PR1: access chooses those that can be set, or those that can be read only", async () => {
    const all = Object.keys(await read(`${group}/properties/common`));
    const readOnly = await read(`${group}/properties/common?access=read-only`);
    const readWrite = await read(`${group}/properties/common?access=read-write`);
    expect(Object.keys(readOnly)).toContain("StatusInformation");
    expect(Object.keys(readWrite)).toContain("FailoverThreshold");
    expect([...Object.keys(readOnly), ...Object.keys(readWrite)].toSorted()).toEqual(all.toSorted());
  });

  test("PR7: what is set is there, in the definition and for readers; null takes it back to its default", async () => {
    const path = `${mta}/properties/common`;
    const accepted = await patch(path, { RestartThreshold: 7, Description: "the mail of the house" });
    expect(accepted.changed).not.toEqual([]);
    expect(await read(path)).toMatchObject({
      RestartThreshold: { value: 7, isDefault: false },
      Description: { value: "the mail of the house" },
    });
    const definition = await json<{ groups: { Exchange: { resources: Record<string, { properties: object }> } } }>(
      ask("GET", `${at}/definition`),
    );
    expect(definition.groups.Exchange.resources["Exchange MTA"]?.properties).toMatchObject({ RestartThreshold: 7 });
    await patch(path, { RestartThreshold: null, Description: null });
    expect((await read(path))["RestartThreshold"]).toMatchObject({ value: 3, isDefault: true });
  });

  test("PR7: a private property is set as a common one is", async () => {
    await patch(`${mta}/properties/private`, { MtaName: "EXCHMTA" });
    expect((await read(`${mta}/properties/private`))["MtaName"]).toMatchObject({ value: "EXCHMTA", type: "SZ" });
    expect(Object.keys(await read(`${mta}/properties/common`))).not.toContain("MtaName");
  });

  test("PR7: dryRun says what would come of it, If-Match holds it to a revision, and neither changes a row", async () => {
    const path = `${group}/properties/common`;
    const before = await allRows(cluster);
    const tried = await patch(`${path}?dryRun=true`, { Priority: 3000 });
    expect(tried).toMatchObject({ dryRun: true, changed: ["groups.Exchange"] });
    await expectProblem(
      ask("PATCH", path, { body: { Priority: 3000 }, headers: { "If-Match": '"999"' } }),
      "revision-differs",
    );
    expect(await allRows(cluster)).toEqual(before);
    const { revision } = await json<{ revision: number }>(ask("GET", `${at}/information`));
    await patch(path, { Priority: 3000 }, { "If-Match": `"${revision}"` });
    expect((await read(path))["Priority"]?.value).toBe(3000);
  });

  test("PR10: what is set and changes nothing here is taken, with a note and the place that differs", async () => {
    const path = `${mta}/properties/common`;
    const set = await patch(path, { SeparateMonitor: true, RestartThreshold: 8 });
    expect(set.differences).toEqual([
      { path: "/groups/Exchange/resources/Exchange MTA/properties/SeparateMonitor", after: 1 },
      { path: "/groups/Exchange/resources/Exchange MTA/properties/RestartThreshold", after: 8 },
    ]);
    expect(set.notes).toMatchObject([{ path: set.differences[0]?.path, property: "SeparateMonitor" }]);
    expect(set.notes[0]?.sentence).toContain((await read(path))["SeparateMonitor"]?.note);
    expect((await patch(path, { RestartThreshold: 9 })).notes).toEqual([]);
    expect((await patch(path, { SeparateMonitor: null, RestartThreshold: null })).notes).toEqual([]);
  });

  test("HT20: a request that is sent again under its key is answered, though what it was about is gone", async () => {
    const spare = `${at}/groups/Spare`;
    expect((await ask("POST", `${at}/groups`, { body: { name: "Spare" } })).status).toBe(201);
    const sent = { body: { Description: "spare" }, headers: { "Idempotency-Key": "spare" } };
    const first = await json(ask("PATCH", `${spare}/properties/common`, sent));
    expect((await ask("DELETE", spare)).status).toBe(202);
    expect(await json(ask("PATCH", `${spare}/properties/common`, sent))).toEqual(first);
  });

  test("PR8: every problem is named with its property, and nothing is changed", async () => {
    const before = await allRows(cluster);
    const body = {
      Colour: "red",
      StatusInformation: 1,
      RestartAction: 9,
      RestartPeriod: "long",
      PendingTimeout: 200_000,
    };
    const problem = await expectProblem(ask("PATCH", `${mta}/properties/common`, { body }), "invalid-properties");
    expect(problem.problems?.map(({ path, code }) => [path, code])).toEqual([
      ["/Colour", "unknown-property"],
      ["/StatusInformation", "property-read-only"],
      ["/RestartAction", "property-range"],
      ["/RestartPeriod", "property-type"],
    ]);
    expect(await allRows(cluster)).toEqual(before);
  });

  test("PR8: a private property is no common one, and the other way round", async () => {
    for (const [scope, body] of [
      ["common", { Port: 102 }],
      ["private", { RestartAction: 1 }],
    ] as const) {
      const problem = await expectProblem(ask("PATCH", `${mta}/properties/${scope}`, { body }), "invalid-properties");
      expect(problem.problems).toMatchObject([{ code: "unknown-property" }]);
    }
  });

  test("PR8: what is right by itself and wrong beside the others is refused by the definition", async () => {
    const body = { RestartPeriod: 2_000_000, RetryPeriodOnFailure: 1_000 };
    await expectProblem(ask("PATCH", `${mta}/properties/common`, { body }), "invalid-definition");
    await expectProblem(
      ask("PATCH", `${mta}/properties/private`, { body: { PartnersFile: null } }),
      "invalid-definition",
    );
  });

  test("PR9: validate says the same without setting anything, whatever is wrong", async () => {
    const before = await allRows(cluster);
    const validate = async (body: unknown) =>
      validationSchema.strict().parse(await json(ask("POST", `${mta}/properties/common/validate`, { body })));
    expect(await validate({ RestartThreshold: 1, Description: null })).toEqual({ valid: true, problems: [] });
    const { valid, problems } = await validate({ Colour: "red", MonitorProcessId: 1, RestartAction: -1 });
    expect(valid).toBe(false);
    expect(problems.map(({ code }) => code)).toEqual(["unknown-property", "property-read-only", "property-range"]);
    expect(await allRows(cluster)).toEqual(before);
  });

  test("PR4: PersistentState cannot be set: online and offline say what a group shall be", async () => {
    const before = await allRows(cluster);
    for (const path of [group, mta]) {
      const problem = await expectProblem(
        ask("PATCH", `${path}/properties/common`, { body: { PersistentState: 0 } }),
        "invalid-properties",
      );
      expect(problem.problems).toMatchObject([{ path: "/PersistentState", code: "property-read-only" }]);
      expect(problem.problems?.[0]?.sentence).toContain("/offline");
    }
    expect(await allRows(cluster)).toEqual(before);
    await ask("POST", `${group}/offline`);
    expect((await read(`${group}/properties/common`))["PersistentState"]?.value).toBe(0);
    await ask("POST", `${group}/online`);
    expect((await read(`${group}/properties/common`))["PersistentState"]?.value).toBe(1);
  });

  test("PR3: of a built-in type and of a network interface nothing can be set, and validate says so too", async () => {
    for (const [path, property] of [
      ["resource-types/Physical Disk", "PendingTimeout"],
      ["net-interfaces/NODE1 - client", "Address"],
    ] as const) {
      const body = { [property]: property === "Address" ? "192.0.2.9" : 20_000 };
      const problem = await expectProblem(
        ask("PATCH", `${at}/${path}/properties/common`, { body }),
        "invalid-properties",
      );
      expect(problem.problems).toMatchObject([{ code: "property-read-only" }]);
      const asked = ask("POST", `${at}/${path}/properties/common/validate`, { body });
      expect(await json(asked)).toMatchObject({ valid: false });
    }
  });
});

describe("Control codes over HTTP", () => {
  const control = async (path: string, code: string, body?: unknown) => {
    const response = await ask("POST", `${path}/control/${code}`, body === undefined ? {} : { body });
    expect(response.status, await response.clone().text()).toBe(200);
    return json<{ code: string; number: number; result: unknown }>(response);
  };

  test("OB1: a code by name, by short name and by number is one code", async () => {
    const answers = await Promise.all(
      ["CLUSCTL_RESOURCE_GET_PRIVATE_PROPERTIES", "get_private_properties", "0x01000081", "16777345"].map((code) =>
        control(mta, code),
      ),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ code: "CLUSCTL_RESOURCE_GET_PRIVATE_PROPERTIES", number: 0x0100_0081 });
      expect(answer.result).toMatchObject({ Port: 10102, PartnersFile: "partners.yaml" });
    }
  });

  test.each([
    ["", "GET_FQDN", cluster],
    ["/nodes/NODE1", "GET_ID", "NODE1"],
    ["/groups/Exchange", "GET_NAME", "Exchange"],
    ["/groups/Exchange/resources/Exchange MTA", "GET_RESOURCE_TYPE", "Message Transfer Agent"],
    ["/groups/Exchange/resources/Exchange MTA", "GET_NETWORK_NAME", "EXCHVS"],
    ["/groups/Exchange/resources/Exchange MTA", "GET_REQUIRED_DEPENDENCIES", ["Network Name"]],
    ["/groups/Exchange/resources/Exchange MTA", "GET_CLASS_INFO", { class: 32_768 }],
    ["/groups/Exchange/resources/Exchange MTA", "QUERY_DELETE", { mayBeDeleted: true }],
    ["/groups/Exchange/resources/Exchange IP", "QUERY_DELETE", { mayBeDeleted: false }],
    ["/groups/Exchange/resources/Exchange IP", "QUERY_MAINTENANCE_MODE", { inMaintenance: false }],
    ["/groups/Exchange/resources/Exchange IP", "GET_FLAGS", 0],
    ["/resource-types/Physical Disk", "GET_CLASS_INFO", { class: 1 }],
    ["/networks/client", "GET_NAME", "client"],
    ["/net-interfaces/NODE1 - client", "GET_NODE", "NODE1"],
    ["/net-interfaces/NODE1 - client", "GET_NETWORK", "client"],
  ])("OB1: %s answers %s", async (path, code, result) => {
    expect((await control(at + path, code)).result).toEqual(result);
  });

  test("OB1: properties by codes are those of the other routes", async () => {
    const common = await read(`${group}/properties/common`);
    const codes = [
      "ENUM_COMMON_PROPERTIES",
      "GET_COMMON_PROPERTIES",
      "GET_RO_COMMON_PROPERTIES",
      "GET_COMMON_PROPERTY_FMTS",
    ];
    const [names, set, readOnly, formats] = await Promise.all(codes.map((code) => control(group, code)));
    expect(names?.result).toEqual(Object.keys(common));
    const valuesWhere = (wanted: boolean) =>
      Object.fromEntries(
        Object.entries(common)
          .filter(([, one]) => one.readOnly === wanted)
          .map(([name, { value }]) => [name, value]),
      );
    expect(set?.result).toEqual(valuesWhere(false));
    expect(readOnly?.result).toEqual(valuesWhere(true));
    expect(formats?.result).toMatchObject({ Priority: "DWORD", Description: "SZ", AntiAffinityClassNames: "MULTI_SZ" });
  });

  test("OB1: a resource type tells the formats of its own properties, and those of its resources", async () => {
    const type = `${at}/resource-types/Message Transfer Agent`;
    expect((await control(type, "GET_COMMON_PROPERTY_FMTS")).result).not.toHaveProperty("RestartThreshold");
    expect((await control(type, "GET_COMMON_RESOURCE_PROPERTY_FMTS")).result).toHaveProperty(
      "RestartThreshold",
      "DWORD",
    );
    expect((await control(type, "GET_PRIVATE_PROPERTY_FMTS")).result).toEqual({});
    expect((await control(type, "GET_PRIVATE_RESOURCE_PROPERTY_FMTS")).result).toHaveProperty("Port", "DWORD");
  });

  test("OB2: a code of Windows is refused with ERROR_INVALID_FUNCTION and the reason, one that there is not is told apart", async () => {
    const refused = await expectProblem(
      ask("POST", `${mta}/control/SET_MAINTENANCE_MODE`),
      "control-code-not-supported",
    );
    expect(refused.win32).toMatchObject({ name: "ERROR_INVALID_FUNCTION", number: 1 });
    expect(refused.detail).toContain("/maintenance");
    await expectProblem(ask("POST", `${mta}/control/0x01000191`), "control-code-not-supported");
    await expectProblem(ask("POST", `${mta}/control/DANCE`), "unknown-control-code");
    await expectProblem(ask("POST", `${at}/nodes/NODE1/control/0x01000081`), "unknown-control-code");
  });

  test("OB3: a reader asks and an operator sets, by the same conditions as PATCH", async () => {
    const [reader, operator] = [
      await tokenOf(cluster, { role: "reader" }),
      await tokenOf(cluster, { role: "operator" }),
    ];
    const set = `${group}/control/SET_COMMON_PROPERTIES`;
    const body = { Description: "by a control code" };
    const before = await allRows(cluster);
    await expectProblem(ask("POST", set, { token: reader, body }), "forbidden");
    await expectProblem(ask("POST", `${group}/control/0x0340005e`, { token: reader, body }), "forbidden");
    await expectProblem(
      ask("POST", set, { token: operator, body, headers: { "If-Match": '"999"' } }),
      "revision-differs",
    );
    expect((await ask("POST", `${set}?dryRun=true`, { token: operator, body })).status).toBe(200);
    expect(await allRows(cluster)).toEqual(before);
    const validate = `${group}/control/VALIDATE_COMMON_PROPERTIES`;
    const validated = await json<{ result: unknown }>(ask("POST", validate, { token: reader, body: { Colour: 1 } }));
    expect(validated.result).toMatchObject({ valid: false });
    const done = await ask("POST", set, { token: operator, body });
    expect(done.headers.get("ETag")).toMatch(/^"\d+"$/);
    expect((await read(`${group}/properties/common`))["Description"]?.value).toBe("by a control code");
  });

  test("OB3: a value that cannot be is refused as PATCH refuses it", async () => {
    const body = { FailoverPeriod: 5_000, PersistentState: 0 };
    const problem = await expectProblem(
      ask("POST", `${group}/control/SET_COMMON_PROPERTIES`, { body }),
      "invalid-properties",
    );
    expect(problem.problems?.map(({ code }) => code)).toEqual(["property-range", "property-read-only"]);
  });
});
