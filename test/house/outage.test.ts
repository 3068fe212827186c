import { afterEach, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { splitLine } from "../../src/cli/completion/shell-words.ts";
import { optionsOf, spotOf } from "../../src/cli/completion/spot.ts";
import { runCommand, wholeProgram } from "../../src/cli/program.ts";
import { parsePeerAddress } from "../../src/agent/peers/channel.ts";
import { groupSchema } from "../../src/protocol/definition.ts";
import { fileOf } from "./sources.ts";

const page = fileOf("docs/outage.md");
const [group = "", config = ""] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = ""]) => block);

test("PW1 the page about outages shows a policy that a group takes, and an address that an agent takes", () => {
  const { groups } = parse(group) as { groups: Record<string, unknown> };
  expect(groupSchema.parse(groups["Mail"]).onControlPlaneLoss).toBe("hold-while-peers-agree");
  const { peerListen } = parse(config) as { peerListen: string };
  expect(parsePeerAddress(peerListen)).toEqual({ address: "192.0.2.1", port: 7946 });
  expect(page).toContain(`--peer-listen ${peerListen}`);
});

const program = await wholeProgram();
const commands = [...page.matchAll(/^npx bridgehead .*$|(?<=`)npx bridgehead [^`]+/gm)].map(([command]) => command);

afterEach(() => {
  vi.restoreAllMocks();
});

test.each(commands)("PW1 `%s`, which the page about outages shows, is a command line that would run", (command) => {
  const { words } = splitLine(command.replace(/^npx bridgehead /, ""));
  const verb = spotOf(program, [...words, ""]).command;
  const known = optionsOf(verb).flatMap(({ long, short }) => [long, short]);
  for (const word of words.filter((one) => one.startsWith("-"))) expect(known).toContain(word);
  const needed = verb.registeredArguments.filter(({ required }) => required).length;
  const { expects } = spotOf(program, [...words, ""]);
  if (expects.kind === "word") expect(expects.position).toBeGreaterThanOrEqual(needed);
});

test("PW1 what it says of a new host prints a configuration with peerListen", async () => {
  expect(commands.length).toBeGreaterThan(5);
  const command = commands.find((one) => one.includes(" agent install ")) ?? "";
  let out = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => (out += String(text)).length > 0);
  expect(await runCommand(splitLine(command).words.slice(2))).toBe(0);
  expect(out).toContain("peerListen: 192.0.2.1:7946\n");
});

test("PW1 README leads to the page about outages", () => {
  expect(fileOf("README.md")).toContain("(docs/outage.md)");
});
