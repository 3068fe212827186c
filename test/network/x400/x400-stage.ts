import { type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { inboxFolder, outboxFolder } from "../../../src/mta/queue-folder.ts";
import { submit } from "../../../src/mta/submit.ts";
import { until } from "../../support/until.ts";
import { virtualAddress } from "../lan.ts";
import { commandModule } from "../control.ts";
import { cluster, expectOk, group, nodeNames, openStage, type Stage } from "../stage.ts";
import { originator, recipient } from "../../mta/messages.ts";

/** The two ways to transfer: of X.410 (1984) and of X.419's normal mode. */
export const modes = ["normal", "x410"] as const;
export type Mode = (typeof modes)[number];

/** Two nodes whose MTA has its queue on what both reach, and for each mode a peer that stores what it is sent. */
export type X400Stage = {
  readonly stage: Stage;
  readonly peer: (mode: Mode) => X400Peer;
  readonly startAgent: (node: string) => ChildProcess;
  readonly close: () => Promise<void>;
};

export type X400Peer = {
  /** Puts a message of so many lines for it into the group's queue. Resolves with its name. */
  readonly submitted: (lines: number) => Promise<string>;
  readonly waiting: () => string[];
  /** Whether a message has been secured in part. */
  readonly isUnderWay: (name: string) => boolean;
  /** What it has stored. */
  readonly stored: () => string[];
  /** What it says, a line of JSON each. */
  readonly log: () => string;
};

/** Of the group. */
const port = 10_102;
const ports = { normal: 10_102, x410: 10_103 } as const satisfies Record<Mode, number>;
const nameOf = (mode: Mode): string => `${mode}.test`;

export async function openX400Stage(): Promise<X400Stage> {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-x400-"));
  const stage = await openStage({ ttlMs: 2_000, renewMs: 500 });
  const close = async (): Promise<void> => {
    await stage.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const queue = join(folder, "queue");
    mkdirSync(queue);
    const address = stage.lan.host("PEER").addressOn("client");
    const partners = modes.map((mode) => {
      const words = { mode, callingTsap: "592", calledTsap: "591", password: "pw1", partnerPassword: "pw2" };
      return [nameOf(mode), { ...words, host: address, port: ports[mode], addresses: [address] }] as const;
    });
    writeFileSync(join(folder, "partners.yaml"), stringify({ partners: Object.fromEntries(partners) }));
    const peers = {
      normal: openPeer(stage, "normal", folder, queue),
      x410: openPeer(stage, "x410", folder, queue),
    } as const satisfies Record<Mode, X400Peer>;

    const startAgent = (node: string): ChildProcess => stage.startAgent(node, {}, ["--base", folder]);
    for (const node of nodeNames) startAgent(node);
    await stage.bothUp();
    const properties = { Port: port, PartnersFile: "partners.yaml", QueueFolder: queue };
    const mta = { name: "MTA", type: "Message Transfer Agent", dependsOn: ["Name"], properties };
    await expectOk(stage.client.createResource(cluster, group, mta));
    await stage.bothUp();

    const isAssociated = (): boolean => modes.every((mode) => peers[mode].log().includes('"accepted"'));
    await until(isAssociated, 20_000, "an association in each mode").catch((error: Error) => {
      const logs = [...modes.map((mode) => peers[mode].log()), ...nodeNames.map(stage.logOf)];
      throw new Error([error.message, ...logs].join("\n"));
    });
    return { stage, peer: (mode) => peers[mode], startAgent, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function openPeer({ lan }: Stage, mode: Mode, folder: string, queue: string): X400Peer {
  const peer = lan.host("PEER");
  const name = nameOf(mode);
  const own = join(folder, name);
  mkdirSync(own);
  const words = { mode, callingTsap: "591", calledTsap: "592", password: "pw2", partnerPassword: "pw1" };
  const group = { ...words, host: virtualAddress, port, addresses: [virtualAddress], connect: false };
  writeFileSync(`${own}.yaml`, stringify({ partners: { MAILVS: group } }));
  const listen = ["--listen", `${peer.addressOn("client")}:${ports[mode]}`, "--output", "json"];
  const files = ["--partners", `${own}.yaml`, "--queue", own];
  const listener = peer.start(process.execPath, [commandModule, "mta", "listen", "--name", name, ...listen, ...files]);
  let log = "";
  for (const stream of [listener.stdout, listener.stderr])
    stream?.on("data", (text: Buffer) => (log += text.toString()));
  const messagesIn = (of: string): string[] => readdirSync(of).filter((file) => file.endsWith(".p1"));
  return {
    submitted: (lines) =>
      submit({
        queue,
        partner: name,
        originator,
        recipients: [recipient],
        subject: "A test",
        text: "A line of a message.\n".repeat(lines),
        now: new Date(),
      }),
    waiting: () => messagesIn(outboxFolder(queue, name)),
    isUnderWay: (message) => existsSync(join(outboxFolder(queue, name), `${message}.state`)),
    stored: () => messagesIn(inboxFolder(own)),
    log: () => log,
  };
}
