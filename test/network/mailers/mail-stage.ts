import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { cluster, expectOk, group, nodeNames, openStage, type Stage } from "../stage.ts";
import { type AskedSocket, openAskedSocket } from "./doubtful.ts";
import type { Kind } from "./kinds.ts";
import type { MailerPlace, RealMailer } from "./mailer.ts";
import { openSink, type Sink } from "./sink.ts";

/** Two nodes with a virtual IP, whose agents a mailer may ask, and a peer that takes mail. */
export type MailStage = {
  readonly stage: Stage;
  readonly sink: Sink;
  /** Again, after its end. */
  readonly startAgent: (node: string) => void;
  /** Reached from both nodes, and removed with the stage. */
  readonly folder: string;
  /** Where a mailer is set up on a node, and the socket at which it is to ask. */
  readonly placeOn: (node: string, to: Sink) => Promise<{ readonly place: MailerPlace; readonly asked: AskedSocket }>;
  /** Who has the group. */
  readonly owner: string;
  readonly standby: string;
  /** A mailer of this stage's kind on a node, and the socket at which it asks. */
  readonly mailerOn: (node: string, open?: Kind["open"], to?: Sink) => Promise<MailerOnNode>;
  /** How often, from where and under which name a message came to the peer. */
  readonly takenOf: (id: string) => { readonly from: string; readonly helo: string }[];
  readonly close: () => Promise<void>;
};

export type MailerOnNode = { readonly mailer: RealMailer; readonly asked: AskedSocket };

export async function openMailStage(kind: Kind): Promise<MailStage> {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-mailers-"));
  chmodSync(folder, 0o755);
  const stage = await openStage({ ttlMs: 2_000, renewMs: 500 });
  const mailers: RealMailer[] = [];
  const sockets: AskedSocket[] = [];
  const runOf = (node: string): string => join(folder, node);
  const close = async (): Promise<void> => {
    for (const mailer of mailers) await mailer.end();
    for (const socket of sockets) await socket.end();
    await stage.close();
    rmSync(folder, { recursive: true, force: true });
  };

  async function placeOn(node: string, sink: Sink): Promise<{ place: MailerPlace; asked: AskedSocket }> {
    const run = runOf(node);
    const asked = await openAskedSocket(run, `asked.${kind.asks}`, join(run, kind.asks), kind.answer);
    sockets.push(asked);
    const config = join(run, "agent.yaml");
    const paths = { [kind.asks === "agent.sock" ? "socket" : "socketmap"]: asked.path };
    writeFileSync(config, stringify({ node, cluster, ...paths }));
    const options = ["--group", group, "--config", config];
    return { asked, place: { host: stage.node(node), folder: join(run, "mailer"), sink, options } };
  }

  /** Sockets that the mailer may ask at are made in a folder of its group's. */
  function startAgent(node: string): void {
    const [socket, socketmap] = [join(runOf(node), "agent.sock"), join(runOf(node), "socketmap.sock")];
    stage.startAgent(node, {}, ["--socket", socket, "--socketmap", socketmap]);
  }

  try {
    const sink = await openSink(stage.lan.host("PEER"));
    for (const node of nodeNames) {
      mkdirSync(runOf(node));
      // A socket that is made in it is of the mailer's group.
      execFileSync("chown", [`root:${kind.user}`, runOf(node)]);
      chmodSync(runOf(node), 0o2755);
      startAgent(node);
    }
    await stage.bothUp();
    const owner = (await expectOk(stage.client.getCluster(cluster))).groups[group]?.owner ?? "";
    return {
      stage,
      sink,
      startAgent,
      owner,
      standby: nodeNames.find((node) => node !== owner) ?? "",
      folder,
      placeOn,
      mailerOn: async (node, open = kind.open, to = sink) => {
        const { asked, place } = await placeOn(node, to);
        const found = { mailer: await open(place), asked };
        mailers.push(found.mailer);
        return found;
      },
      takenOf: (id) =>
        sink.taken
          .filter((taken) => taken.id === id)
          .map(({ from, helo }) => ({
            from,
            // Case tells nothing apart in a name (RFC 5321 section 2.4), and the server of this test shows small letters.
            helo: helo.toUpperCase(),
          })),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
