import { linkSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";

/** What a mailer may find where it asks. */
export const answerers = ["agent", "nobody", "silent", "liar", "nonsense", "empty"] as const;
export type Answerer = (typeof answerers)[number];

export type AskedSocket = {
  /** The path at which the mailer asks. */
  readonly path: string;
  /** Who answers there from now on. */
  readonly lead: (to: Answerer) => void;
  readonly end: () => Promise<void>;
};

/**
 * A socket that leads to the agent's, or to one that is in doubt: nobody listens; it is silent; it says what was true yesterday; it says
 * what is no answer; it closes without a word.
 *
 * @param answer what a liar says to one question
 */
export async function openAskedSocket(
  folder: string,
  name: string,
  agentSocket: string,
  answer: { readonly liar: string; readonly nonsense: string },
): Promise<AskedSocket> {
  const path = join(folder, name);
  const servers = [
    await listenAt(`${path}.silent`, () => {}),
    await listenAt(`${path}.liar`, (socket) => socket.write(answer.liar)),
    await listenAt(`${path}.nonsense`, (socket) => socket.write(answer.nonsense)),
    await listenAt(`${path}.empty`, (socket) => socket.end()),
  ];
  // A socket file that outlives who listened at it, as after a kill.
  const dying = await listenAt(`${path}.dying`, () => {});
  linkSync(`${path}.dying`, `${path}.nobody`);
  await ended(dying);
  const lead = (to: Answerer): void => {
    rmSync(path, { force: true });
    symlinkSync(to === "agent" ? agentSocket : `${path}.${to}`, path);
  };
  lead("agent");
  return { path, lead, end: async () => void (await Promise.all(servers.map(ended))) };
}

async function listenAt(path: string, asked: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => asked(socket));
  });
  await new Promise<void>((resolve) => server.listen({ path, writableAll: true, readableAll: true }, resolve));
  return server;
}

function ended(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
