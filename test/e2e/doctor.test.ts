import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FindingDocument } from "../../src/cli/doctor/report.ts";
import { readSecret } from "../../src/cli/secret-file.ts";
import { exchange } from "../../src/cli/local/exchange.ts";
import { objectClasses, uniqueKeyOf } from "../../src/cli/workerd/config.ts";
import { parseDefinition } from "../../src/protocol/definition.ts";
import { freePort } from "../support/ports.ts";
import { openExchange, type TestExchange } from "./support.ts";

const bin = join(import.meta.dirname, "..", "..", "bin", "bridgehead.js");
const isRoot = process.getuid?.() === 0;

type Ran = { readonly code: number; readonly out: string; readonly err: string };
type How = { readonly env?: NodeJS.ProcessEnv; readonly uid?: number };

let folder = "";
let stage: TestExchange | null = null;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-doctor-"));
  mkdirSync(join(folder, "empty"));
  stage = await openExchange();
  stage.running.startAgent("NODE1");
  await stage.bound("NODE1");
}, 60_000);

afterAll(async () => {
  await stage?.close();
  rmSync(folder, { recursive: true, force: true });
});

function there(): TestExchange {
  if (stage === null) throw new Error("the cluster is not there");
  return stage;
}

function doctor(args: readonly string[], { env = process.env, uid }: How = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env, timeout: 30_000, ...(uid === undefined ? {} : { uid, gid: uid }) };
    execFile(process.execPath, [bin, "doctor", ...args], options, (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, out, err }),
    );
  });
}

async function findingsOf(
  args: readonly string[],
  how?: How,
): Promise<{ code: number; of: (code: string) => FindingDocument[] }> {
  const { code, out, err } = await doctor(["--output", "json", ...args], how);
  expect(err).toBe("");
  const all = JSON.parse(out) as FindingDocument[];
  return { code, of: (code) => all.filter((finding) => finding.code === code) };
}

/** The configuration of NODE1's agent, with these lines changed. */
function configOf(more: Readonly<Record<string, unknown>> = {}): string {
  const { running, stage: place } = there();
  const tokenFile = join(folder, "node.token");
  writeFileSync(tokenFile, `${readSecret(join(place.stateFolder, "tokens", "NODE1.token"))}\n`, { mode: 0o600 });
  const config = {
    node: "NODE1",
    cluster: exchange.cluster,
    url: running.controlPlane.url,
    tokenFile,
    state: join(place.stateFolder, "agents", "NODE1"),
    socket: join(process.cwd(), running.agentSocket("NODE1")),
    ...more,
  };
  const file = join(folder, "agent.yaml");
  writeFileSync(file, JSON.stringify(config));
  return file;
}

function adminToken(): string {
  const file = join(folder, "admin.token");
  writeFileSync(file, there().running.controlPlane.adminToken, { mode: 0o600 });
  return file;
}

async function portOf(server: Server): Promise<number> {
  const port = await freePort("127.0.0.1");
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return port;
}

