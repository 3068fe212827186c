import { Argument, type Command } from "commander";
import { answerForLine, answerForWords, filesInstead } from "../completion/answer.ts";
import { type Candidate, candidatesAt } from "../completion/candidates.ts";
import { namesOf } from "../completion/names.ts";
import { splitLine } from "../completion/shell-words.ts";
import { type Spot, spotOf } from "../completion/spot.ts";
import type { LoadNoun } from "../program.ts";

/** What the scripts of shells ask. It never fails and never says anything but candidates: a line is being written. */
export function register(noun: Command, loadNoun: LoadNoun): void {
  noun
    .addArgument(new Argument("<as>", "how the line is given").choices(["line", "words"]))
    .argument("[word...]")
    .action(async (as: "line" | "words", given: readonly string[]) => {
      const program = noun.parent;
      if (program === null) return;
      const answer = await complete(program, loadNoun, as, given).catch(() => []);
      if (answer.length > 0) process.stdout.write(`${answer.join("\n")}\n`);
    });
}

async function complete(
  program: Command,
  loadNoun: LoadNoun,
  as: "line" | "words",
  given: readonly string[],
): Promise<string[]> {
  const line = splitLine(given[0] ?? "");
  // The line begins with the program's name.
  const words = as === "line" ? line.words.slice(1) : given;
  await loadNoun(program, spotOf(program, words).command.name());
  const spot = spotOf(program, words);
  const candidates = await candidatesFor(spot);
  if (candidates === null) return [filesInstead];
  const attached = spot.expects.kind === "option-value" ? spot.expects.attached : "";
  return as === "line"
    ? answerForLine(candidates, line, attached)
    : answerForWords(candidates, words.at(-1) ?? "", attached);
}

/** Null: names of files, which the shell knows. */
async function candidatesFor(spot: Spot): Promise<readonly Candidate[] | null> {
  const candidates = candidatesAt(spot);
  switch (candidates.kind) {
    case "files":
      return null;
    case "nothing":
      return [];
    case "words":
      return candidates.words;
    case "names":
      return (await namesOf(candidates.of, spot.given)).map((word) => ({ word, about: "" }));
  }
}
