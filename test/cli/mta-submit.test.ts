import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseOrName } from "../../src/mta/or-name-text.ts";
import { decodeMessage } from "../../src/mta/p1.ts";
import { run } from "./support.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-submit-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const from = "C=GB; A= ; P=EXAMPLE; O=Test; OU1=Mail; S=Sender; G=Ann";
const to = "c=DE;A=MAIL;S=Empfaenger";
const queued = (): string[] => readdirSync(join(folder, "out", "peer.test"));
function submit(text: string, ...more: string[]) {
  const file = join(folder, "letter.txt");
  writeFileSync(file, text);
  const names = more.includes("--from") ? [] : ["--from", from];
  return run("mta", "submit", "peer.test", file, "--queue", folder, "--to", to, ...names, ...more);
}

test("CL38 a text becomes a message in the partner's queue, whose file's name is printed", async () => {
  const { code, out } = await submit("First line.\nSecond line.\n", "--subject", "A test");
  expect(code).toBe(0);
  expect(queued()).toEqual([out.trim()]);
  const message = decodeMessage(readFileSync(join(folder, "out", "peer.test", out.trim())));
  expect(out.trim()).toBe(`${message.identifier.local}.p1`);
  expect(message.originator).toEqual(parseOrName(from));
  expect(message.recipients).toEqual([{ name: parseOrName(to), number: 1, isResponsible: true }]);
  const content = Buffer.from(message.content).toString("latin1");
  for (const part of ["A test", "First line.\r\nSecond line.\r\n"]) expect(content).toContain(part);
});

test("CL38 the command of the page about X.400 runs as it is shown", async () => {
  const page = readFileSync(new URL("../../docs/x400.md", import.meta.url), "utf8");
  const [, command = ""] = /```sh\nnpx bridgehead ([^\n]+)\n```/.exec(page) ?? [];
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  const letter = join(folder, "letter.txt");
  writeFileSync(letter, "A letter.\n");
  const here = words.map((word) => (word === "/srv/mail/queue" ? folder : word === "letter.txt" ? letter : word));
  const { code, out } = await run(...here);
  expect(code).toBe(0);
  expect(queued()).toEqual([out.trim()]);
});

test("CL38 what is submitted first is first in the queue", async () => {
  for (const text of ["1", "2", "3"]) {
    expect((await submit(text)).code).toBe(0);
  }
  const texts = queued()
    .toSorted()
    .map((name) => decodeMessage(readFileSync(join(folder, "out", "peer.test", name))).content)
    .map((content) => Buffer.from(content).toString("latin1").at(-1));
  expect(texts).toEqual(["1", "2", "3"]);
});

test.each([
  ["a label that there is not", "C=GB; A= ; X=1", "X=1"],
  ["one twice", "C=GB; A= ; S=a; S=b", "S= is there twice"],
  ["no country", "A= ; S=a", "C= and A= are needed"],
  ["nobody", "C=GB; A= ", "whom it names is missing"],
  ["a letter that no PrintableString has", "C=GB; A= ; S=Grün", "at most 40 characters"],
  ["one that is too long", `C=GB; A= ; I=ABCDEF`, "at most 5 characters"],
])("CL38 an O/R name with %s is refused with its place, and nothing is written", async (_, name, told) => {
  const { code, err } = await submit("text", "--from", name);
  expect(code).toBe(2);
  expect(err.replaceAll(/\s+/g, " ")).toContain(told);
  expect(readdirSync(folder)).toEqual(["letter.txt"]);
});

test("CL38 a letter that IA5 has not would arrive as another one: its line is told", async () => {
  const { code, err } = await submit("First line.\nGrüße\n");
  expect(code).toBe(2);
  expect(err).toContain("line 2: ü");
  expect(readdirSync(folder)).toEqual(["letter.txt"]);
});

test.each([
  ["a letter that T.61 has not", "Greetings — Ж", 'has no "—"'],
  ["nothing in it", "", "it takes 0 octets"],
  ["more than there is room for", "ü".repeat(65), "it takes 130 octets"],
])("CL38 a subject with %s is refused, and nothing is written", async (_, subject, told) => {
  const { code, err } = await submit("text", "--subject", subject);
  expect(code).toBe(2);
  expect(err.replaceAll(/\s+/g, " ")).toContain(told);
  expect(readdirSync(folder)).toEqual(["letter.txt"]);
});

test("CL38 a subject with letters of T.61 is written", async () => {
  const { code, out } = await submit("text", "--subject", "Grüße");
  expect(code).toBe(0);
  const { content } = decodeMessage(readFileSync(join(folder, "out", "peer.test", out.trim())));
  expect(Buffer.from(content).toString("hex")).toContain("4772c875fb65");
});

test("CL38 a queue that cannot be written is told", async () => {
  const file = join(folder, "letter.txt");
  writeFileSync(file, "text");
  const { code, err } = await run("mta", "submit", "peer.test", file, "--queue", file, "--from", from, "--to", to);
  expect(code).toBe(1);
  expect(err).toContain("cannot take the message");
});

test("CL38 a partner that no MTA with this queue calls is taken, with a warning; where no MTA has had it nobody can know", async () => {
  expect((await submit("text")).err).toBe("");
  mkdirSync(join(folder, "rejected", "pear.test"), { recursive: true });
  const strange = await submit("text");
  expect(strange.code).toBe(0);
  expect(strange.err).toBe(
    "warning: no MTA that had this queue calls a partner of the name peer.test: the message waits until one does\n",
  );
  mkdirSync(join(folder, "rejected", "peer.test"));
  expect((await submit("text")).err).toBe("");
  expect(queued()).toHaveLength(3);
});
