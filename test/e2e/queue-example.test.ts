import { type ChildProcess, spawn } from "node:child_process";
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

/** The program, as the agent starts it. */
async function start(): Promise<ChildProcess> {
  if (!server.server.listening) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.server.address();
  const port = address === null || typeof address === "string" ? 0 : address.port;
  const words = ["--queue", join(folder, "queue"), "--relay", `127.0.0.1:${port}`];
  const env = { ...process.env, BRIDGEHEAD_GROUP: "Exchange", BRIDGEHEAD_AGENT_SOCKET: join(folder, "agent.sock") };
  const script = join(examplesFolder, "queue-with-nodemailer.js");
  program = spawn(process.execPath, [script, ...words, "--config", join(folder, "agent.yaml")], {
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  return program;
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

test("MA8 without a folder or a relay it says how it is used", async () => {
  const script = join(examplesFolder, "queue-with-nodemailer.js");
  program = spawn(process.execPath, [script, "--relay", "relay.test"], { stdio: "ignore" });
  const [code] = (await once(program, "exit")) as [number | null];
  expect(code).toBe(2);
});
