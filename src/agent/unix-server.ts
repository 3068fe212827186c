import { chmodSync, chownSync, lstatSync, mkdirSync, unlinkSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import type { Log } from "./log.ts";
import { messageOf } from "../mta/message-of.ts";

export type UnixServerOptions = {
  readonly path: string;
  /** What the log calls it. */
  readonly name: string;
  /** Called with each connection. It reads with `data` events; errors and idleness are handled here. */
  readonly onConnection: (socket: Socket) => void;
  readonly log: Log;
  /** Who may connect: the user that listens; also that user's group; also a group of this number instead. */
  readonly admits?: "owner" | "group" | number;
  /** Connections at a time; further ones are closed at once. Each costs a descriptor and some kilobytes. */
  readonly maxConnections?: number;
  /** A connection that is silent for so long, in milliseconds, is closed. */
  readonly idleMs?: number;
};

export type UnixServer = { readonly close: () => Promise<void> };

export class UnixServerError extends Error {
  override readonly name = "UnixServerError";
  readonly code: "socket-in-use" | "socket-path" | "socket-unusable";

  constructor(code: UnixServerError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** sun_path of unix(7), less its closing zero. A longer path would be cut off without a word. */
const longestPath = 107;
/**
 * Listens on a unix socket of mode 0660, or 0600 for its owner alone. A socket that a dead process left behind is replaced; one that answers is not.
 * Rejects with `UnixServerError`.
 */
export async function listenUnix(options: UnixServerOptions): Promise<UnixServer> {
  const { path, name, onConnection, log, admits = "group", maxConnections = 64, idleMs = 60_000 } = options;
  if (Buffer.byteLength(path) > longestPath) {
    throw new UnixServerError("socket-path", `${path} is too long for a unix socket: ${longestPath} bytes at most`);
  }
  await clearPath(path);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    socket.on("error", (error) => log("info", "socket-error", `${name}: ${error.message}`));
    socket.setTimeout(idleMs, () => socket.destroy());
    onConnection(socket);
  });
  server.maxConnections = maxConnections;
  server.on("drop", () =>
    log("warning", "socket-full", `${name}: more than ${maxConnections} connections; one was closed`),
  );
  await listening(server, path);
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  try {
    // Until here nobody else could connect: that takes write permission, which no usual umask leaves to others.
    if (typeof admits === "number") chownSync(path, -1, admits);
    chmodSync(path, admits === "owner" ? 0o600 : 0o660);
  } catch (error) {
    await close();
    throw unusable(path, error);
  }
  return { close };
}

async function clearPath(path: string): Promise<void> {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there === undefined) return;
    if (!there.isSocket())
      throw new UnixServerError("socket-path", `${path} is there and is no socket: name another path`);
    if (await answers(path)) {
      throw new UnixServerError(
        "socket-in-use",
        `${path} is served by another process: is an agent running here already?`,
      );
    }
    unlinkSync(path);
  } catch (error) {
    throw error instanceof UnixServerError ? error : unusable(path, error);
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(path);
    const end = (answered: boolean): void => {
      probe.destroy();
      resolve(answered);
    };
    probe.once("connect", () => end(true));
    probe.once("error", () => end(false));
  });
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(unusable(path, error)));
    server.listen(path, resolve);
  });
}

function unusable(path: string, error: unknown): UnixServerError {
  return new UnixServerError("socket-unusable", `${path}: ${messageOf(error)}`);
}
