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

/** Two nodes with a virtual IP, whose agents the mailers of all kinds may ask, and a peer that takes mail. */
export type MailStage = {
  readonly stage: Stage;
  readonly sink: Sink;
  /** Again, after its end. */
  readonly startAgent: (node: string) => void;
  /** Reached from both nodes, and removed with the stage. */
  readonly folder: string;
  /** Where a mailer is set up on a node, and the socket at which it is to ask: the first of its kind in a folder that is named as it is. */
  readonly placeOn: (
    node: string,
    kind: Kind,
    to?: Sink,
  ) => Promise<{ readonly place: MailerPlace; readonly asked: AskedSocket }>;
  /** Who has the group. */
  readonly owner: string;
  readonly standby: string;
  /** A mailer on a node, and the socket at which it asks. @param kind with another `open`: it is set up in another way than is printed */
  readonly mailerOn: (node: string, kind: Kind, to?: Sink) => Promise<MailerOnNode>;
  /** How often, from where and under which name a message came to the peer. */
  readonly takenOf: (id: string) => { readonly from: string; readonly helo: string }[];
  readonly close: () => Promise<void>;
};

export type MailerOnNode = { readonly mailer: RealMailer; readonly asked: AskedSocket };

/** Each of the agent's sockets in a folder of its own, which is of the group of those who may ask there. */
const askers = { "agent.sock": "mail", "socketmap.sock": "postfix" } as const satisfies Record<Kind["asks"], string>;

export async function openMailStage(): Promise<MailStage> {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-mailers-"));
  chmodSync(folder, 0o755);
  const stage = await openStage({ ttlMs: 2_000, renewMs: 500 });
  const mailers: RealMailer[] = [];
  const sockets: AskedSocket[] = [];
  const runOf = (node: string): string => join(folder, node);
  /** The folder of the first mailer of a kind on a node, for each mailer. */
  const firsts: string[] = [];
  const close = async (): Promise<void> => {
    await Promise.all([...mailers, ...sockets].map((one) => one.end()));
    await stage.close();
    rmSync(folder, { recursive: true, force: true });
  };

  const socketOf = (node: string, name: Kind["asks"]): string => join(runOf(node), askers[name], name);

  async function placeOf(node: string, kind: Kind, sink: Sink): Promise<{ place: MailerPlace; asked: AskedSocket }> {
    const first = join(runOf(node), kind.name.toLowerCase());
    const before = firsts.filter((one) => one === first).length;
    firsts.push(first);
    const own = before === 0 ? first : `${first}-${before + 1}`;
    const asked = await openAskedSocket(`${own}.asked`, socketOf(node, kind.asks), kind.answer);
    sockets.push(asked);
    const config = `${own}.yaml`;
    const paths = { [kind.asks === "agent.sock" ? "socket" : "socketmap"]: asked.path };
    writeFileSync(config, stringify({ node, cluster, ...paths }));
    const options = ["--group", group, "--config", config];
    return { asked, place: { host: stage.node(node), folder: own, sink, options } };
  }

  function startAgent(node: string): void {
    const [socket, socketmap] = [socketOf(node, "agent.sock"), socketOf(node, "socketmap.sock")];
    stage.startAgent(node, {}, ["--socket", socket, "--socketmap", socketmap]);
  }

  try {
    for (const node of nodeNames) {
      mkdirSync(runOf(node));
      for (const asker of Object.values(askers)) {
        const own = join(runOf(node), asker);
        mkdirSync(own);
        // A socket that is made in it is of this group.
        execFileSync("chown", [`root:${asker}`, own]);
        chmodSync(own, 0o2755);
      }
      startAgent(node);
    }
    const [sink] = await Promise.all([openSink(stage.lan.host("PEER")), stage.bothUp()]);
    const owner = (await expectOk(stage.client.getCluster(cluster))).groups[group]?.owner ?? "";
    return {
      stage,
      sink,
      startAgent,
      owner,
      standby: nodeNames.find((node) => node !== owner) ?? "",
      folder,
      placeOn: (node, kind, to = sink) => placeOf(node, kind, to),
      mailerOn: async (node, kind, to = sink) => {
        const { asked, place } = await placeOf(node, kind, to);
        const found = { mailer: await kind.open(place), asked };
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
