import { linkSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";

/** What a mailer may find where it asks. The agent comes last: who has asked it stays connected with it, wherever the path leads then. */
export const answerers = ["nobody", "silent", "liar", "nonsense", "empty", "agent"] as const;
export type Answerer = (typeof answerers)[number];

export type AskedSocket = {
  /** The path at which the mailer asks. */
  readonly path: string;
  /** Who answers there from now on. Who is in doubt loses the connections that were opened before. */
  readonly lead: (to: Answerer) => void;
  /** How often one that is in doubt was asked. */
  readonly timesAsked: () => number;
  readonly end: () => Promise<void>;
};

/**
 * A socket that leads to the agent's, or to one that is in doubt: nobody listens; it is silent; it says what was true yesterday; it says
 * what is no answer; it closes without a word.
 *
 * @param answer what a liar says to one question
 */
export async function openAskedSocket(
  path: string,
  agentSocket: string,
  answer: { readonly liar: string; readonly nonsense: string },
): Promise<AskedSocket> {
  const open = new Set<Socket>();
  let timesAsked = 0;
  const listen = (name: string, answers: (socket: Socket) => void): Promise<Server> =>
    listenAt(`${path}.${name}`, (socket) => {
      open.add(socket);
      socket.on("close", () => open.delete(socket));
      socket.on("error", () => {});
      socket.on("data", () => {
        timesAsked += 1;
        answers(socket);
      });
    });
  const servers = [
    await listen("silent", () => {}),
    await listen("liar", (socket) => socket.write(answer.liar)),
    await listen("nonsense", (socket) => socket.write(answer.nonsense)),
    await listen("empty", (socket) => socket.end()),
  ];
  // A socket file that outlives who listened at it, as after a kill.
  const dying = await listenAt(`${path}.dying`, () => {});
  linkSync(`${path}.dying`, `${path}.nobody`);
  await ended(dying);
  const lead = (to: Answerer): void => {
    rmSync(path, { force: true });
    symlinkSync(to === "agent" ? agentSocket : `${path}.${to}`, path);
    for (const socket of open) socket.destroy();
  };
  lead("agent");
  const end = async (): Promise<void> => void (await Promise.all(servers.map(ended)));
  return { path, lead, timesAsked: () => timesAsked, end };
}

async function listenAt(path: string, connected: (socket: Socket) => void): Promise<Server> {
  const server = createServer(connected);
  await new Promise<void>((resolve) => server.listen({ path, writableAll: true, readableAll: true }, resolve));
  return server;
}

function ended(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
