import { afterEach, describe, expect, test, vi } from "vitest";
import { problemDetails } from "../../src/protocol/problems.ts";
import { entry } from "../support/journal-entry.ts";
import { accepted, type Asked, operation, operationId, otherSide, type Reply, run } from "./support.ts";

let other: Awaited<ReturnType<typeof otherSide>> | null = null;
afterEach(() => {
  other?.close();
  other = null;
});

async function answering(reply: (asked: Asked, all: readonly Asked[]) => Reply) {
  other = await otherSide(reply);
  return other.asked;
}

const groupState: Reply = {
  status: 200,
  body: {
    name: "Exchange",
    state: "Online",
    owner: "NODE2",
    lastOwner: "NODE2",
    epoch: 2,
    ageMs: 1,
    wanted: "Online",
    waiting: null,
    scheduled: null,
    failbackDue: false,
    givenUpUntil: null,
    draining: null,
    address: null,
    addresses: [],
    networkName: null,
    preferredOwners: [],
    resources: {},
  },
};
const pending = operation({ state: "Pending" });

/** Answers a change with an operation, questions for it one after the other, and the group's state. */
function withOperation(...looks: readonly Reply[]): (asked: Asked) => Reply {
  let looked = 0;
  return ({ method, path }) => {
    if (method === "POST") return accepted({ changed: ["groups.Exchange"], after: 7, operation: pending });
    if (path.includes("/operations/")) {
      looked += 1;
      return looks[Math.min(looked, looks.length) - 1] ?? "broken";
    }
    if (path.includes("/events")) return { status: 200, body: { events: [entry(8)], oldest: 1, last: 8 } };
    return path.includes("/watch") ? { status: 404, body: problemDetails("not-found", "x") } : groupState;
  };
}

/** One of the API's, online on NODE1. */
const resource = (name: string, group: string) => ({
  name,
  group,
  type: "Physical Disk",
  state: "Online",
  wanted: "Online",
  dependsOn: [],
  problem: null,
  owner: "NODE1",
  possibleOwners: [],
});

