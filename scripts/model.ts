/**
 * Searches the model of the lease (`model/`) exhaustively, and prints all that the checker says: `npm run model`. With `--weaker` it searches
 * the weaker wordings instead, each of which has to be found out; with `--weaker NAME` it tells the story of one. `--quick` is for a test.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./tool.ts";
import { quickSearch, type Search, searches, weakerWordings, type WeakerWording } from "./model/searches.ts";

const folder = join(root, ".model", String(process.pid));
const model = join(root, "model", "lease.pml");
/** Of address space, in KiB: more means that the machine is too small, and says so, rather than to swap. */
const mostKib = 6_000_000;
const mostMs = 900_000;

type Said = { readonly status: number | null; readonly text: string };

function run(command: string, args: readonly string[]): Said {
  const { status, stdout, stderr, error } = spawnSync(
    "sh",
    ["-c", `ulimit -v ${mostKib}; exec "$@"`, "sh", command, ...args],
    { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28, timeout: mostMs },
  );
  if (error) throw error;
  return { status, text: stdout + stderr };
}

function isThere(command: string): boolean {
  return spawnSync("sh", ["-c", 'command -v "$1"', "sh", command]).status === 0;
}

/** Makes a checker of the model; throws with what spin or gcc complain about. */
function build(defines: readonly string[], how: readonly string[]): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const flags = defines.map((define) => `-D${define}`);
  const steps: readonly (readonly [string, ...string[]])[] = [
    ["spin", ...flags, "-a", model],
    ["gcc", "-O2", "-w", "-DSAFETY", "-DNOREDUCE", "-DMEMLIM=5600", ...how, "-o", "pan", "pan.c"],
  ];
  for (const [command, ...args] of steps) {
    const said = run(command, args);
    if (said.status === 0 && !/\bError\b/.test(said.text)) continue;
    throw new Error(`${command} ${args.join(" ")}\n${said.text}`);
  }
}

/** An end of the search that proves nothing is a failure as well. */
function isExhaustive({ status, text }: Said): boolean {
  return (
    status === 0 &&
    /errors: 0$/m.test(text) &&
    /^Full statespace search/m.test(text) &&
    !/max search depth too small|Search not completed|out of memory|truncated/i.test(text)
  );
}

function search(what: readonly Search[]): boolean {
  return what
    .map(({ name, what, defines }) => {
      build(defines, []);
      process.stdout.write(`== ${name}: ${what}\n-- spin ${defines.map((define) => `-D${define}`).join(" ")}\n`);
      const said = run("./pan", ["-m4000000", "-w26", "-n"]);
      const ok = isExhaustive(said);
      process.stdout.write(`${said.text.trim()}\n${ok ? "ok    " : "FAILED"} ${name}\n\n`);
      return ok;
    })
    .every(Boolean);
}

type Found = { readonly assertion: string; readonly story: readonly string[] };

/** The shortest way to break the promise, or null. */
function findOut({ name, defines }: WeakerWording): Found | null {
  const flags = [`WEAKER_${name}`, "WEAKER", "RAW", ...defines];
  build(flags, ["-DBFS"]);
  const { text } = run("./pan", ["-w24", "-n"]);
  const assertion = /assertion violated (.*) \(at depth/.exec(text)?.[1];
  const trail = readdirSync(folder).find((file) => file.endsWith(".trail"));
  if (assertion === undefined || trail === undefined) return null;
  const story = run("spin", ["-T", ...flags.map((flag) => `-D${flag}`), "-t", "-k", trail, model]).text.split("\n");
  const end = story.findIndex((line) => line.startsWith("spin:"));
  return { assertion, story: story.slice(0, end === -1 ? undefined : end) };
}

function findAllOut(): boolean {
  process.stdout.write("| switch | rule | weaker wording | what is broken | after |\n|---|---|---|---|---|\n");
  return weakerWordings
    .map((wording) => {
      const found = findOut(wording);
      const broken = found === null ? "NOT FOUND" : brokenBy(found.assertion);
      const steps = found === null ? "" : `${found.story.length} steps`;
      process.stdout.write(`| \`${wording.name}\` | ${wording.rule} | ${wording.what} | ${broken} | ${steps} |\n`);
      return found !== null;
    })
    .every(Boolean);
}

function brokenBy(assertion: string): string {
  if (assertion.includes("ghost")) return "two speakers";
  if (assertion.includes("least")) return "an epoch is given twice";
  if (assertion.includes("owner")) return "no owner again";
  return "`BIND` after the fuse";
}

function tell(wording: WeakerWording): boolean {
  const found = findOut(wording);
  if (found === null) return false;
  process.stdout.write(`${wording.rule}: ${wording.what}\n${found.story.join("\n")}\n${brokenBy(found.assertion)}\n`);
  return true;
}

function main([option, name]: readonly string[]): boolean {
  const missing = ["spin", "gcc"].filter((command) => !isThere(command));
  if (missing.length > 0) {
    process.stderr.write(`${missing.join(" and ")} missing: apt-get install -y spin gcc libc6-dev\n`);
    return false;
  }
  if (option === undefined) return search(searches);
  if (option === "--quick") return search([quickSearch]);
  const wording = weakerWordings.find((one) => one.name === name);
  if (option !== "--weaker" || (name !== undefined && wording === undefined)) {
    process.stderr.write("usage: npm run model [-- --quick | --weaker [NAME]]\n");
    return false;
  }
  return wording === undefined ? findAllOut() : tell(wording);
}

try {
  process.exitCode = main(process.argv.slice(2)) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
