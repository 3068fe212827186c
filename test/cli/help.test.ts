import type { Command } from "commander";
import { expect, test } from "vitest";
import { splitLine } from "../../src/cli/completion/shell-words.ts";
import { optionsOf, spotOf } from "../../src/cli/completion/spot.ts";
import { wholeProgram } from "../../src/cli/program.ts";

const program = await wholeProgram();
const nouns = program.commands.filter((noun) => !noun.name().startsWith("__"));
/** What is run: the verbs of a noun that has some, else the noun. */
const verbs = nouns.flatMap((noun) => (noun.commands.length === 0 ? [noun] : noun.commands));

function nameOf(command: Command): string {
  return command.parent === program ? command.name() : `${command.parent?.name()} ${command.name()}`;
}

function helpOf(command: Command): string {
  let said = "";
  command.configureOutput({ writeOut: (text) => (said += text) });
  command.outputHelp();
  return said;
}

function examplesOf(command: Command): string[] {
  return [
    ...helpOf(command)
      .replaceAll(/ \\\n +/g, " ")
      .matchAll(/^ {2}bridgehead (.*)$/gm),
  ].map(([, example = ""]) => example);
}

test("CL22 there is a noun for each thing, and a verb for each thing that is done", () => {
  expect(nouns.length).toBeGreaterThan(12);
  expect(verbs.length).toBeGreaterThan(45);
});

test.each(verbs.map((verb) => [nameOf(verb), verb] as const))(
  "CL22 %s says what it does, in lines that fit",
  (name, verb) => {
    expect(verb.description(), name).toMatch(/\w{3}/);
    expect(examplesOf(verb).length, name).toBeGreaterThan(0);
    for (const line of helpOf(verb).split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  },
);

const withVerbs = nouns.filter((noun) => noun.commands.length > 0);

test.each(withVerbs.map((noun) => [noun.name(), noun] as const))(
  "CL22 %s has an example of one of its verbs",
  (_name, noun) => {
    const [example = ""] = examplesOf(noun);
    const { words } = splitLine(example);
    const { command } = spotOf(program, [...words, ""]);
    // Of one of its verbs, or of itself where it does something by itself.
    expect([command, command.parent]).toContain(noun);
    const known = optionsOf(command).flatMap(({ long, short }) => [long, short]);
    for (const word of words.filter((one) => one.startsWith("-"))) expect(known).toContain(word);
  },
);

test.each(verbs.flatMap((verb) => examplesOf(verb).map((example) => [example, verb] as const)))(
  "CL22 bridgehead %s is a command line that would run",
  (example, verb) => {
    const { words } = splitLine(example.replace(/ >>? .*/, ""));
    expect(spotOf(program, [...words, ""]).command).toBe(verb);
    const known = optionsOf(verb).flatMap(({ long, short }) => [long, short]);
    for (const word of words.filter((word) => word.startsWith("-"))) expect(known).toContain(word);
    const mandatory = verb.options.filter((option) => option.mandatory);
    for (const { long, short } of mandatory) expect(words.some((word) => word === long || word === short)).toBe(true);
    const needed = verb.registeredArguments.filter(({ required }) => required).length;
    const { expects } = spotOf(program, [...words.filter((word) => word !== "--"), ""]);
    if (expects.kind === "word") expect(expects.position).toBeGreaterThanOrEqual(needed);
  },
);
