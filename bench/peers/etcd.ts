import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../../test/support/ports.ts";
import type { Surroundings } from "../measure.ts";
import { startPeer } from "./process.ts";

/** What it says of itself, or null when it is not here. */
export async function etcdVersion(): Promise<string | null> {
  const said = await promisify(execFile)("etcd", ["--version"]).catch(() => null);
  return /^etcd Version: (\S+)/m.exec(said?.stdout ?? "")?.[1] ?? null;
}

export type Etcd = {
  readonly pid: number;
  readonly url: string;
  readonly put: (key: string, value: string) => Promise<void>;
};

/** One member, on loopback, with an empty folder. */
export async function startEtcd({ folder, later }: Surroundings): Promise<Etcd> {
  const home = join(folder, "etcd");
  mkdirSync(home, { recursive: true });
  const url = `http://127.0.0.1:${await freePort("127.0.0.1")}`;
  const peers = `http://127.0.0.1:${await freePort("127.0.0.1")}`;
  const etcd = await startPeer({
    command: "etcd",
    args: ["--data-dir", join(home, "data")]
      .concat(["--listen-client-urls", url, "--advertise-client-urls", url])
      .concat(["--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers])
      .concat(["--initial-cluster", `default=${peers}`]),
    cwd: home,
    isUp: async () => (await fetch(`${url}/health`)).ok,
  });
  later(etcd.stop);
  const put = async (key: string, value: string): Promise<void> => {
    const body = JSON.stringify({ key: base64(key), value: base64(value) });
    const answer = await fetch(`${url}/v3/kv/put`, { method: "POST", body });
    if (!answer.ok) throw new Error(`etcd did not take ${key}: ${answer.status}`);
  };
  return { pid: etcd.pid, url, put };
}

/** As its JSON has every key and value. */
export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
