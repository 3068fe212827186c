import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { monotonicMs } from "../../src/mta/clock.ts";
import {
  exitCodes,
  fromMtaSchema,
  mtaProcessModule,
  type FromMta,
  type StartMessage,
  type ToMta,
} from "../../src/mta/ipc.ts";
import { listen } from "../../src/mta/responder.ts";
import { afterwards, eventually, freePort, partnersYaml, peersView, startPeer, virtualAddress } from "./support.ts";

/** A folder with a partners file, an agent that answers on its local socket, and a `start` message for them. */
async function prepare(options: { peerPort?: number; leftMs?: number; port?: number; answer?: string } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "mta-process-"));
  afterwards(() => rm(folder, { recursive: true }));
  const partnersFile = join(folder, "partners.yaml");
  const connect = options.peerPort === undefined ? ", connect: false" : "";
  await writeFile(partnersFile, partnersYaml(options.peerPort ?? 1, connect));
  const agent = await startAgent(join(folder, "agent.sock"), options.answer ?? `BIND ${virtualAddress} EXCHVS 7 2000`);
  const start: StartMessage = {
    type: "start",
    mtaName: "EXCHVS",
    address: virtualAddress,
    port: options.port ?? (await freePort(virtualAddress)),
    partnersFile,
    group: "Exchange",
    epoch: 7,
    deadlineAt: monotonicMs() + (options.leftMs ?? 30_000),
    agentSocket: agent.path,
    queueFolder: null,
  };
  return { start, agent, partnersFile };
}

/** An agent's local socket that says `answer` to everything, until told otherwise. */
async function startAgent(path: string, answer: string) {
  const agent = { path, answer, questions: [] as string[] };
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      agent.questions.push(chunk.toString());
      socket.write(`${agent.answer}\n`);
    });
  }).listen(path);
  await once(server, "listening");
  afterwards(() => server.close());
  return agent;
}

type Running = { child: ChildProcess; said: FromMta[]; exited: Promise<number | null>; send: (message: ToMta) => void };

function run(start: StartMessage): Running {
  const child = fork(mtaProcessModule, { stdio: "inherit" });
  const said: FromMta[] = [];
  child.on("message", (raw) => {
    const message = fromMtaSchema.parse(raw);
    if (message.type === "ready") child.send(start);
    else said.push(message);
  });
  const exited = once(child, "exit").then(([code]) => code as number | null);
  afterwards(() => child.kill("SIGKILL"));
  return { child, said, exited, send: (message) => void child.send(message) };
}

const online = ({ said }: Running): Promise<void> =>
  eventually("online", () => said.some(({ type }) => type === "online"));

/** Gives the process this many milliseconds more, and returns its new deadline: starting takes as long as it takes. */
function shorten({ send }: Running, { epoch }: StartMessage, leftMs: number): number {
  const deadlineAt = monotonicMs() + leftMs;
  send({ type: "deadline", epoch, deadlineAt });
  return deadlineAt;
}

/** Whether the port can be taken at this moment. */
async function isFree(port: number): Promise<boolean> {
  try {
    const responder = await listen({ host: virtualAddress, port, localMtaName: "next", partners: peersView() });
    await responder.close();
    return true;
  } catch {
    return false;
  }
}

