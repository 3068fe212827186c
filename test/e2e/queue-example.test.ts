import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { examplesFolder } from "../../src/cli/package-files.ts";
import { until } from "../support/until.ts";

const bind = "BIND 127.0.3.100 EXCHVS 7 5000\n";

let folder = "";
/** What the agent says. */
let answer = bind;
/** Who was taken from, and for whom. */
const taken: string[] = [];
/** Recipients of whom the server does not want to know now, and how often it was told of them. */
const refused = new Map<string, number>();
let confirmedAfterMs = 0;
/** What is done to a message as it is taken. */
let onTaken = (_name: string): void => {};
/** How often the agent was asked. */
let asked = 0;
let program: ChildProcess | null = null;
/** What the program says. */
let said = "";

const agent = createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", () => {
    asked += 1;
    socket.write(answer);
  });
});
const server = new SMTPServer({
  disabledCommands: ["AUTH", "STARTTLS"],
  disableReverseLookup: true,
  onRcptTo({ address }, _session, done) {
    const times = refused.get(address);
    if (times === undefined) return done();
    refused.set(address, times + 1);
    return done(Object.assign(new Error("not now"), { responseCode: 451 }));
  },
  onData(stream, { remoteAddress, hostNameAppearsAs, envelope }, done) {
    stream.resume();
    stream.on("end", () => {
      const [to] = envelope.rcptTo;
      taken.push(`${to?.address} ${remoteAddress} ${String(hostNameAppearsAs).toUpperCase()}`);
      onTaken(to?.address.split("@")[0] ?? "");
      setTimeout(() => done(), confirmedAfterMs);
    });
  },
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-queue-"));
  mkdirSync(join(folder, "queue"));
  writeFileSync(join(folder, "agent.yaml"), "node: NODE1\n");
  answer = bind;
  taken.length = 0;
  refused.clear();
  confirmedAfterMs = 0;
  onTaken = () => {};
  asked = 0;
  said = "";
  agent.listen(join(folder, "agent.sock"));
  await once(agent, "listening");
});
afterEach(async () => {
  program?.kill("SIGKILL");
  agent.close();
  rmSync(folder, { recursive: true, force: true });
});

afterAll(() => server.close());

const put = (name: string): void =>
  writeFileSync(join(folder, "queue", name), JSON.stringify({ from: "a@b.test", to: `${name}@d.test`, raw: "\n" }));
const kept = (): string[] => readdirSync(join(folder, "queue"));
const from = (name: string): string => `${name}@d.test 127.0.3.100 EXCHVS`;
const script = join(examplesFolder, "queue-with-nodemailer.js");

/** The program, as the agent starts it. */
async function start(relay = "127.0.0.1"): Promise<ChildProcess> {
  if (!server.server.listening) await new Promise<void>((resolve) => server.listen(0, "::", () => resolve()));
  const address = server.server.address();
  const port = address === null || typeof address === "string" ? 0 : address.port;
  const words = ["--queue", join(folder, "queue"), "--relay", `${relay}:${port}`];
  const env = { ...process.env, BRIDGEHEAD_GROUP: "Exchange", BRIDGEHEAD_AGENT_SOCKET: join(folder, "agent.sock") };
  const child = spawn(process.execPath, [script, ...words, "--config", join(folder, "agent.yaml")], { env });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (said += text.toString()));
  program = child;
  return child;
}

test("MA8 a message leaves from the virtual IP under its name, and its file is removed; one that has no name yet stays", async () => {
  put("first");
  put(".half");
  await start();
  await until(() => kept().length === 1, 10_000, "the message");
  put("second");
  await until(() => taken.length === 2, 10_000, "one that comes later");
  await until(() => kept().length === 1, 10_000, "its removal");
  expect(taken).toEqual(["first", "second"].map(from));
  expect(kept()).toEqual([".half"]);
});

test("MA8 what may not be sent now stays, and is sent when it may", async () => {
  answer = "DEFER standby\n";
  put("waiting");
  await start();
  await until(() => asked > 2, 10_000, "that it asks again");
  expect({ taken, kept: kept() }).toEqual({ taken: [], kept: ["waiting"] });
  answer = bind;
  await until(() => kept().length === 0, 10_000, "the message");
  expect(taken).toEqual([from("waiting")]);
});

test("MA8 what is refused, and what is no message, stays and is tried again, and keeps no other from being sent", async () => {
  refused.set("refused@d.test", 0);
  put("refused");
  writeFileSync(join(folder, "queue", "broken"), "{");
  await start();
  await until(() => (refused.get("refused@d.test") ?? 0) > 0, 10_000, "a try");
  put("other");
  await until(() => taken.length === 1, 10_000, "the other");
  await until(() => (refused.get("refused@d.test") ?? 0) > 1, 10_000, "another try");
  refused.clear();
  await until(() => kept().length === 1, 10_000, "the message");
  expect(taken).toEqual(["other", "refused"].map(from));
  expect(kept()).toEqual(["broken"]);
});

