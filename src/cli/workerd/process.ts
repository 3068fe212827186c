import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join, relative, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CliError, codeOf, messageOf } from "../errors.ts";
import { workerFolder } from "../package-files.ts";
import { keptOrNewSecret } from "../secret-file.ts";
import { endpointText, isLoopback, loopbackNetworks } from "./endpoint.ts";
import { checkData } from "./data-check.ts";
import { roomWarning } from "./data-room.ts";
import { isServed, lockedExitCode } from "./served.ts";
import { adminTokenVariable, manifestSchema, workerdConfig, type WorkerManifest } from "./config.ts";

export type ControlPlaneOptions = {
  /** Everything is in here: `data/`, `logs/`, `admin.token`, and what is made anew at each start. */
  readonly folder: string;
  readonly host: string;
  /** 0 lets the kernel choose. */
  readonly port: number;
  readonly tls: { readonly certificateFile: string; readonly keyFile: string } | null;
  /** Networks that are not public and that webhooks may reach, as CIDR; loopback always, as long as `host` is loopback. */
  readonly webhookNetworks?: readonly string[];
};

export type ControlPlane = {
  readonly url: string;
  readonly pid: number;
  readonly adminToken: string;
  /** Where the admin token is kept, or null when it came from the environment. */
  readonly adminTokenFile: string | null;
  readonly logFile: string;
  /** What of the data is lost (see `checkData`), and that there is little room for it; a sentence each. */
  readonly warnings: readonly string[];
  /** Resolves, with a sentence on how, when the process has ended. */
  readonly ended: Promise<string>;
  /** Ends it; resolves when it is gone. */
  readonly stop: () => Promise<void>;
};

/** A start takes a fifth of a second; a machine that needs more than this has another problem. */
const startPatienceMs = 15_000;
/** workerd waits for open connections when it is asked to end, and a watcher's never ends. What it holds is on disk. */
const stopPatienceMs = 1_000;
const logTailLines = 5;

/**
 * Starts the control plane as plain workerd on the packed Worker. The folder is locked by workerd's own process, through
 * a descriptor that it inherits: the lock ends exactly when workerd does. workerd is killed when this process dies.
 * Rejects with `CliError`.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const folder = resolve(options.folder);
  const manifest = readManifest();
  const logFile = join(folder, "logs", "workerd.log");
  for (const name of ["data", "logs", "worker"]) makeFolder(join(folder, name));
  await assertPortIsFree(options);
  const { adminToken, adminTokenFile } = adminTokenOf(folder);
  const configFile = await writeConfig(folder, manifest, options);
  const lost = await checkUnserved(folder);
  const room = roomWarning(folder);
  const warnings = room === null ? lost : [...lost, room];
  const child = spawnLocked({ folder, configFile, adminToken, logFile });
  const ended = endOf(child);
  const failed = ended.then((how): never => {
    throw child.exitCode === lockedExitCode ? lockedError(folder) : diedError(how, logFile);
  });
  try {
    const port = await Promise.race([failed, portOf(child), tooLate(logFile)]);
    const url = `${options.tls === null ? "http" : "https"}://${endpointText({ host: options.host, port })}`;
    if (options.tls === null) await Promise.race([failed, healthy(url), tooLate(logFile)]);
    failed.catch(() => {});
    const pid = child.pid ?? 0;
    return { url, pid, adminToken, adminTokenFile, logFile, warnings, ended, stop: () => stop(child, ended) };
  } catch (error) {
    failed.catch(() => {});
    child.kill("SIGKILL");
    throw error;
  }
}

/** Who serves the folder already may be writing what looks like damage; that it is served is said by the lock, below. */
async function checkUnserved(folder: string): Promise<string[]> {
  try {
    return await checkData(folder);
  } catch (error) {
    if (isServed(folder)) return [];
    throw error;
  }
}