describe("MT18 the MTA process goes online, says so, and stops cleanly", () => {
  test("MT18 online on its address and port; stop: stopped, exit 0, port free", async () => {
    const { start } = await prepare();
    const mta = run(start);
    await online(mta);
    expect(mta.said[0]).toEqual({ type: "online", address: virtualAddress, port: start.port });
    expect(await isFree(start.port)).toBe(false);
    mta.send({ type: "stop" });
    expect(await mta.exited).toBe(exitCodes.stopped);
    expect(mta.said.at(-1)).toEqual({ type: "stopped" });
    expect(await isFree(start.port)).toBe(true);
  });

  test("MT38 messages in a folder that no partner has are told once", async () => {
    const { start } = await prepare();
    const queueFolder = await mkdtemp(join(tmpdir(), "mta-queue-"));
    afterwards(() => rm(queueFolder, { recursive: true }));
    await mkdir(join(queueFolder, "out", "pear.test"), { recursive: true });
    await writeFile(join(queueFolder, "out", "pear.test", "1.p1"), "");
    const mta = run({ ...start, queueFolder });
    await eventually("what is told", () => mta.said.some(({ type }) => type === "message"));
    mta.send({ type: "stop" });
    expect(await mta.exited).toBe(exitCodes.stopped);
    expect(mta.said.filter(({ type }) => type === "message")).toEqual([
      {
        type: "message",
        name: "pear.test",
        outcome: "no-partner",
        detail: "out/pear.test has messages that nobody takes: no partner has this name",
      },
    ]);
  });

  test("MT18 SIGTERM stops it as cleanly, SIGINT is for its parent", async () => {
    const { start } = await prepare();
    const mta = run(start);
    await online(mta);
    mta.child.kill("SIGINT");
    mta.child.kill("SIGTERM");
    expect(await mta.exited).toBe(exitCodes.stopped);
    expect(mta.said.at(-1)).toEqual({ type: "stopped" });
  });

  test("MT18 a port that becomes free within two seconds is waited for", async () => {
    const { start } = await prepare();
    const last = await listen({ host: virtualAddress, port: start.port, localMtaName: "last", partners: peersView() });
    const mta = run(start);
    // Long enough for the process to have started and tried; if it has not, the test proves less, but never fails.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await last.close();
    await online(mta);
    expect(mta.said.map(({ type }) => type)).toEqual(["online"]);
  });

  test("MT18 one that does not is a failure with a code", async () => {
    const { start } = await prepare();
    const last = await listen({ host: virtualAddress, port: start.port, localMtaName: "last", partners: peersView() });
    afterwards(() => last.close());
    const mta = run(start);
    expect(await mta.exited).toBe(exitCodes.failed);
    expect(mta.said).toMatchObject([{ type: "failed", code: "EADDRINUSE" }]);
  });

  test.each([
    ["an address that is not here", { address: "10.255.255.1" }, "EADDRNOTAVAIL"],
    ["a partners file that is not there", { partnersFile: "/nonexistent" }, "partners-file-unreadable"],
  ])("MT18 %s is one too", async (_, overrides, code) => {
    const { start } = await prepare();
    const mta = run({ ...start, ...overrides });
    expect(await mta.exited).toBe(exitCodes.failed);
    expect(mta.said).toMatchObject([{ type: "failed", code }]);
  });
});