describe("CL34 a host by itself", () => {
  test("CL34 without tools each of them is a warning with its cost, and nothing has failed", async () => {
    const { code, of } = await findingsOf([], { env: { PATH: join(folder, "empty") } });
    expect(code).toBe(0);
    for (const tool of ["ip", "arping", "end-connections", "filter"]) {
      expect(of(tool), tool).toMatchObject([
        { outcome: "warning", cost: expect.any(String), remedy: expect.any(String) },
      ]);
    }
    expect(of("platform")).toMatchObject([{ outcome: "ok" }]);
  });

  test("CL34 it fits the terminal, and says all of it", async () => {
    const { code, out } = await doctor([], { env: { PATH: join(folder, "empty"), COLUMNS: "60" } });
    expect(code).toBe(0);
    for (const line of out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(60);
    expect(out).toMatch(/^warning {2}nft: (This|Whether this) host has /m);
    expect(out).not.toContain("…");
    expect(out).not.toContain("\u001b");
  });

  test.runIf(isRoot)("CL34 nobody is told what nobody may not", async () => {
    chmodSync(folder, 0o755);
    const { code, of } = await findingsOf([], { uid: 65_534 });
    expect(code).toBe(0);
    for (const name of ["net-admin", "net-raw"]) {
      expect(of(name)).toMatchObject([{ outcome: "warning", sentence: expect.stringContaining("uid 65534") }]);
    }
    for (const name of ["filter", "end-connections"]) {
      expect(of(name)).toMatchObject([{ outcome: "skipped", sentence: expect.stringContaining("CAP_NET_ADMIN") }]);
    }
  });

  test("CL35 without a configuration all that is an agent's is skipped, with what to give", async () => {
    const { of } = await findingsOf([]);
    for (const name of ["config", "agent", "guard", "state-folder", "reach", "token", "definition", "node"]) {
      expect(of(name), name).toMatchObject([{ outcome: "skipped", remedy: expect.stringContaining("--config") }]);
    }
  });
});

describe("CL36 an agent and its control plane", () => {
  test("CL36 of a cluster that runs all is well, but that its control plane is on this host", async () => {
    const { code, of } = await findingsOf(["--config", configOf(), "--token-file", adminToken()]);
    expect(code).toBe(0);
    const well = ["config", "agent", "guard", "state-folder", "memory", "token-file", "transport", "reach", "token"];
    for (const name of [...well, "definition", "node", "round-trip"]) {
      expect(of(name), name).toMatchObject([{ outcome: "ok" }]);
    }
    expect(of("colocation")).toMatchObject([
      { outcome: "warning", cost: expect.stringContaining("dies with this host") },
    ]);
    expect(of("node")[0]?.sentence).toMatch(/NODE1 is up, and has renewed \d+ ms ago/);
    // Its addresses are of 127.0.0.0/8, and need nothing.
    expect(of("addresses")).toEqual([]);
    if (isRoot) expect(of("net-admin")[0]?.sentence).toContain("The agent's process");
  });

  test("CL36 a node's token may not read the definition: that is skipped, and what it takes is said", async () => {
    const { code, of } = await findingsOf(["--config", configOf()]);
    expect(code).toBe(0);
    for (const name of ["definition", "lease", "disks"]) {
      expect(of(name), name).toMatchObject([{ outcome: "skipped", remedy: expect.stringContaining("--token-file") }]);
    }
    expect(of("round-trip")).toMatchObject([{ sentence: expect.stringContaining("An answer takes") }]);
  });

  test("CL36 a token that everybody may read, or that is another node's, has failed", async () => {
    const other = configOf({ node: "NODE2" });
    chmodSync(join(folder, "node.token"), 0o644);
    const { code, of } = await findingsOf(["--config", other]);
    expect(code).toBe(1);
    expect(of("token-file")).toMatchObject([{ outcome: "failed", sentence: expect.stringContaining("everybody") }]);
    // What stands on the file is not asked: it would be sent.
    expect(of("token")).toMatchObject([{ outcome: "skipped" }]);
    chmodSync(join(folder, "node.token"), 0o600);
    const again = await findingsOf(["--config", other]);
    expect(again.of("token")).toMatchObject([
      { outcome: "failed", sentence: expect.stringContaining("of node NODE1") },
    ]);
    expect(again.of("memory")).toMatchObject([
      { outcome: "failed", sentence: expect.stringContaining("belongs to node") },
    ]);
  });

  test("CL35 a control plane that nobody reaches, or that says nothing, ends what stands on it, within ten seconds", async () => {
    const gone = await findingsOf(["--config", configOf({ url: "http://127.0.0.1:1" })]);
    expect(gone.code).toBe(1);
    expect(gone.of("reach")).toMatchObject([
      { outcome: "failed", sentence: expect.stringContaining("cannot be reached") },
    ]);
    expect(gone.of("token")).toMatchObject([
      { outcome: "skipped", sentence: expect.stringContaining("stands on the way to the control plane") },
    ]);
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const address = silent.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const startedAt = performance.now();
    const mute = await findingsOf(["--config", configOf({ url: `http://127.0.0.1:${port}` })]);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(mute.of("reach")).toMatchObject([
      { outcome: "failed", sentence: expect.stringContaining("no answer in time") },
    ]);
    expect(mute.of("node")).toMatchObject([{ outcome: "skipped" }]);
    silent.close();
  });

  test("CL36 an agent that is stopped does not answer, and has failed", async () => {
    const socket = join(folder, "silent.sock");
    const program = `require("node:net").createServer(() => {}).listen(${JSON.stringify(socket)}, () => console.log("there"))`;
    const child = spawn(process.execPath, ["--eval", program], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    const { code, of } = await findingsOf(["--config", configOf({ socket })]);
    child.kill();
    await once(child, "close");
    expect(code).toBe(1);
    expect(of("agent")).toMatchObject([{ outcome: "failed", sentence: expect.stringContaining("does not answer") }]);
  });

  test("CL36 a configuration that cannot be read has failed, and the host is looked at all the same", async () => {
    const file = join(folder, "faulty.yaml");
    writeFileSync(file, "node: NODE1\nnodee: NODE1\n");
    const { code, of } = await findingsOf(["--config", file]);
    expect(code).toBe(1);
    expect(of("config")).toMatchObject([{ outcome: "failed", sentence: expect.stringContaining("nodee") }]);
    expect(of("platform")).toMatchObject([{ outcome: "ok" }]);
  });

  test("CL34 no token is shown, and wrong usage is exit code 2", async () => {
    const { out } = await doctor(["--config", configOf(), "--token-file", adminToken(), "--output", "json"]);
    expect(out).not.toContain(readFileSync(join(folder, "node.token"), "utf8").trim());
    expect(out).not.toContain(there().running.controlPlane.adminToken);
    expect((await doctor(["--conf", "x"])).code).toBe(2);
    expect((await doctor(["--token-file", join(folder, "none")])).code).toBe(2);
  });
});

describe("CL42 a control plane that may be away", () => {
  /** While the group is to stay without it. */
  async function whileItStays(look: () => Promise<void>): Promise<void> {
    const { ask } = there().running;
    const parsed = parseDefinition(await ask((client) => client.getDefinition(exchange.cluster)));
    if (!parsed.ok) throw new Error("the definition cannot be read");
    const { definition } = parsed;
    const { [exchange.group]: group, ...others } = definition.groups;
    const stays = { ...group, onControlPlaneLoss: "hold-while-peers-agree" as const };
    const groups = { ...others, [exchange.group]: stays };
    await ask((client) => client.putCluster(exchange.cluster, { ...definition, groups }));
    try {
      await look();
    } finally {
      await ask((client) => client.putCluster(exchange.cluster, definition));
    }
  }

  test("CL42 of an agent without peerListen it is said that nobody's word holds the group, and what is missing here", async () => {
    const tokens = ["--token-file", adminToken()];
    expect((await findingsOf(["--config", configOf(), ...tokens])).of("peer-listen")).toEqual([]);
    await whileItStays(async () => {
      const without = await findingsOf(["--config", configOf(), ...tokens]);
      expect(without.code).toBe(1);
      expect(without.of("peer-listen")).toMatchObject([
        { outcome: "failed", sentence: `peerListen is not set, and ${exchange.group} should stay while peers agree.` },
      ]);
      expect(without.of("peers")).toMatchObject([
        {
          subject: exchange.group,
          outcome: "failed",
          sentence: expect.stringContaining("the agent of NODE1 has no peerListen"),
        },
      ]);
      const peerListen = `127.0.0.1:${await freePort("127.0.0.1")}`;
      const unread = await findingsOf(["--config", configOf({ peerListen }), ...tokens]);
      expect(unread.of("peer-listen")).toMatchObject([{ outcome: "warning" }]);
      expect(unread.of("peer-port")).toMatchObject([
        { outcome: "failed", sentence: expect.stringContaining(peerListen) },
      ]);
    });
  });
});

describe("CL43 the control plane's storage", () => {
  test("CL43 a folder that is served has room and was looked at; one that is not named is asked for", async () => {
    const { stateFolder } = there().stage;
    const tokens = ["--config", configOf(), "--token-file", adminToken()];
    const named = await findingsOf([...tokens, "--data", stateFolder]);
    for (const code of ["data-folder", "data-room", "data", "writes"]) {
      expect(named.of(code), code).toMatchObject([{ outcome: "ok" }]);
    }
    expect(named.of("data")[0]?.sentence).toContain("A control plane runs on it");
    expect((await findingsOf(tokens)).of("data-folder")).toMatchObject([
      { outcome: "skipped", remedy: expect.stringContaining("--data") },
    ]);
  });

  test("CL43 data that nobody serves is looked at, damaged data has failed, and nothing in the folder is changed", async () => {
    const data = join(folder, "control");
    const objects = join(data, "data", uniqueKeyOf(objectClasses.CLUSTER));
    mkdirSync(objects, { recursive: true });
    writeFileSync(join(data, "lock"), "");
    const whole = await findingsOf(["--data", data]);
    expect(whole.code).toBe(0);
    expect(whole.of("data")).toMatchObject([{ outcome: "ok", sentence: expect.stringContaining("whole") }]);
    const file = join(objects, `${"0".repeat(64)}.sqlite`);
    writeFileSync(file, "");
    writeFileSync(`${file}-wal`, "something");
    const { code, of } = await findingsOf(["--data", data]);
    expect(code).toBe(1);
    expect(of("data")).toMatchObject([
      { outcome: "failed", sentence: expect.stringContaining(`${file}: it is empty`), remedy: expect.any(String) },
    ]);
    expect(readdirSync(objects).toSorted()).toEqual([`${"0".repeat(64)}.sqlite`, `${"0".repeat(64)}.sqlite-wal`]);
    expect((await findingsOf(["--data", join(folder, "nowhere")])).of("data-folder")).toMatchObject([
      { outcome: "failed" },
    ]);
  });
});

describe("CL44 who may ask, and for what", () => {
  test("CL44 socketGroup is there and the agent's socket is open to it, or not", async () => {
    const group = async (socketGroup: string | number) =>
      (await findingsOf(["--config", configOf({ socketGroup })])).of("socket-group");
    expect(await group(process.getgid?.() ?? 0)).toMatchObject([{ outcome: "ok" }]);
    expect(await group("no-such-group")).toMatchObject([
      { outcome: "failed", sentence: expect.stringContaining("no group no-such-group") },
    ]);
    expect(await group(1)).toMatchObject([{ outcome: "failed", remedy: expect.stringContaining("Restart the agent") }]);
  });

  test("CL44 a resource whose type this agent does not take has failed", async () => {
    const config = configOf({ resourceTypes: ["IP Address", "Network Name"] });
    const { code, of } = await findingsOf(["--config", config, "--token-file", adminToken()]);
    expect(code).toBe(1);
    expect(of("resource-types").length).toBeGreaterThan(0);
    for (const found of of("resource-types")) expect(found.sentence).toContain("not among the resourceTypes");
  });
});

describe("CL39 three identities of a virtual server", () => {
  test("CL39 the owner's agent binds the virtual IP, and a real control plane sees requests from it as that", async () => {
    const { virtualAddress } = there().stage;
    const { of } = await findingsOf(["--config", configOf(), "--token-file", adminToken()]);
    const [bound] = of("source-address");
    expect(bound).toMatchObject({ outcome: "ok", subject: exchange.group });
    expect(bound?.sentence).toContain(`speaks from ${virtualAddress} here`);
    const [seen] = of("seen-address");
    expect(seen).toMatchObject({ outcome: "ok" });
    expect(seen?.sentence).toContain(`as ${virtualAddress}.`);
    expect(of("advertised")).toMatchObject([{ outcome: "skipped" }]);
  });

  test("CL39 a mail server that is named as peer is greeted from the virtual IP, and tells as whom it sees it", async () => {
    const { virtualAddress } = there().stage;
    const greeted: string[] = [];
    const peer = new SMTPServer({
      disableReverseLookup: true,
      // In small letters, whatever the caller says.
      onClose: ({ remoteAddress, hostNameAppearsAs }) => void greeted.push(`${remoteAddress} ${hostNameAppearsAs}`),
    });
    const port = await freePort("127.0.0.1");
    await new Promise<void>((resolve) => peer.listen(port, "127.0.0.1", resolve));
    try {
      const config = configOf({ smtpPeer: { host: "127.0.0.1", port } });
      const { of } = await findingsOf(["--config", config, "--token-file", adminToken()]);
      const [seen] = of("peer-address");
      expect(seen).toMatchObject({ outcome: "ok", subject: "EXCHVS" });
      expect(seen?.sentence).toContain(`127.0.0.1:${port} sees EXCHVS as ${virtualAddress}.`);
      expect(greeted).toEqual([`${virtualAddress} exchvs`]);
    } finally {
      peer.close();
    }
  });

  test(
    "CL39 a peer that greets late is waited for, and one that never does costs the other findings nothing",
    { timeout: 60_000 },
    async () => {
      const { virtualAddress } = there().stage;
      // postscreen waits for six seconds.
      const tarpit = createServer((socket) => {
        socket.on("error", () => {});
        setTimeout(() => socket.write("220 mx\r\n"), 7_000);
        socket.on("data", () => socket.write(`250 mx [${socket.remoteAddress ?? ""}]\r\n`));
      });
      const silent = createServer((socket) => void socket.on("error", () => {}));
      const [late, never] = await Promise.all([tarpit, silent].map(portOf));
      const asking = (port: number | undefined): string[] => {
        const config = configOf({ smtpPeer: { host: "127.0.0.1", port } });
        return ["--config", config, "--token-file", adminToken()];
      };
      try {
        const found = await findingsOf(asking(late));
        expect(found.of("peer-address")).toMatchObject([{ outcome: "ok" }]);
        const { of } = await findingsOf(asking(never));
        const [told] = of("peer-address");
        expect(told).toMatchObject({ outcome: "warning", subject: "EXCHVS" });
        expect(told?.sentence).toContain(`127.0.0.1:${never} is reached from ${virtualAddress}`);
        expect(told?.sentence).toContain("(no answer within 15 s)");
        expect(of("advertised")).toMatchObject([{ subject: "EXCHVS" }]);
      } finally {
        tarpit.close();
        silent.close();
      }
    },
  );
});
