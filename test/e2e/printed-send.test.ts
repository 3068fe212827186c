import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { packageRoot } from "../../src/cli/package-files.ts";
import { nodeSections } from "../../src/mailers/node.ts";
import { startNode } from "./support.ts";

let folder = "";
/** What the agent says. */
let answer = "";
/** For whom each message was taken. */
const taken: string[][] = [];

const agent = createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", () => socket.write(answer));
});
const server = new SMTPServer({
  disabledCommands: ["AUTH", "STARTTLS"],
  disableReverseLookup: true,
  onRcptTo({ address }, _session, done) {
    if (!address.startsWith("unknown")) return done();
    return done(Object.assign(new Error("no such user"), { responseCode: 550 }));
  },
  onData(stream, { envelope }, done) {
    stream.resume();
    stream.on("end", () => {
      taken.push(envelope.rcptTo.map(({ address }) => address));
      done();
    });
  },
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve())));
afterAll(() => server.close());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-send-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(packageRoot, join(folder, "node_modules", "bridgehead"));
  symlinkSync(join(packageRoot, "node_modules", "nodemailer"), join(folder, "node_modules", "nodemailer"));
  const place = { socket: join(folder, "agent.sock"), configFile: join(folder, "agent.yaml") };
  writeFileSync(place.configFile, "node: NODE1\n");
  const [printed] = nodeSections({ group: "Exchange", routes: [], ...place });
  writeFileSync(join(folder, "send.mjs"), printed?.text ?? "");
  answer = "BIND 127.0.3.100 EXCHVS 7 5000\n";
  taken.length = 0;
  await new Promise<void>((resolve) => agent.listen(place.socket, resolve));
});
afterEach(() => {
  agent.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a program learns that sends one message to these. */
async function sent(...to: readonly string[]): Promise<unknown> {
  const address = server.server.address();
  const port = address === null || typeof address === "string" ? 0 : address.port;
  const message = { envelope: { from: "a@b.test", to }, raw: "\n" };
  const program = `import { send } from "./send.mjs";
    const info = await send("127.0.0.1", ${port}, ${JSON.stringify(message)}).catch(({ rejected }) => ({ rejected, failed: true }));
    console.log(JSON.stringify(info && { accepted: info.accepted, rejected: info.rejected, failed: info.failed }));`;
  writeFileSync(join(folder, "program.mjs"), program);
  const command = startNode([join(folder, "program.mjs")], process.env, folder);
  expect(await command.ended, command.output()).toBe(0);
  return JSON.parse(command.output());
}

test("MA9 a program learns from what is printed which recipients a message was taken for, and which were refused", async () => {
  expect(await sent("known@d.test", "unknown@d.test")).toEqual({
    accepted: ["known@d.test"],
    rejected: ["unknown@d.test"],
  });
  expect(taken).toEqual([["known@d.test"]]);
});

test("MA9 when all are refused it rejects with them, and without a BIND nobody is called", async () => {
  expect(await sent("unknown1@d.test", "unknown2@d.test")).toEqual({
    rejected: ["unknown1@d.test", "unknown2@d.test"],
    failed: true,
  });
  answer = "DEFER standby\n";
  expect(await sent("known@d.test")).toBeNull();
  expect(taken).toEqual([]);
});