test("MA8 it ends when it is told to, and first waits for the answer to what it sends, so that nothing comes twice", async () => {
  confirmedAfterMs = 500;
  put("last");
  const child = await start();
  await until(() => taken.length === 1, 10_000, "the message");
  put("too-late");
  child.kill("SIGTERM");
  await until(() => child.exitCode !== null, 10_000, "its end");
  expect({ code: child.exitCode, taken, kept: kept() }).toEqual({ code: 0, taken: [from("last")], kept: ["too-late"] });
});

test("MA8 a message that was taken and cannot be removed ends the program, and is not sent again", async () => {
  // As root one may remove everything; but no folder as if it were a file.
  onTaken = (name) => {
    rmSync(join(folder, "queue", name));
    mkdirSync(join(folder, "queue", name));
  };
  put("stays");
  const child = await start();
  await until(() => child.exitCode !== null, 10_000, "its end");
  expect({ code: child.exitCode, taken }).toEqual({ code: 1, taken: [from("stays")] });
});

/** A run that is to end by itself. */
const runOf = (...words: readonly string[]) => {
  const all = [script, "--group", "Exchange", "--config", join(folder, "agent.yaml"), ...words];
  const { status, stderr } = spawnSync(process.execPath, all, { encoding: "utf8", timeout: 10_000 });
  return { code: status, told: stderr.trimEnd().split("\n") };
};

test("MA8 without a folder or a relay it says how it is used", () => {
  expect(runOf("--relay", "relay.test")).toEqual({ code: 2, told: [expect.stringMatching(/^usage: /) as unknown] });
});

test.each([
  "relay.test:0",
  "relay.test:65536",
  "relay.test:smtp",
  "relay.test:",
  "2001:db8::1",
  "[2001:db8::1",
  ":25",
  "",
])("MA8 a relay such as %j is told at the start", (relay) => {
  const { code, told } = runOf("--queue", join(folder, "queue"), "--relay", relay);
  expect({ code, told }).toEqual({
    code: 2,
    told: [`--relay ${JSON.stringify(relay)} is no HOST[:PORT]`, expect.stringMatching(/^usage: /) as unknown],
  });
});

test("MA8 a queue that is not there ends it, and is told in one line", () => {
  const absent = join(folder, "absent");
  const told = [expect.stringContaining(`${absent} cannot be read`) as unknown];
  expect(runOf("--queue", absent, "--relay", "relay.test")).toEqual({ code: 1, told });
});

test("MA8 a relay may be an IPv6 address in brackets", async () => {
  answer = "BIND ::1 EXCHVS 7 5000\n";
  put("six");
  await start("[::1]");
  await until(() => kept().length === 0, 10_000, "the message");
  expect(taken).toEqual(["six@d.test ::1 EXCHVS"]);
});

test("MA8 what is no file is left alone, and keeps neither a message nor the end of the program", async () => {
  mkdirSync(join(folder, "queue", "lost+found"));
  execFileSync("mkfifo", [join(folder, "queue", "fifo")]);
  put("zebra");
  const child = await start();
  await until(() => taken.length === 1, 10_000, "the message");
  child.kill("SIGTERM");
  await until(() => child.exitCode !== null, 10_000, "its end");
  expect({ code: child.exitCode, kept: kept().toSorted() }).toEqual({ code: 0, kept: ["fifo", "lost+found"] });
  expect(said).not.toMatch(/fifo|lost/);
});

const message = { from: "a@b.test", to: "c@d.test", raw: "\n" };
const faulty: [string, unknown, string][] = [
  ["nothing", null, "from"],
  ["no sender", { ...message, from: undefined }, "from"],
  ["two recipients", { ...message, to: "c@d.test, e@f.test" }, "to"],
  ["a list of recipients", { ...message, to: ["c@d.test"] }, "to"],
  ["a group of recipients", { ...message, to: "all:c@d.test;" }, "to"],
  ["no recipient", { ...message, to: "" }, "to"],
  ["a file's name for a text", { ...message, raw: { path: "/etc/hostname" } }, "raw"],
];
test("MA8 a file that is no message for one recipient stays, is told with what is wrong, and nothing of it is sent", async () => {
  for (const [name, text] of faulty) writeFileSync(join(folder, "queue", name), JSON.stringify(text));
  put("zebra");
  await start();
  await until(() => kept().length === faulty.length && faulty.every(([name]) => said.includes(name)), 10_000, "all");
  for (const [name, , field] of faulty) expect(said).toMatch(new RegExp(`^${name}: again in 1 s: "${field}" `, "m"));
  expect(taken).toEqual([from("zebra")]);
});

test("MA8 a sender may be nobody, as that of a report is", async () => {
  writeFileSync(join(folder, "queue", "report"), JSON.stringify({ ...message, from: "" }));
  await start();
  await until(() => kept().length === 0, 10_000, "the message");
  expect(taken).toEqual(["c@d.test 127.0.3.100 EXCHVS"]);
});
