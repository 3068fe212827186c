import { afterEach, describe, expect, test, vi } from "vitest";
import { errorReport } from "../../src/cli/error-report.ts";
import { CliError, usageError } from "../../src/cli/errors.ts";
import { hints } from "../../src/cli/hints.ts";
import { spotOf } from "../../src/cli/completion/spot.ts";
import { splitLine } from "../../src/cli/completion/shell-words.ts";
import { wholeProgram } from "../../src/cli/program.ts";
import { problemCodes, problemDetails } from "../../src/protocol/problems.ts";
import { otherSide, run } from "./support.ts";

let other: Awaited<ReturnType<typeof otherSide>> | null = null;
afterEach(() => {
  other?.close();
  other = null;
});

test("CL11 every problem of the API has a hint, and none says the same as its title", () => {
  expect(Object.keys(hints).toSorted()).toEqual([...problemCodes].toSorted());
  for (const code of problemCodes) {
    expect(hints[code], code).toMatch(/^[A-Z].*\w/);
    expect(hints[code], code).not.toContain(problemDetails(code, "x").title);
  }
});

test("CL11 each command that a hint names is one that there is", async () => {
  const program = await wholeProgram();
  const named = Object.values(hints).flatMap((hint) => hint.match(/bridgehead [a-z-]+ [a-z-]+/g) ?? []);
  expect(named.length).toBeGreaterThan(20);
  for (const line of named) {
    const words = splitLine(line).words.slice(1);
    expect(spotOf(program, [...words, ""]).command.name(), line).toBe(words[1]);
  }
});

test("CL11 an error has three parts, each within eighty columns", () => {
  const detail = "the group ".repeat(20).trim();
  const error = new CliError("group-not-found", "There is no such group", 1, {
    detail,
    hint: hints["group-not-found"],
    win32: { name: "ERROR_GROUP_NOT_FOUND", number: 5013 },
    problems: [{ path: "/groups/A", code: "required", sentence: "this is required ".repeat(8).trim() }],
  });
  const lines = errorReport(error, "table").split("\n");
  expect(lines[0]).toBe("bridgehead: There is no such group");
  expect(lines.at(-1)).toBe("  See which groups there are: bridgehead group list");
  expect(lines.join(" ").replaceAll(/ +/g, " ")).toContain(
    `${detail} (group-not-found, ERROR_GROUP_NOT_FOUND 5013) /groups/A: this is required`,
  );
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
});

test("CL11 what is long without a blank stays whole, to be copied", () => {
  const path = `/${"x".repeat(120)}`;
  expect(errorReport(usageError("No file", { detail: `${path} is not there` }), "table")).toContain(`  ${path}\n`);
});

test("CL11 a refusal is told with title, detail, hint and Win32 number, as text and as JSON", async () => {
  const problem = problemDetails("group-not-found", "names are written as in the definition");
  other = await otherSide(() => ({ status: 404, body: problem }));
  const text = await run("group", "show", "Exchang");
  expect(text).toMatchObject({ code: 1, out: "" });
  expect(text.err).toBe(
    "bridgehead: There is no such group\n" +
      "  names are written as in the definition (group-not-found, ERROR_GROUP_NOT_FOUND\n" +
      "  5013)\n" +
      "  See which groups there are: bridgehead group list\n",
  );
  const json = await run("group", "show", "Exchang", "--output", "json");
  expect(json.code).toBe(1);
  expect(JSON.parse(json.err)).toEqual({
    code: "group-not-found",
    title: "There is no such group",
    detail: "names are written as in the definition",
    hint: "See which groups there are: bridgehead group list",
    win32: { name: "ERROR_GROUP_NOT_FOUND", number: 5013 },
  });
});

test("CL11 a cluster that there is not is made with a command, and not with a method of HTTP", async () => {
  const problem = problemDetails("cluster-not-found", "PUT a definition at this path to create it");
  other = await otherSide(() => ({ status: 404, body: problem }));
  const { code, err } = await run("group", "list");
  expect(code).toBe(1);
  expect(err).not.toMatch(/PUT|path/);
  expect(err.replaceAll(/\s+/g, " ")).toContain(
    "There is no such cluster the control plane has none of this name (cluster-not-found",
  );
  expect(err.replaceAll(/\s+/g, " ")).toContain("or make it: bridgehead cluster apply -f FILE");
});

test("CL11 the problems of a definition are told with their places, and in JSON as they are", async () => {
  const problems = [{ path: "/groups/A/resources", code: "required", sentence: "this is required" }];
  other = await otherSide(() => ({ status: 422, body: problemDetails("invalid-definition", "it has one", problems) }));
  expect((await run("group", "create", "A")).err).toContain("  /groups/A/resources: this is required\n");
  expect(JSON.parse((await run("group", "create", "A", "--output=json")).err)).toMatchObject({ problems });
});

test.each([
  ["an unknown verb", ["group", "explode"]],
  ["a noun without its verb", ["group"]],
  ["an unknown option", ["group", "list", "--nonsense"]],
  ["a missing argument", ["group", "move"]],
])("CL11 %s is one JSON document too, where errors are documents", async (_title, args) => {
  const { code, out, err } = await run(...args, "--output", "json");
  expect(code).toBe(2);
  expect(out).toBe("");
  expect(JSON.parse(err)).toMatchObject({ code: "usage", title: expect.stringMatching(/\w/), detail: null });
});

test("CL11 a control plane that is not there is told with its address and what to do, also as JSON", async () => {
  other = await otherSide(() => "broken");
  const { code, err } = await run("node", "list", "--url", "http://127.0.0.1:1", "--output", "json");
  expect(code).toBe(3);
  expect(JSON.parse(err)).toMatchObject({
    code: "unreachable-no-connection",
    detail: "it was asked at http://127.0.0.1:1",
    hint: expect.stringContaining("BRIDGEHEAD_URL"),
  });
});

describe("CL27 a token where no cluster is named", () => {
  const ofCluster = `bh_${"0".repeat(16)}_${"1".repeat(16)}_${"2".repeat(64)}`;
  const ask = async (token: string, ...args: readonly string[]) => {
    other = await otherSide(() => ({
      status: 401,
      body: problemDetails("unauthorized", "send Authorization: Bearer"),
    }));
    vi.stubEnv("BRIDGEHEAD_CLUSTER", undefined);
    vi.stubEnv("BRIDGEHEAD_TOKEN", token);
    return run(...args);
  };

  test("CL27 that the control plane does not know is said to be none", async () => {
    const { code, err } = await ask("not-the-admin-token", "group", "list");
    expect(code).toBe(1);
    expect(err).toContain("bridgehead: The token is not valid here\n");
  });

  test("CL27 that may be one of a cluster needs the cluster named", async () => {
    const { code, err } = await ask(ofCluster, "group", "list");
    expect([code, err]).toEqual([2, expect.stringContaining("--cluster NAME")]);
  });

  test("CL27 the list of clusters takes the admin token, and says so to one of a cluster", async () => {
    const { code, err } = await ask(ofCluster, "cluster", "list");
    expect([code, err]).toEqual([1, expect.stringContaining("takes the admin token")]);
    other?.close();
    expect((await ask("not-the-admin-token", "cluster", "list")).err).toContain("The token is not valid here");
  });
});