function readManifest(): WorkerManifest {
  const file = join(workerFolder, "manifest.json");
  if (!existsSync(file)) {
    throw new CliError("not-built", `${file} is not there: the Worker is not built. In a checkout, run: npm run build`);
  }
  return manifestSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

/** One after the other: asked for all at once, Node never comes back from a place that takes none, such as /proc. */
function makeFolder(path: string): void {
  try {
    if (existsSync(path)) return;
    if (!existsSync(dirname(path))) makeFolder(dirname(path));
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    throw new CliError(
      "folder-unusable",
      `${path} cannot be made: ${messageOf(error)}. Name another folder with --data.`,
    );
  }
}

/** The Worker's secret: from the environment, or the folder's own, made at its first start. */
function adminTokenOf(folder: string): { adminToken: string; adminTokenFile: string | null } {
  const given = process.env[adminTokenVariable];
  if (given !== undefined && given !== "") return { adminToken: given, adminTokenFile: null };
  const adminTokenFile = join(folder, "admin.token");
  return { adminToken: keptOrNewSecret(adminTokenFile), adminTokenFile };
}

/** The modules are copied, so that a build meanwhile changes nothing under a running process's next start. */
async function writeConfig(folder: string, manifest: WorkerManifest, options: ControlPlaneOptions): Promise<string> {
  for (const name of manifest.modules) await copyFile(join(workerFolder, name), join(folder, "worker", name));
  const { tls, host, port, webhookNetworks = [] } = options;
  const fromFolder = (file: string): string => relative(folder, resolve(file));
  const text = workerdConfig({
    manifest,
    moduleFolder: "worker",
    objectFolder: "data",
    listen: endpointText({ host, port }),
    // Whoever is let in from elsewhere shall not reach, by a webhook, what listens for this machine only.
    reachable: isLoopback(host) ? [...loopbackNetworks, ...webhookNetworks] : webhookNetworks,
    tls:
      tls === null ? null : { certificateChain: fromFolder(tls.certificateFile), privateKey: fromFolder(tls.keyFile) },
  });
  const file = join(folder, "workerd.capnp");
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

type SpawnOptions = {
  readonly folder: string;
  readonly configFile: string;
  readonly adminToken: string;
  readonly logFile: string;
};

function spawnLocked({ folder, configFile, adminToken, logFile }: SpawnOptions): ChildProcess {
  const log = openSync(logFile, "a", 0o600);
  try {
    return spawn(
      "flock",
      ["-n", "-E", String(lockedExitCode), "--no-fork", join(folder, "lock")]
        .concat(["setpriv", "--pdeathsig", "KILL"])
        .concat([workerdBinary(), "serve", "--control-fd=3", configFile]),
      {
        cwd: folder,
        stdio: ["ignore", log, log, "pipe"],
        env: { PATH: process.env["PATH"], [adminTokenVariable]: adminToken },
        // Ctrl-C in a terminal is for this process, which stops the others in their order.
        detached: true,
      },
    );
  } finally {
    closeSync(log);
  }
}

/** The package is CommonJS without types; what it exports as `default` is the path of its binary. */
function workerdBinary(): string {
  const workerd = createRequire(import.meta.url)("workerd") as { readonly default: string };
  return workerd.default;
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return code === null ? `it was ended by ${signal}` : `it ended with exit code ${code}`;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return "flock and setpriv are needed; install the package util-linux";
    return messageOf(error);
  }
}

/** workerd says on descriptor 3 on which port it listens, once it does. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((settle) => {
    let said = "";
    child.stdio[3]?.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
      const port = /"event":"listen".*"port":(\d+)/.exec(said)?.[1];
      if (port !== undefined) settle(Number(port));
    });
  });
}

async function healthy(url: string): Promise<void> {
  for (;;) {
    const ok = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1_000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await delay(20);
  }
}

async function tooLate(logFile: string): Promise<never> {
  await delay(startPatienceMs, undefined, { ref: false });
  throw new CliError("start-timeout", `The control plane was not up after ${startPatienceMs / 1000} s; see ${logFile}`);
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopPatienceMs);
  await ended;
  clearTimeout(timer);
}

function assertPortIsFree({ host, port }: ControlPlaneOptions): Promise<void> {
  return new Promise((settle, reject) => {
    const probe = createServer();
    probe.once("error", (error) => {
      const inUse = codeOf(error) === "EADDRINUSE";
      const why = inUse ? "is in use by another process" : `cannot be listened on: ${error.message}`;
      reject(
        new CliError(
          "port-unusable",
          `${host}:${port} ${why}. Choose another: start takes --port, serve takes --listen.`,
        ),
      );
    });
    probe.listen({ host, port }, () => probe.close(() => settle()));
  });
}

function lockedError(folder: string): CliError {
  return new CliError(
    "data-in-use",
    `${folder} is served by another process. Stop that one, or name another folder with --data.`,
  );
}

function diedError(how: string, logFile: string): CliError {
  const tail = existsSync(logFile) ? readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-logTailLines) : [];
  return new CliError(
    "control-plane-ended",
    [`The control plane did not start: ${how}.`, `${logFile} ends with:`, ...tail].join("\n"),
  );
}
