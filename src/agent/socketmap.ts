import type { Socket } from "node:net";
import type { Verdict } from "../cluster/questions/verdict.ts";
import { calling, type TransportMap, transportMapOf, waiting } from "../mailers/postfix.ts";
import type { Log } from "./log.ts";
import { listenUnix, type UnixServer, type UnixServerOptions } from "./unix-server.ts";

/**
 * Postfix's socketmap (socketmap_table(5)): netstrings, a request `<map> <key>`, an answer `OK <data>`, `NOTFOUND `,
 * `TEMP <reason>` or `PERM <reason>`; many a connection. `sourceaddress` is a map from groups to addresses; `transport/GROUP`
 * (`transport/GROUP/RELAY`) one for `transport_maps`, from recipients to the transport that calls from the group's address.
 */
export type SocketmapOptions = {
  readonly path: string;
  readonly verdict: (group: string) => Verdict;
  readonly log: Log;
} & Pick<UnixServerOptions, "admits" | "maxConnections" | "idleMs">;

/** Octets of a request, without its length and comma. */
export const longestRequest = 512;
const longestBacklog = 64 * 1024;

export function serveSocketmap({ verdict, ...options }: SocketmapOptions): Promise<UnixServer> {
  return listenUnix({
    ...options,
    name: "socketmap",
    onConnection: (socket) => answerRequests(socket, verdict, options.log),
  });
}

function answerRequests(socket: Socket, verdict: (group: string) => Verdict, log: Log): void {
  let unread: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    for (let parsed = parseNetstring(unread); ; parsed = parseNetstring(unread)) {
      if (parsed.kind === "malformed") return refuse(socket, log);
      if (parsed.kind === "incomplete") break;
      socket.write(netstring(answerTo(parsed.text, verdict)));
      unread = unread.subarray(parsed.length);
    }
    if (socket.writableLength > longestBacklog) socket.destroy();
  });
}

function refuse(socket: Socket, log: Log): void {
  log("warning", "malformed-question", `socketmap: octets that are no netstring, or one over ${longestRequest} octets`);
  socket.removeAllListeners("data");
  socket.end(netstring("PERM malformed"), () => socket.destroy());
}

/** The answer to one request. Postfix asks every map for the key `*` first: that is no group. */
export function answerTo(request: string, verdict: (group: string) => Verdict): string {
  const space = request.indexOf(" ");
  const map = request.slice(0, space);
  const key = request.slice(space + 1);
  if (space < 1 || key === "") return "PERM malformed";
  if (key === "*") return "NOTFOUND ";
  const transports = transportMapOf(map);
  if (transports !== null) return transportFor(transports, verdict(transports.group));
  if (map !== "sourceaddress") return "PERM unknown map, there are: sourceaddress, transport/GROUP";
  const answer = verdict(key);
  switch (answer.decision) {
    case "BIND":
      return `OK ${answer.address}`;
    case "DEFER":
      return `TEMP ${answer.reason}`;
    case "DENY":
      return `PERM ${answer.reason}`;
  }
}

/** "Not now" is a transport too: a lookup that fails would hold up all mail. */
function transportFor({ relay }: TransportMap, answer: Verdict): string {
  return answer.decision === "BIND" ? `OK ${calling(answer.networkName, relay)}` : `OK ${waiting(answer.reason)}`;
}

export type ParsedNetstring =
  | { readonly kind: "complete"; readonly text: string; readonly length: number }
  | { readonly kind: "incomplete" }
  | { readonly kind: "malformed" };

/** The netstring at the start of `octets`: `<decimal length>:<octets>,`, no leading zeros. */
export function parseNetstring(octets: Buffer): ParsedNetstring {
  const head = octets.subarray(0, 4).toString("latin1");
  const match = /^(0|[1-9]\d{0,2}):/.exec(head);
  if (match === null) return /^(0|[1-9]\d{0,2})?$/.test(head) ? { kind: "incomplete" } : { kind: "malformed" };
  const start = match[0].length;
  const size = Number(match[1]);
  if (size > longestRequest) return { kind: "malformed" };
  const end = start + size;
  if (octets.length <= end) return { kind: "incomplete" };
  if (octets[end] !== 0x2c) return { kind: "malformed" };
  return { kind: "complete", text: octets.subarray(start, end).toString("utf8"), length: end + 1 };
}

export function netstring(text: string): string {
  return `${Buffer.byteLength(text)}:${text},`;
}
