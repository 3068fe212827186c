import type { Surroundings } from "../measure.ts";
import type { Skipped } from "../measured.ts";
import { base64, etcdVersion, startEtcd } from "../peers/etcd.ts";
import { questionTo } from "./http.ts";
import type { Question } from "./wrk.ts";

export type EtcdRead = { readonly kind: "here"; readonly pid: number; readonly question: Question };

/** etcd's linearizable read over HTTP/JSON, one member. */
export async function etcdRead(
  surroundings: Surroundings,
): Promise<EtcdRead | ({ readonly kind: "absent" } & Pick<Skipped, "why">)> {
  if ((await etcdVersion()) === null) return { kind: "absent", why: "`etcd` is not here (Debian: etcd-server)" };
  const { pid, url, put } = await startEtcd(surroundings);
  await put("exchange", "NODE1 127.0.1.100 EXCHVS 1");
  const get = questionTo(surroundings, "etcd", `${url}/v3/kv/range`);
  return { kind: "here", pid, question: { ...get, method: "POST", body: JSON.stringify({ key: base64("exchange") }) } };
}