describe("CL12 a change is sent again when its connection broke", () => {
  test("CL33: what a change interrupts, and what it takes the place of, is said with it", async () => {
    const entries = [
      { ...entry(8), kind: "group.interrupted", sentence: "Group Exchange is interrupted on node NODE1." },
      { ...entry(9), kind: "group.move-requested", sentence: "Group Exchange shall move." },
      {
        ...entry(10),
        kind: "group.move-cancelled",
        sentence: "Another one takes its place.",
        details: { code: "replaced" },
      },
      { ...entry(11), kind: "group.move-cancelled", sentence: "It was called off.", details: null },
    ];
    await answering(() => accepted({ changed: ["groups.Exchange"], entries }));
    const { out } = await run("group", "move", "Exchange", "--to", "NODE2");
    expect(out).toContain("Group Exchange is interrupted on node NODE1.\nAnother one takes its place.\n");
    expect(out).not.toMatch(/shall move\.|called off/);
  });

  test("CL12 under the same key, twice at most", async () => {
    const asked = await answering((_asked, all) => (all.length < 3 ? "broken" : accepted({ changed: ["x"] })));
    expect(await run("group", "offline", "Exchange")).toMatchObject({ code: 0, out: "Exchange shall be offline.\n" });
    expect(asked.map(({ method }) => method)).toEqual(["POST", "POST", "POST"]);
    expect(new Set(asked.map(({ key }) => key)).size).toBe(1);
    expect(asked[0]?.key).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("CL12 and then it is given up", async () => {
    const asked = await answering(() => "broken");
    expect((await run("node", "resume", "NODE1")).code).toBe(3);
    expect(asked).toHaveLength(3);
  });

  test("CL12 each change has a key of its own, and a refusal is an answer", async () => {
    const asked = await answering(() => ({ status: 409, body: problemDetails("already-owner", "it is there") }));
    await run("group", "move", "Exchange");
    await run("group", "move", "Exchange");
    expect(asked).toHaveLength(2);
    expect(asked[0]?.key).not.toBe(asked[1]?.key);
  });

  test("CL12 a definition is applied to the revision that was seen, if one is named", async () => {
    const asked = await answering(() => ({ status: 412, body: problemDetails("revision-differs", "read it again") }));
    const { code } = await run("cluster", "apply", "-f", "examples/q186756.yaml", "--revision", "4", "--force");
    expect(code).toBe(1);
    expect(asked).toMatchObject([{ method: "PUT", path: "/v1/clusters/exchange?force=true", ifMatch: '"4"' }]);
  });
});

describe("CL27 what is so already", () => {
  const there = { status: 409, body: problemDetails("already-owner", "it is there") };

  test("CL27 a group that shall go where it is is said to be there: nothing failed", async () => {
    await answering(() => there);
    const move = ["group", "move", "Exchange", "--to", "NODE1"];
    expect(await run(...move, "--wait")).toEqual({ code: 0, out: "Exchange is on NODE1 already.\n", err: "" });
    expect((await run(...move, "--dry-run")).code).toBe(0);
    const { code, out } = await run(...move, "--output", "json");
    expect([code, JSON.parse(out)]).toEqual([0, { changed: [], operation: null, code: "already-owner" }]);
  });
});

describe("CL24 properties that are set", () => {
  const problems = [
    { path: "/Failoverthreshhold", code: "unknown-property", sentence: "there is no common property" },
    { path: "/Priority", code: "out-of-range", sentence: "Priority is too high" },
  ];
  const view = { type: "DWORD", value: 1, default: 1, isDefault: true, min: 0, max: 9, readOnly: false, note: null };
  const reply = ({ method, path }: Asked): Reply => {
    if (method === "PATCH")
      return { status: 422, body: problemDetails("invalid-properties", "each is named", problems) };
    if (path.includes("/resources/") && !path.includes("properties")) return { status: 200, body: disk };
    const scope = path.includes("private") ? "private" : "common";
    return { status: 200, body: { scope, properties: { FailoverThreshold: view, Priority: view } } };
  };
  const disk = resource("Disk E:", "Exchange");

  test.each([
    [["node", "set", "NODE1"], "bridgehead node properties NODE1\n"],
    [["network", "set", "client"], "bridgehead network properties client\n"],
    [["cluster", "set"], "bridgehead cluster properties\n"],
    [["group", "set", "Exchange"], "bridgehead group properties Exchange\n"],
    [["resource-type", "set", "Slow Disk"], 'bridgehead resource-type properties "Slow Disk"\n'],
    [
      ["resource", "set", "Disk E:", "--group", "Exchange"],
      'bridgehead resource properties "Disk E:" --group Exchange\n',
    ],
  ])("CL24 %j are refused with the command that lists them, and the nearest name", async (args, command) => {
    await answering(reply);
    const { code, err } = await run(...args, "Failoverthreshhold=1");
    expect(code).toBe(1);
    expect(err.replaceAll(/\n +/g, " ")).toContain(command);
    expect(err).toContain("Did you mean FailoverThreshold?\n");
  });

  test("CL24 what is asked for by a name near to another is asked back", async () => {
    await answering(reply);
    expect((await run("group", "properties", "Exchange", "priorty")).err).toContain("Did you mean Priority?");
    expect((await run("group", "properties", "Exchange", "Colour")).err).not.toContain("Did you mean");
  });

  test("CL2 one property is not set to two values", async () => {
    const asked = await answering(() => accepted());
    for (const words of [
      ["A=5", "A=6"],
      ["A=5", "--reset", "A"],
    ]) {
      const { code, err } = await run("group", "set", "X", ...words);
      expect([code, err]).toEqual([2, expect.stringContaining("A is given twice")]);
    }
    const create = ["resource", "create", "R", "--group", "G", "--type", "T", "--property", "A=5", "--property", "A=6"];
    expect((await run(...create)).code).toBe(2);
    expect(asked).toEqual([]);
  });
});

describe("CL30 what a change of a node has done", () => {
  test.each([
    ["resume", ["nodes.NODE2"], "NODE2 may own groups again.\n"],
    ["resume", [], "NODE2 was not paused; nothing is changed.\n"],
    ["confirm-down", ["nodes.NODE2"], "NODE2 is confirmed down; what it held may be owned by others.\n"],
    ["confirm-down", [], "NODE2 is confirmed down; it held nothing.\n"],
  ])("CL30 %s, where %j has changed", async (verb, changed, said) => {
    await answering(() => accepted({ changed }));
    const yes = verb === "confirm-down" ? ["--yes"] : [];
    expect((await run("node", verb, "NODE2", ...yes)).out).toBe(said);
  });

  test("CL30 resume, where groups come back at once", async () => {
    const entries = [entry(8, { kind: "node.resumed" }), entry(9, { kind: "group.draining", group: "Exchange" })];
    await answering(() => accepted({ changed: ["nodes.NODE2"], entries }));
    const { out } = await run("node", "resume", "NODE2", "--failback", "immediate");
    expect(out).toBe("NODE2 may own groups again. Coming back: Exchange.\n");
  });

  test("CL30 evict, where the node still holds something and where it does not", async () => {
    await answering(() => accepted({ changed: ["nodes.NODE2"], operation: operation({ state: "Pending" }, "evict") }));
    expect((await run("node", "evict", "NODE2", "--yes")).out).toContain("what it still holds ends now");
    const ended = { state: "Completed", at: 1 };
    await answering(() => accepted({ changed: ["nodes.NODE2"], operation: operation(ended, "evict") }));
    expect((await run("node", "evict", "NODE2", "--yes")).out).toBe("NODE2 is no node of the cluster any more.\n");
  });
});

describe("CL13 a dry run", () => {
  test("CL13 shows what would change, and what would happen at once", async () => {
    const asked = await answering(() => accepted({ changed: ["groups.Exchange"], entries: [entry(8)], dryRun: true }));
    const { code, out } = await run("group", "offline", "Exchange", "--dry-run", "--wait");
    expect(code).toBe(0);
    expect(out).toBe(
      "Nothing was changed: this is a dry run.\n" +
        "What would change:\n  ~ groups.Exchange\n" +
        "What would happen at once, as the journal would tell it:\n  Sentence 8.\n",
    );
    expect(asked).toMatchObject([{ path: "/v1/clusters/exchange/groups/Exchange/offline?dryRun=true" }]);
  });

  test("CL13 shows the places of a definition that differ, with a sign each", async () => {
    const differences = [
      { path: "/groups/Exchange/preferredOwners", before: ["NODE1"], after: ["NODE2", "NODE1"] },
      { path: "/groups/Exchange/resources/Disk E:", before: { type: "Physical Disk" } },
      { path: "/nodes/NODE3", after: { address: "127.0.1.3", properties: {} } },
    ];
    const body = {
      name: "exchange",
      created: false,
      changed: ["x"],
      differences,
      notes: [],
      entries: [],
      dryRun: true,
    };
    await answering(() => ({ status: 200, body: { ...body, revision: 2, operation: null } }));
    const { out } = await run("cluster", "apply", "-f", "examples/q186756.yaml", "--dry-run");
    expect(out).toContain("  ~ groups.Exchange.preferredOwners: [NODE1] -> [NODE2, NODE1]\n");
    expect(out).toContain('  - groups.Exchange.resources."Disk E:"\n');
    expect(out).toContain("  + nodes.NODE3: { address: 127.0.1.3 }\n");
  });

  test("CL13 shows the places that one edit would change as well", async () => {
    const differences = [{ path: "/groups/Exchange/preferredOwners", before: [], after: ["NODE2"] }];
    await answering(() => accepted({ changed: ["groups.Exchange"], differences, dryRun: true }));
    const { out } = await run("group", "prefer", "Exchange", "NODE2", "--dry-run");
    expect(out).toContain("What would change:\n  ~ groups.Exchange.preferredOwners: [] -> [NODE2]\n");
  });

  test("PR10: what is set without effect is said, tried or done", async () => {
    const sentence = "SeparateMonitor changes nothing here: it is a matter of the agent.";
    const notes = [{ path: "/groups/Exchange/x", property: "SeparateMonitor", sentence }];
    for (const dryRun of [true, false]) {
      await answering(() => accepted({ changed: ["groups.Exchange"], notes, dryRun }));
      const { code, out } = await run("group", "prefer", "Exchange", "NODE2", ...(dryRun ? ["--dry-run"] : []));
      expect(code).toBe(0);
      expect(out).toContain(`Note: ${sentence}\n`);
    }
  });

  test("CL13 that finds nothing to change says so", async () => {
    await answering(() => accepted({ dryRun: true }));
    expect((await run("node", "resume", "NODE1", "--dry-run")).out).toContain("Nothing would change.\n");
  });

  test("CL13 of what is dangerous asks nothing: nothing is done", async () => {
    const asked = await answering(() => accepted({ changed: ["nodes.NODE1"], dryRun: true }));
    expect((await run("node", "evict", "NODE1", "--dry-run")).code).toBe(0);
    expect(asked).toMatchObject([{ method: "DELETE", path: "/v1/clusters/exchange/nodes/NODE1?dryRun=true" }]);
  });
});

describe("CL14 waiting", () => {
  const completed = { status: 200, body: operation({ state: "Completed", at: 1 }) };

  test("CL14 without it, what is under way is said to be, with how to wait for it", async () => {
    await answering(withOperation());
    const { code, out } = await run("group", "move", "Exchange");
    expect(code).toBe(0);
    expect(out).toContain("Exchange is on its way.\n");
    expect(out).toContain(`bridgehead operation show ${operationId} --wait`);
  });

  test("CL14 it asks for the operation until that is completed, and says what has come of it", async () => {
    const asked = await answering(withOperation({ status: 200, body: pending }, completed));
    const { code, out } = await run("group", "move", "Exchange", "--wait");
    expect({ code, out }).toEqual({ code: 0, out: "Exchange is Online on NODE2, epoch 2.\n" });
    const looks = asked.filter(({ path }) => path.includes("/operations/"));
    expect(looks).toHaveLength(2);
    for (const { path } of looks) expect(path).toMatch(/waitMs=[1-9]\d{3}$/);
  });

  test("CL14 a control plane that is away for a moment, or is asked too much, ends no waiting", async () => {
    const tooMany = { status: 429, body: problemDetails("too-many-waiters", "in a moment") };
    const tooOften = { status: 429, body: problemDetails("rate-limited", "in a moment") };
    await answering(withOperation("broken", tooMany, tooOften, completed));
    expect((await run("group", "move", "Exchange", "--wait")).code).toBe(0);
  });

  test.each(["Failed", "Cancelled"])("CL14 %s is said in its own sentence, and ends with 1", async (state) => {
    const status = { state, at: 1, code: "went-elsewhere", sentence: "the group went to another node." };
    await answering(withOperation({ status: 200, body: operation(status) }));
    const text = await run("group", "move", "Exchange", "--wait");
    expect(text).toMatchObject({ code: 1, out: "" });
    expect(text.err).toContain("the group went to another node.");
    other?.close();
    await answering(withOperation({ status: 200, body: operation(status) }));
    const json = await run("group", "move", "Exchange", "--wait", "--output", "json");
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({ changed: ["groups.Exchange"], operation: { status: { state } } });
    expect(JSON.parse(json.err)).toMatchObject({ code: "operation-went-elsewhere" });
  });

  test("CL14 what does not end in time is told so, and ends with 1", async () => {
    await answering(withOperation({ status: 200, body: pending }));
    const { code, err } = await run("group", "move", "Exchange", "--wait", "--timeout", "0.2");
    expect(code).toBe(1);
    expect(err).toContain("wait-timeout");
    expect(err).toContain(operationId);
  });

  test("CL14 a cluster that is forgotten while its end is waited for is gone", async () => {
    await answering(({ method }) =>
      method === "DELETE"
        ? accepted({ changed: ["cluster"], operation: operation({ state: "Pending" }, "destroy") })
        : { status: 404, body: problemDetails("cluster-not-found", "x") },
    );
    const { code, out } = await run("cluster", "delete", "--yes", "--wait");
    expect({ code, out }).toEqual({ code: 0, out: "Cluster exchange is gone.\n" });
  });

  test("CL14 an operation can be waited for by its id", async () => {
    const status = { state: "Failed", at: 1, code: "given-up", sentence: "the group was given up." };
    await answering(withOperation({ status: 200, body: pending }, { status: 200, body: operation(status) }));
    const { code, out, err } = await run("operation", "show", operationId, "--wait");
    expect(code).toBe(1);
    expect(out).toMatch(/state +Failed/);
    expect(err).toContain("the group was given up.");
  });
});

describe("CL15 progress", () => {
  const completed = { status: 200, body: operation({ state: "Completed", at: 1 }) };

  test("CL15 is told on standard error when asked for, up to the last sentence", async () => {
    await answering(withOperation(completed));
    const { out, err } = await run("group", "move", "Exchange", "--wait", "--progress");
    expect(err).toBe("  Sentence 8.\n");
    expect(out).toBe("Exchange is Online on NODE2, epoch 2.\n");
  });

  test("CL15 is not told where nobody looks", async () => {
    await answering(withOperation(completed));
    expect((await run("group", "move", "Exchange", "--wait")).err).toBe("");
  });
});

describe("CL16 what is dangerous", () => {
  test.each([
    [["cluster", "delete"]],
    [["group", "delete", "A"]],
    [["resource", "delete", "R", "--group", "A"]],
    [["node", "evict", "NODE1"]],
    [["node", "confirm-down", "NODE1"]],
  ])("CL16 %j needs --yes where there is no terminal", async (args) => {
    const asked = await answering(() => accepted());
    const { code, err } = await run(...args);
    expect(code).toBe(2);
    expect(err).toContain("--yes");
    expect(asked).toEqual([]);
    await run(...args, "--yes");
    expect(asked.length).toBeGreaterThan(0);
  });
});

describe("CL16 a cluster is destroyed", () => {
  const destroyed = (state: Readonly<Record<string, unknown>>) =>
    accepted({ changed: ["cluster"], operation: operation(state, "destroy") });

  test("CL16 only when it is named, though it is the only one there is", async () => {
    const asked = await answering(() => accepted());
    vi.stubEnv("BRIDGEHEAD_CLUSTER", undefined);
    const { code, err } = await run("cluster", "delete", "--yes");
    expect([code, err]).toEqual([2, expect.stringContaining("--cluster NAME")]);
    expect(asked).toEqual([]);
    expect((await run("cluster", "delete", "--yes", "--cluster", "exchange")).code).toBe(0);
  });

  test("CL16 and is gone at once where nobody holds anything", async () => {
    await answering(() => destroyed({ state: "Completed", at: 1 }));
    expect((await run("cluster", "delete", "--yes")).out).toBe("Cluster exchange is gone.\n");
  });

  test("CL16 and else a hint is given that works when the operation is forgotten too", async () => {
    await answering(() => destroyed({ state: "Pending" }));
    const { out } = await run("cluster", "delete", "--yes");
    expect(out).toContain("Cluster exchange is destroyed.\n");
    expect(out).toContain("bridgehead cluster list");
    expect(out).not.toContain("operation show");
  });
});

describe("CL28 a dry run of a definition that takes something away", () => {
  const gone = [{ path: "/groups/Web", before: {} }];
  const defined = (dryRun: boolean): Reply => ({
    status: 200,
    body: {
      name: "exchange",
      created: false,
      changed: ["groups"],
      differences: gone,
      notes: [],
      entries: [],
      dryRun,
      revision: 2,
      operation: null,
    },
  });
  const apply = ["cluster", "apply", "-f", "examples/q186756.yaml", "--dry-run"];

  test("CL28 shows it though it is refused without --force, and says that it needs that", async () => {
    const asked = await answering(({ path }) =>
      path.includes("force=true")
        ? defined(true)
        : { status: 409, body: problemDetails("group-online", "group Web is not offline") },
    );
    const { code, out } = await run(...apply);
    expect(code).toBe(0);
    expect(out).toContain("  - groups.Web\n");
    expect(out.replaceAll(/\s+/g, " ")).toContain("This takes away group Web. A group among these is not offline");
    expect(out).toContain("--force");
    for (const { path } of asked) expect(path).toContain("dryRun=true");
  });

  test("CL28 says that the real one asks", async () => {
    await answering(() => defined(true));
    const { out } = await run(...apply);
    expect(out).toContain("This takes away group Web.");
    expect(out).toContain("--yes");
    expect((await run(...apply, "--force")).out).not.toContain("--yes");
  });

  test("CL28 is refused for any other reason as before", async () => {
    await answering(() => ({ status: 412, body: problemDetails("revision-differs", "read it again") }));
    expect((await run(...apply)).code).toBe(1);
  });
});

describe("CL18 a resource by its name", () => {
  const resources = [resource("Disk", "A"), resource("Disk", "B"), resource("Other", "B")];
  const reply = ({ method, path }: Asked): Reply => {
    if (method !== "GET") return accepted();
    const [, group, name] = /groups\/([^/]+)\/resources\/([^/]+)$/.exec(path) ?? [];
    if (name === undefined) return { status: 200, body: { resources } };
    return { status: 200, body: resource(name, group ?? "") };
  };

  test("CL18 needs no group where its name is the only one", async () => {
    const asked = await answering(reply);
    expect((await run("resource", "restart", "Other")).code).toBe(0);
    expect(asked.at(-1)?.path).toBe("/v1/clusters/exchange/groups/B/resources/Other/restart");
  });

  test("CL18 is asked for with its groups where there are two", async () => {
    const asked = await answering(reply);
    const { code, err } = await run("resource", "restart", "Disk");
    expect(code).toBe(2);
    expect(err).toContain("groups A and B have one each");
    expect(err).toContain("--group");
    await run("resource", "restart", "Disk", "--group", "A");
    expect(asked.at(-1)?.path).toBe("/v1/clusters/exchange/groups/A/resources/Disk/restart");
  });

  test("CL18 that is in no group is told so", async () => {
    await answering(reply);
    expect((await run("resource", "show", "None")).err).toContain("no group of cluster exchange has a resource None");
  });

  test("CL18 is given owners and dependencies, or shows them", async () => {
    const asked = await answering(reply);
    expect((await run("resource", "owners", "Other")).out).toBe("Other may be owned by any node.\n");
    await run("resource", "owners", "Other", "NODE2", "NODE1");
    expect(asked.at(-1)).toMatchObject({ method: "PUT", body: { owners: ["NODE2", "NODE1"] } });
    await run("resource", "depends", "Other", "[Disk]");
    expect(asked.at(-1)).toMatchObject({ method: "PUT", body: { dependsOn: "[Disk]" } });
    await run("resource", "depends", "Other", "--none");
    expect(asked.at(-1)).toMatchObject({ method: "PUT", body: { dependsOn: [] } });
  });

  test("CL18 is made with properties that are read as in a definition", async () => {
    const asked = await answering(reply);
    const properties = ["--property", "Port=10102", "--property", 'Name="591"', "--property", "Paths=[a, b]"];
    await run("resource", "create", "M", "--group", "B", "--type", "Message Transfer Agent", ...properties);
    expect(asked.at(-1)?.body).toMatchObject({
      name: "M",
      type: "Message Transfer Agent",
      properties: { Port: 10102, Name: "591", Paths: ["a", "b"] },
    });
    expect((await run("resource", "create", "M", "--group", "B", "--type", "T", "--property", "none")).code).toBe(2);
  });
});

test("CL2 a list of names is said, or said to be empty, and never taken for empty", async () => {
  const asked = await answering(() => accepted());
  expect((await run("group", "prefer", "A")).code).toBe(2);
  expect((await run("group", "depend-on", "A", "B", "--none")).code).toBe(2);
  expect(asked).toEqual([]);
  await run("group", "prefer", "A", "--none");
  expect(asked.at(-1)).toMatchObject({ path: "/v1/clusters/exchange/groups/A/preferred-owners", body: { owners: [] } });
});
