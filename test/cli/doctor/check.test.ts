import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { check, type Finding, runChecks } from "../../../src/cli/doctor/check.ts";
import { failed, ok, type Outcome, skipped, warning } from "../../../src/cli/doctor/outcome.ts";
import { documentOf, reportLines } from "../../../src/cli/doctor/report.ts";
import { coloured, plain } from "../../../src/cli/colour.ts";

const lack = { what: "it is not so", cost: "that costs something", remedy: "mend it" };

/** A check that comes to this. */
function coming(code: string, outcome: Outcome, needs: readonly string[] = []) {
  return check({ code, subject: `thing ${code}`, needs, gather: () => outcome, judge: (found) => found });
}

function kinds(findings: readonly Finding[]): Record<string, string> {
  return Object.fromEntries(findings.map(({ code, outcome }) => [code, outcome.kind]));
}

test("CL35 what a failed check carries is not looked at, and neither is what stands on that", async () => {
  let isAsked = false;
  const asked = check({
    code: "c",
    subject: "c",
    needs: ["b"],
    gather: () => (isAsked = true),
    judge: () => ok("it is"),
  });
  const findings = await runChecks([coming("a", failed(lack)), coming("b", ok("fine"), ["a"]), asked], 1_000);
  expect(kinds(findings)).toEqual({ a: "failed", b: "skipped", c: "skipped" });
  expect(findings[1]?.outcome.sentence).toBe("It stands on the thing a, which failed.");
  expect(findings[2]?.outcome.sentence).toBe("It stands on the thing a, which failed.");
  expect(isAsked).toBe(false);
});

test("CL35 a warning carries what stands on it, and what does not apply is not told", async () => {
  const none = check({ code: "none", subject: "none", gather: () => 1, judge: () => null });
  const several = check({
    code: "several",
    subject: "several",
    needs: ["a", "none"],
    gather: () => ["x", "y"],
    judge: (names) => names.map((subject) => ({ subject, outcome: ok("there") })),
  });
  const findings = await runChecks([coming("a", warning(lack)), none, several], 1_000);
  expect(findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual(["a thing a", "several x", "several y"]);
});

test("CL35 what is skipped says its reason to what stands on it", async () => {
  const findings = await runChecks([coming("a", skipped("no", "give it")), coming("b", ok("fine"), ["a"])], 1_000);
  expect(findings[1]?.outcome).toEqual({ kind: "skipped", sentence: "No.", remedy: "Give it." });
});

test("CL35 a probe that hangs, or breaks, is a warning; there is an end of all of them", async () => {
  const hangs = (code: string) =>
    check({ code, subject: code, withinMs: 100, gather: () => new Promise<never>(() => {}), judge: () => ok("never") });
  const breaks = check({
    code: "breaks",
    subject: "breaks",
    gather: () => {
      throw new Error("EIO");
    },
    judge: () => ok("never"),
  });
  const startedAt = performance.now();
  const onIt = check({ code: "on-it", subject: "on-it", needs: ["h1"], gather: () => 1, judge: () => ok("never") });
  const findings = await runChecks([breaks, hangs("h1"), onIt, hangs("h2"), hangs("h3")], 150);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(kinds(findings)).toEqual({
    breaks: "warning",
    h1: "warning",
    "on-it": "skipped",
    h2: "warning",
    h3: "skipped",
  });
  expect(findings[0]?.outcome.sentence).toContain("EIO");
});

const findings: readonly Finding[] = [
  { code: "a", subject: "nft", outcome: ok("nft is here") },
  {
    code: "b",
    subject: "guard",
    outcome: warning({ ...lack, what: "nobody answers at a place with a long name, which has to go on" }),
  },
  { code: "c", subject: "token", outcome: failed(lack) },
  { code: "d", subject: "lease", outcome: skipped("no agent was named", "give --config FILE") },
  { code: "e", subject: "disks", outcome: skipped("no agent was named", "give --config FILE") },
];

test("CL34 each finding is told whole, within the terminal, in words and not by colour alone", () => {
  const lines = reportLines(findings, 60, plain);
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(60);
  expect(lines[0]).toBe("ok       nft: nft is here.");
  expect(lines).toContain("failed   token: It is not so.");
  expect(lines).toContain("         That costs something.");
  expect(lines).toContain("         Mend it.");
  expect(lines).toContain("skipped  lease, disks: No agent was named.");
  expect(lines.at(-1)).toBe("1 ok, 1 warning, 1 failed, 2 skipped");
  const withColour = reportLines(findings, 60, coloured).join("\n");
  expect(stripVTControlCharacters(withColour)).toBe(lines.join("\n"));
  expect(withColour).toContain("\u001b[31mfailed\u001b[0m");
});

test("CL34 a program is told the same, with null for what there is not", () => {
  expect(findings.map(documentOf)[2]).toEqual({
    code: "c",
    subject: "token",
    outcome: "failed",
    sentence: "It is not so.",
    cost: "That costs something.",
    remedy: "Mend it.",
  });
  expect(findings.map(documentOf)[0]).toMatchObject({ outcome: "ok", cost: null, remedy: null });
  expect(findings.map(documentOf)[3]).toMatchObject({ outcome: "skipped", cost: null, remedy: "Give --config FILE." });
});

test.each([
  ["http://c.test is asked", "http://c.test is asked."],
  ["nft can filter", "nft can filter."],
  ["net.ipv4.ip_nonlocal_bind is on", "net.ipv4.ip_nonlocal_bind is on."],
  ["/var/lib is there", "/var/lib is there."],
  ["agent.yaml is for NODE1", "agent.yaml is for NODE1."],
  ["is it right?", "Is it right?"],
])("CL34 a sentence begins with a capital where a plain word does: %s", (text, sentence) => {
  expect(ok(text).sentence).toBe(sentence);
});