describe("MT15 when the deadline passes the process is gone", () => {
  test("MT15 exit 75, port free, associations reset, at the deadline", async () => {
    const served = await startPeer();
    const { start } = await prepare({ peerPort: served.responder.port });
    const mta = run(start);
    await eventually("the association is open", () => served.events[0]?.type === "accepted");
    const deadlineAt = shorten(mta, start, 300);
    expect(await mta.exited).toBe(exitCodes.fuseBlown);
    const lateBy = monotonicMs() - deadlineAt;
    expect(lateBy).toBeGreaterThanOrEqual(0);
    expect(lateBy).toBeLessThan(1000);
    expect(await isFree(start.port)).toBe(true);
    await eventually("the peer loses the association", () => served.events[1]?.type === "lost");
  });

  test("MT15 a process that was stopped past its deadline does nothing when it wakes", async () => {
    const { start } = await prepare();
    const mta = run(start);
    await online(mta);
    const deadlineAt = shorten(mta, start, 200);
    mta.child.kill("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, deadlineAt - monotonicMs() + 50));
    mta.send({ type: "deadline", epoch: start.epoch, deadlineAt: monotonicMs() + 30_000 });
    mta.child.kill("SIGCONT");
    expect(await mta.exited).toBe(exitCodes.fuseBlown);
  });

  test("MT15 one that starts too late never listens", async () => {
    const { start } = await prepare({ leftMs: -1 });
    const mta = run(start);
    expect(await mta.exited).toBe(exitCodes.fuseBlown);
    expect(mta.said).toEqual([]);
  });
});

describe("MT17 the newest deadline of its own epoch counts", () => {
  test("MT17 renewals keep it alive; those of another epoch do not", async () => {
    const { start } = await prepare();
    const mta = run(start);
    await online(mta);
    const renewedTo = shorten(mta, start, 500) + 400;
    mta.send({ type: "deadline", epoch: start.epoch, deadlineAt: renewedTo });
    mta.send({ type: "deadline", epoch: start.epoch + 1, deadlineAt: renewedTo + 60_000 });
    expect(await mta.exited).toBe(exitCodes.fuseBlown);
    expect(monotonicMs()).toBeGreaterThanOrEqual(renewedTo);
    expect(monotonicMs()).toBeLessThan(renewedTo + 1000);
  });

  test("MT17 an earlier deadline counts as well", async () => {
    const { start } = await prepare();
    const mta = run(start);
    await online(mta);
    mta.send({ type: "deadline", epoch: start.epoch, deadlineAt: monotonicMs() });
    expect(await mta.exited).toBe(exitCodes.fuseBlown);
    expect(monotonicMs()).toBeLessThan(start.deadlineAt - 10_000);
  });
});

describe("MT16 an MTA without its parent is gone at once", () => {
  test("MT16 the channel closes: exit 76, port free", async () => {
    const { start } = await prepare();
    const mta = run(start);
    await online(mta);
    mta.child.disconnect();
    expect(await mta.exited).toBe(exitCodes.orphaned);
    expect(await isFree(start.port)).toBe(true);
  });

  test("MT16 the parent is killed with SIGKILL: the child is gone and the port free", async () => {
    const { start } = await prepare();
    const parent = fork(fileURLToPath(new URL("./parent.ts", import.meta.url)), [JSON.stringify(start)]);
    afterwards(() => parent.kill("SIGKILL"));
    const [{ pid, message }] = (await once(parent, "message")) as [{ pid: number; message: FromMta }];
    expect(message.type).toBe("online");
    parent.kill("SIGKILL");
    await eventually("the child is gone", () => !isAlive(pid));
    expect(await isFree(start.port)).toBe(true);
  });

  /** A process that has ended may stand in the table for a while, until its new parent asks: that is no life. */
  function isAlive(pid: number): boolean {
    try {
      return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
    } catch {
      return false;
    }
  }
});

describe("MT19 it keeps one association open to each partner", () => {
  const states = ({ said }: Running): string[] =>
    said.flatMap((message) => (message.type === "association" ? [message.state] : []));

  test("MT19 it opens one from the virtual IP, says so, and releases it when it stops", async () => {
    const served = await startPeer();
    const { start, agent } = await prepare({ peerPort: served.responder.port });
    const mta = run(start);
    await eventually("open", () => states(mta).includes("open"));
    expect(mta.said[1]).toMatchObject({
      type: "association",
      partner: "peer.test",
      direction: "outbound",
      state: "open",
      localAddress: virtualAddress,
      remoteAddress: "127.0.1.99",
    });
    expect(agent.questions).toEqual(["source-address Exchange 127.0.1.99\n"]);
    mta.send({ type: "stop" });
    expect(await mta.exited).toBe(exitCodes.stopped);
    await eventually("released", () => served.events.length === 2);
    expect(served.events.map(({ type }) => type)).toEqual(["accepted", "released"]);
    expect(states(mta)).toEqual(["open", "closed"]);
  });

  test("MT19 a lost one is opened again", async () => {
    const served = await startPeer();
    const { start } = await prepare({ peerPort: served.responder.port });
    const mta = run(start);
    await eventually("open", () => states(mta).includes("open"));
    await served.responder.close();
    const again = await startPeer({ port: served.responder.port });
    await eventually("open again", () => again.events[0]?.type === "accepted");
    expect(states(mta)).toContain("closed");
  });

  test("MT19 a DEFER is said once and asked again, and BIND is acted upon at once", async () => {
    const served = await startPeer();
    const { start, agent } = await prepare({ peerPort: served.responder.port, answer: "DEFER in-transition" });
    const mta = run(start);
    await eventually("it has asked three times", () => agent.questions.length >= 3);
    expect(states(mta)).toEqual(["deferred"]);
    agent.answer = `BIND ${virtualAddress} EXCHVS 7 2000`;
    mta.send({ type: "deadline", epoch: 7, deadlineAt: start.deadlineAt });
    await eventually("open", () => states(mta).includes("open"));
  });

  test.each([
    ["another epoch", `BIND ${virtualAddress} EXCHVS 8 2000`],
    ["another address", "BIND 127.0.1.101 EXCHVS 7 2000"],
    ["no answer of the protocol", `BIND ${virtualAddress}`],
  ])("MT19 a BIND for %s is none for this process", async (_, answer) => {
    const served = await startPeer();
    const { start, agent } = await prepare({ peerPort: served.responder.port, answer });
    const mta = run(start);
    await eventually("it has asked twice", () => agent.questions.length >= 2);
    expect(states(mta)).toEqual(["deferred"]);
    expect(served.events).toEqual([]);
  });

  test("MT19 callers are reported too", async () => {
    const { start } = await prepare();
    const mta = run(start);
    await online(mta);
    const stranger = connect({ host: virtualAddress, port: start.port, localAddress: "127.0.1.66" });
    stranger.on("error", () => {});
    stranger.end("hello");
    await eventually("reported", () => states(mta).includes("refused"));
    expect(mta.said[1]).toMatchObject({ direction: "inbound", code: "malformed", remoteAddress: "127.0.1.66" });
  });
});

describe("MT24 it drains: what is open may finish, and nothing new begins", () => {
  const words = ({ said }: Running): string[] =>
    said.map((message) => ("state" in message ? message.state : message.type));

  test("MT24 what it has called is released in good order, and called again when the drain is called off", async () => {
    const served = await startPeer();
    const { start, agent } = await prepare({ peerPort: served.responder.port });
    const mta = run(start);
    await eventually("open", () => words(mta).includes("open"));
    agent.answer = "DEFER in-transition 500";
    const from = monotonicMs();
    mta.send({ type: "drain", n: 1 });
    await eventually("drained", () => words(mta).includes("drained"));
    expect(monotonicMs() - from, "nobody is waited for").toBeLessThan(500);
    expect(served.events.map(({ type }) => type)).toEqual(["accepted", "released"]);
    agent.answer = `BIND ${virtualAddress} EXCHVS 7 2000`;
    mta.send({ type: "resume" });
    await eventually("open again", () => words(mta).filter((word) => word === "open").length === 2);
    expect(words(mta).filter((word) => word === "drained")).toHaveLength(1);
  });

  test("MT24 with nothing open it has drained at once", async () => {
    const { start } = await prepare();
    const mta = run(start);
    await online(mta);
    mta.send({ type: "drain", n: 7 });
    await eventually("drained", () => words(mta).includes("drained"), 500);
    expect(mta.said.at(-1)).toEqual({ type: "drained", n: 7 });
  });

  test("MT24 a caller that speaks is waited for, one that falls silent is not, and a new one gets nothing", async () => {
    const { start } = await prepare();
    const mta = run(start);
    await online(mta);
    const call = async (): Promise<Socket> => {
      const socket = connect({ host: virtualAddress, port: start.port, localAddress: "127.0.1.66" });
      socket.on("error", () => {});
      // One that is turned away at once may never have been connected.
      await Promise.race([once(socket, "connect"), once(socket, "close")]).catch(() => {});
      return socket;
    };
    // The beginning of a TPKT of 1 024 octets, which never comes to its end.
    const speaker = await call();
    speaker.write(Uint8Array.of(3, 0, 4, 0));
    const speech = setInterval(() => speaker.write(Uint8Array.of(0)), 100);
    afterwards(() => clearInterval(speech));
    // Callers are taken in their order: when one that talks nonsense has been turned away, the speaker was taken.
    const stranger = connect({ host: virtualAddress, port: start.port, localAddress: "127.0.1.66" });
    stranger.on("error", () => {}).once("connect", () => stranger.write(Uint8Array.of(9, 9, 9, 9)));
    await eventually("the stranger is gone", () => stranger.destroyed);
    mta.send({ type: "drain", n: 1 });
    await delay(1_500);
    expect(words(mta)).not.toContain("drained");
    const late = await call();
    await eventually("the new caller is gone", () => late.destroyed);
    expect(speaker.destroyed).toBe(false);
    clearInterval(speech);
    await eventually("drained", () => words(mta).includes("drained"), 5_000);
    expect(speaker.readableEnded || speaker.destroyed).toBe(true);
  });
});
