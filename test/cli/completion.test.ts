import { describe, expect, test } from "vitest";
import { answerForLine, answerForWords } from "../../src/cli/completion/answer.ts";
import { candidatesAt, type Candidates } from "../../src/cli/completion/candidates.ts";
import { splitLine } from "../../src/cli/completion/shell-words.ts";
import { spotOf } from "../../src/cli/completion/spot.ts";
import { wholeProgram } from "../../src/cli/program.ts";
import { run } from "./support.ts";

const program = await wholeProgram();

/** What could follow a line, written as a shell has it. */
function after(line: string): Candidates {
  return candidatesAt(spotOf(program, splitLine(line).words));
}

function wordsAfter(line: string): string[] {
  const candidates = after(line);
  return candidates.kind === "words" ? candidates.words.map(({ word }) => word) : [candidates.kind];
}

describe("CL19 what could follow", () => {
  test("CL19 nouns come first, then verbs; what is hidden is not offered", () => {
    expect(wordsAfter("")).toEqual(expect.arrayContaining(["cluster", "group", "completion"]));
    expect(wordsAfter("")).not.toContain("__complete");
    expect(wordsAfter("node ")).toEqual(expect.arrayContaining(["list", "pause", "confirm-down"]));
    expect(wordsAfter("--output json --cluster cluster node ")).toContain("pause");
  });

  test("CL19 options are those of the verb and those of every verb", () => {
    expect(wordsAfter("group move Exchange --")).toEqual(
      expect.arrayContaining(["--to", "--at", "--wait", "--dry-run", "--output", "--help"]),
    );
    expect(wordsAfter("group list --")).not.toContain("--to");
  });

  test("CL19 a value is one of its choices, a name that the control plane knows, or a file", () => {
    expect(wordsAfter("--output ")).toEqual(["table", "json"]);
    expect(wordsAfter("node resume NODE1 --failback=")).toEqual(["no", "immediate", "policy"]);
    expect(wordsAfter("cluster maintenance ")).toEqual(["on", "off"]);
    expect(wordsAfter("events --kind group.owned ")).toContain("resource.failed");
    expect(after("group move Exchange --to ")).toEqual({ kind: "names", of: "node" });
    expect(after("resource move R --to ")).toEqual({ kind: "names", of: "group" });
    expect(after("cluster show --cluster ")).toEqual({ kind: "names", of: "cluster" });
    expect(after("operation show ")).toEqual({ kind: "names", of: "operation" });
    expect(after("token revoke ")).toEqual({ kind: "names", of: "token-id" });
    expect(after("cluster apply -f ")).toEqual({ kind: "files" });
    expect(after("group move Exchange --at ")).toEqual({ kind: "nothing" });
  });

  test("CL19 an argument that may come many times is offered many times, and another one is not", () => {
    expect(after("group prefer Exchange ")).toEqual({ kind: "names", of: "node" });
    expect(after("group prefer Exchange NODE1 NODE2 ")).toEqual({ kind: "names", of: "node" });
    expect(after("group depend-on A B ")).toEqual({ kind: "names", of: "group" });
    expect(after("group online Exchange ")).toEqual({ kind: "nothing" });
    expect(after("resource create ")).toEqual({ kind: "nothing" });
  });

  test("CL19 an unknown word ends nothing", () => {
    expect(wordsAfter("nonsense ")).toEqual(["nothing"]);
    expect(wordsAfter("node list --nonsense --")).toContain("--output");
  });
});

describe("CL19 how it is said to a shell", () => {
  const names = ["Disk E:", "Disk F:", "it's", "plain"].map((word) => ({ word, about: "" }));
  const line = (text: string): string[] => answerForLine(names, splitLine(text), "");

  test("CL19 a line is split as a shell splits it", () => {
    expect(splitLine(`a "b c" d\\ e 'f "g`)).toEqual({ words: ["a", "b c", "d e", 'f "g'], quote: "'", raw: `'f "g` });
    expect(splitLine("a  b ")).toEqual({ words: ["a", "b", ""], quote: "", raw: "" });
    expect(splitLine('a ""')).toEqual({ words: ["a", ""], quote: "", raw: '""' });
  });

  test("CL19 bash is given what it puts in as it is: quoted as the word was begun", () => {
    expect(line("x Di")).toEqual(["Disk\\ E:", "Disk\\ F:"]);
    expect(line('x "Disk F')).toEqual(["Disk F:"]);
    expect(line("x it")).toEqual(["it\\'s"]);
    expect(line("x ")).toHaveLength(4);
  });

  test("CL19 bash completes what stands behind the last colon or equals sign", () => {
    const urn = [{ word: "urn:a:b", about: "" }];
    expect(answerForLine(urn, splitLine("x urn:a:"), "")).toEqual(["b"]);
    expect(answerForLine([{ word: "json", about: "" }], splitLine("x --output=j"), "--output=")).toEqual(["json"]);
  });

  test("CL19 other shells are given words with what they are about", () => {
    const candidates = [{ word: "json", about: "a document" }, ...names];
    expect(answerForWords(candidates, "j", "")).toEqual(["json\ta document"]);
    expect(answerForWords(candidates, "--output=j", "--output=")).toEqual(["--output=json\ta document"]);
  });

  test("CL19 where the control plane cannot be asked, nothing is said, and it is no failure", async () => {
    const words = ["--url", "http://127.0.0.1:1", "group", "online", ""];
    expect(await run("__complete", "words", "--", ...words)).toEqual({ code: 0, out: "", err: "" });
    expect(await run("__complete", "words", "--", "--url", "nowhere", "node", "show", "")).toMatchObject({ out: "" });
  });

  test("CL19 each shell has a script, and no other has", async () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      const { code, out } = await run("completion", shell);
      expect(code).toBe(0);
      expect(out).toContain("__complete");
    }
    expect((await run("completion", "csh")).code).toBe(2);
  });
});
