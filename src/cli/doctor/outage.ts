import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import { parsePeerAddress, type PeerEndpoint } from "../../agent/peers/channel.ts";
import type { ClusterDefinition } from "../../cluster/definition/definition.ts";
import { addressesOf, servedResources } from "../../cluster/definition/definition.ts";
import type { GroupView } from "../../cluster/questions/view.ts";
import { codeOf } from "../errors.ts";
import { check, type Check, once } from "./check.ts";
import { askedWithinMs, clientFor } from "./control-plane.ts";
import { askSocket, settingOf } from "./facts.ts";
import {
  groupsToStay,
  inProc,
  judgeKnock,
  judgeListen,
  judgePeers,
  judgePort,
  type Knocked,
  peersOf,
} from "./judge/outage.ts";
import type { DoctorPlace } from "./place.ts";
import type { Reader } from "./reader.ts";

/** A refusal is back within a round trip. Milliseconds. */
const refusedWithinMs = 500;

/** What groups that should stay without a control plane need. @param definition called when it has been read */
export function outageChecks(place: () => DoctorPlace, definition: () => ClusterDefinition, reader: Reader): Check[] {
  const needs = ["definition"];
  const toStay = (): string[] => groupsToStay(definition(), place().node);
  const groups = once(async (): Promise<Readonly<Record<string, GroupView>> | null> => {
    if (toStay().length === 0) return null;
    const answer = await clientFor(place(), reader.kind === "token" ? reader.token : null).getCluster(place().cluster);
    return answer.ok ? answer.value.groups : null;
  });
  return [
    check({
      code: "peer-listen",
      subject: "peerListen",
      needs,
      withinMs: askedWithinMs,
      gather: async () => {
        const { node, peerListen } = place();
        const virtual = virtualAddresses(definition());
        return { node, listen: peerListen, toStay: toStay(), present: present(), virtual, groups: await groups() };
      },
      judge: judgeListen,
    }),
    check({
      code: "peer-port",
      subject: "peerListen's port",
      needs: ["peer-listen"],
      gather: async (signal) => {
        const { peerListen, socket } = place();
        const endpoint = peerListen === null ? null : parsePeerAddress(peerListen);
        if (peerListen === null || endpoint === null || toStay().length === 0) return null;
        // Where none runs, that is said elsewhere.
        const runs = (await askSocket(socket, "source-address doctor\n", signal)) === "answers";
        return runs ? { peerListen, isBound: isBound(endpoint) } : null;
      },
      judge: (found) => (found === null ? null : judgePort(found.peerListen, found.isBound)),
    }),
    check({
      code: "peers",
      subject: "peers",
      needs,
      withinMs: askedWithinMs,
      gather: groups,
      judge: (found) => (found === null ? null : judgePeers(toStay(), found)),
    }),
    check({
      code: "peer-way",
      subject: "way to peers",
      needs,
      withinMs: askedWithinMs,
      gather: async () => {
        const known = peersOf(toStay(), (await groups()) ?? {}, place().node);
        return Promise.all(known.map(async (peer) => ({ peer, knocked: await knock(peer.endpoint) })));
      },
      judge: (all) =>
        all.map(({ peer, knocked }) => ({ subject: `way to ${peer.node}`, outcome: judgeKnock(peer, knocked) })),
    }),
  ];
}

function present(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
}

function virtualAddresses(definition: ClusterDefinition): string[] {
  return Object.values(definition.groups).flatMap((group) => addressesOf(servedResources(definition, group)));
}

/** Null: it cannot be seen. */
function isBound(endpoint: PeerEndpoint): boolean | null {
  const table = settingOf(isIPv6(endpoint.address) ? "/proc/net/udp6" : "/proc/net/udp");
  if (table === null) return null;
  return table.split("\n").some((line) => line.trim().split(/ +/)[1] === inProc(endpoint));
}

/** Sends a datagram of no octets, which is no word of anybody's. It never rejects. */
export function knock({ address, port }: PeerEndpoint): Promise<Knocked> {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  return new Promise((resolve) => {
    const end = (knocked: Knocked): void => {
      clearTimeout(timer);
      socket.removeAllListeners("error").on("error", () => {});
      socket.close(() => resolve(knocked));
    };
    const failed = (error: Error): void => {
      const code = codeOf(error);
      end(code === "ECONNREFUSED" ? "refused" : { unreachable: code ?? error.message });
    };
    const timer = setTimeout(() => end("quiet"), refusedWithinMs);
    socket.on("error", failed);
    // Where it is connected, the host's refusal is told to the socket. Given to `connect`, this would be called for its failure as well.
    socket.once("connect", () => socket.send(new Uint8Array()));
    socket.connect(port, address);
  });
}
