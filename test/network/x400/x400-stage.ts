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

/** Two nodes whose MTA has its queue on what both reach, and a peer that stores what it is sent. */
export type X400Stage = {
  readonly stage: Stage;
  /** Puts a message of so many lines into the group's queue. Resolves with its name. */
  readonly submitted: (lines: number) => Promise<string>;
  readonly waiting: () => string[];
  /** Whether a message has been secured in part. */
  readonly isUnderWay: (name: string) => boolean;
  /** What the peer has stored. */
  readonly stored: () => string[];
  /** What the peer says, a line of JSON each. */
  readonly peerLog: () => string;
  readonly startAgent: (node: string) => ChildProcess;
  readonly close: () => Promise<void>;
};

const peerName = "peer.test";
const port = 10_102;

export async function openX400Stage(mode: "x410" | "normal" = "x410"): Promise<X400Stage> {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-x400-"));
  const stage = await openStage({ ttlMs: 2_000, renewMs: 500 });
  const close = async (): Promise<void> => {
    await stage.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const peer = stage.lan.host("PEER");
    const terms = { mode, callingTsap: "592", calledTsap: "591" };
    const asNodesSeeIt = {
      [peerName]: {
        ...terms,
        host: peer.addressOn("client"),
        port,
        password: "pw1",
        partnerPassword: "pw2",
        addresses: [peer.addressOn("client")],
      },
    };
    const asPeerSeesIt = {
      MAILVS: {
        ...terms,
        callingTsap: "591",
        calledTsap: "592",
        host: virtualAddress,
        port,
        password: "pw2",
        partnerPassword: "pw1",
        addresses: [virtualAddress],
        connect: false,
      },
    };
    writeFileSync(join(folder, "partners.yaml"), stringify({ partners: asNodesSeeIt }));
    writeFileSync(join(folder, "peer-partners.yaml"), stringify({ partners: asPeerSeesIt }));
    const [queue, peerQueue] = [join(folder, "queue"), join(folder, "peer-queue")];
    for (const path of [queue, peerQueue]) mkdirSync(path);

    const listen = `${peer.addressOn("client")}:${port}`;
    const words = ["mta", "listen", "--name", peerName, "--listen", listen, "--output", "json"];
    const listener = peer.start(process.execPath, [
      commandModule,
      ...words,
      "--partners",
      join(folder, "peer-partners.yaml"),
      "--queue",
      peerQueue,
    ]);
    let log = "";
    for (const stream of [listener.stdout, listener.stderr])
      stream?.on("data", (text: Buffer) => (log += text.toString()));

    const startAgent = (node: string): ChildProcess => stage.startAgent(node, {}, ["--base", folder]);
    for (const node of nodeNames) startAgent(node);
    await stage.bothUp();
    const properties = { Port: port, PartnersFile: "partners.yaml", QueueFolder: queue };
    const mta = { name: "MTA", type: "Message Transfer Agent", dependsOn: ["Name"], properties };
    await expectOk(stage.client.createResource(cluster, group, mta));
    await stage.bothUp();

    const messagesIn = (of: string): string[] => readdirSync(of).filter((name) => name.endsWith(".p1"));
    await until(() => log.includes('"accepted"'), 20_000, "an association").catch((error: Error) => {
      throw new Error(`${error.message}\n${log}\n${nodeNames.map(stage.logOf).join("\n")}`);
    });
    return {
      stage,
      submitted: (lines) =>
        submit({
          queue,
          partner: peerName,
          originator,
          recipients: [recipient],
          subject: "A test",
          text: "A line of a message.\n".repeat(lines),
          now: new Date(),
        }),
      waiting: () => messagesIn(outboxFolder(queue, peerName)),
      isUnderWay: (name) => existsSync(join(outboxFolder(queue, peerName), `${name}.state`)),
      stored: () => messagesIn(inboxFolder(peerQueue)),
      peerLog: () => log,
      startAgent,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
