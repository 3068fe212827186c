import type { ChildProcess } from "node:child_process";
import { until } from "../support/until.ts";
import type { Host } from "./lan.ts";

/** The port of mail. */
const port = 2525;

/** Says its host's name on each connection to any of its addresses, and what it is told after that. */
const server = `
const { createServer } = require("node:net");
createServer((socket) => {
  socket.on("error", () => {});
  socket.write(process.argv[1] + "\\n");
  socket.pipe(socket);
}).listen({ host: "::", port: ${port} }, () => console.log("listening"));
`;

/** Speaks ten times a second for so long after it was let in, ends in good order, and says what became of it. */
const caller = `
const { connect } = require("node:net");
const [, address, lastsMs] = process.argv;
const begun = Date.now();
const say = (what) => console.log(what + " " + (Date.now() - begun));
const socket = connect({ host: address, port: ${port} });
let isEnding = false;
socket.on("connect", () => say("connected"));
socket.on("data", (data) => /NODE./.test(data) && say("greeted by " + /NODE./.exec(data)[0]));
socket.on("error", ({ code }) => say(code));
socket.on("close", () => (say(isEnding ? "finished" : "broken"), process.exit()));
const speech = setInterval(() => socket.write("."), 100);
socket.on("connect", () =>
  setTimeout(() => (clearInterval(speech), (isEnding = true), socket.end()), Number(lastsMs)),
);
`;

/** A server of a host that is there all the time, as a mailer that the cluster does not start. */
export async function serve(host: Host): Promise<ChildProcess> {
  const child = host.start(process.execPath, ["-e", server, host.name]);
  let said = "";
  child.stdout?.on("data", (text: Buffer) => (said += text.toString("utf8")));
  await until(async () => said.includes("listening"), 10_000, "the server");
  return child;
}

export type Caller = {
  /** What became of it, oldest first: `connected 3`, `greeted by NODE1 4`, `finished 1501`; milliseconds since it began. */
  readonly said: () => readonly string[];
  /** When it said this first; null: it has not. */
  readonly at: (what: string) => number | null;
  readonly ended: () => Promise<void>;
};

/** A connection from this host that is to last so long once it is there. */
export function callFrom(host: Host, address: string, lastsMs: number): Caller {
  const child = host.start(process.execPath, ["-e", caller, address, String(lastsMs)]);
  let text = "";
  child.stdout?.on("data", (more: Buffer) => (text += more.toString("utf8")));
  const said = (): string[] => text.split("\n").filter((line) => line !== "");
  return {
    said,
    at: (what) => {
      const line = said().find((one) => one.startsWith(what));
      return line === undefined ? null : Number(line.split(" ").at(-1));
    },
    ended: () => until(async () => child.exitCode !== null, 30_000, `the end of a connection: ${text}`),
  };
}
