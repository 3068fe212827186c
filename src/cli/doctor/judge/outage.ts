import { isIPv6 } from "node:net";
import { parsePeerAddress, type PeerEndpoint } from "../../../agent/peers/channel.ts";
import { isPossibleOwner, type ClusterDefinition } from "../../../cluster/definition/definition.ts";
import { comparable } from "../../../cluster/definition/ip-address.ts";
import type { GroupView } from "../../../cluster/questions/view.ts";
import { isLoopback } from "../../workerd/endpoint.ts";
import type { Told } from "../check.ts";
import { failed, ok, type Outcome, skipped, warning } from "../outcome.ts";
import { listed } from "./asking.ts";

/** What `onControlPlaneLoss: hold-while-peers-agree` asks of this host, and what the control plane says of it (PW1). */

type Groups = Readonly<Record<string, GroupView>>;

/** Groups that a node may own, and that are to stay while no control plane answers. */
export function groupsToStay(definition: ClusterDefinition, node: string): string[] {
  return Object.entries(definition.groups)
    .filter(([, group]) => group.onControlPlaneLoss === "hold-while-peers-agree")
    .filter(([, group]) => isPossibleOwner(definition, group, node))
    .map(([name]) => name);
}

export type ListenFacts = {
  readonly node: string;
  readonly toStay: readonly string[];
  /** `peerListen` of the configuration. */
  readonly listen: string | null;
  /** Of this host, virtual IPs among them. */
  readonly present: readonly string[];
  /** Virtual IPs, which come and go. */
  readonly virtual: readonly string[];
  /** Null: the control plane did not say. */
  readonly groups: Groups | null;
};

const goesDown =
  "without a control plane they go down after a ttl, whichever node has them: one agent that cannot be asked is enough";

export function judgeListen({ node, toStay, listen, present, virtual, groups }: ListenFacts): Outcome | null {
  if (listen === null) {
    if (toStay.length === 0) return null;
    const said = toStay.flatMap((name) => groups?.[name] ?? []);
    const names = said.some(({ peers }) => peers.some((peer) => peer.node === node));
    // What its command line says is not seen here, and counts as well.
    if (names)
      return ok(
        "it is not in the configuration, and others reach this node's agent all the same: its command line says where",
      );
    return failed({
      what: `peerListen is not set, and ${listed(toStay)} should stay while peers agree`,
      cost: goesDown,
      remedy: "set peerListen: ADDRESS:PORT in the agent's configuration, and restart the agent",
    });
  }
  const endpoint = parsePeerAddress(listen);
  if (endpoint === null || ["0.0.0.0", "::"].includes(endpoint.address)) {
    return failed({
      what: `peerListen is ${listen}, and should be one address of this host and a port, such as 192.0.2.11:7946`,
      cost: "the agent does not start",
      remedy: "mend it in the agent's configuration",
    });
  }
  const { address } = endpoint;
  const isAmong = (addresses: readonly string[]): boolean =>
    addresses.some((one) => comparable(one) === comparable(address));
  if (isAmong(virtual)) {
    return failed({
      what: `peerListen names ${address}, which is a virtual IP`,
      cost: "the agent does not start on a host that has not got it, and nobody else may have it then",
      remedy: "name an address of the host's own",
    });
  }
  // All of 127.0.0.0/8 is there.
  if (!isAmong(present) && !isLoopback(address)) {
    return failed({
      what: `peerListen names ${address}, which is no address of this host`,
      cost: "the agent does not start",
      remedy: `name one of these: ${present.filter((one) => !isLoopback(one)).join(", ") || "none was found"}`,
    });
  }
  if (isLoopback(address)) {
    return warning({
      what: `peerListen names ${address}, where only this host's own agents reach it`,
      cost: goesDown,
      remedy: "name an address that the other nodes reach",
    });
  }
  return ok(`${listen} is an address of this host`);
}

/** @param isBound a socket of this host is bound there; null: that could not be seen */
export function judgePort(listen: string, isBound: boolean | null): Outcome {
  if (isBound === null) return skipped("which UDP sockets this host has could not be seen");
  if (isBound) return ok(`a socket is bound to ${listen}`);
  return failed({
    what: `the agent runs, and nothing listens at ${listen} (UDP)`,
    cost: goesDown,
    remedy: "restart the agent: it reads its configuration when it starts",
  });
}

/** What the control plane says of each of these groups that has an owner. */
export function judgePeers(toStay: readonly string[], groups: Groups): Told[] {
  return toStay.flatMap((name) => {
    const view = groups[name];
    if (view === undefined) return [];
    const outcome = agreementOf(view);
    return outcome === null ? [] : [{ subject: name, outcome }];
  });
}

const itGoesDown = "without a control plane it goes down after a ttl";

function agreementOf({ lastOwner: owner, peers, cannotBeAsked }: GroupView): Outcome | null {
  if (cannotBeAsked.length > 0) {
    return failed({
      what: `nobody's word holds it: the agent of ${listed(cannotBeAsked)} has no peerListen`,
      cost: itGoesDown,
      remedy: "set peerListen on each of these hosts, and restart its agent",
    });
  }
  if (owner === null) return null;
  if (peers.length === 0) {
    const remedy = "start the agent of another node that may own it, with peerListen";
    return warning({
      what: "nobody's word holds it: no other node that could get it is joined",
      cost: itGoesDown,
      remedy,
    });
  }
  const silent = peers.filter(({ agrees }) => !agrees);
  if (silent.length === 0) return ok(`it stays on ${owner} while ${listed(peers.map(({ node }) => node))} agrees`);
  return warning({
    what: `its owner, ${owner}, has no word of ${listed(silent.map(({ node }) => node))}`,
    cost: itGoesDown,
    remedy: `let UDP pass between the peerListen of ${owner} and ${listed(silent.map(({ address }) => address))}, both ways`,
  });
}

/** What came of a datagram that says nothing. An agent answers only what is signed by one that it was told of. */
export type Knocked = "quiet" | "refused" | { readonly unreachable: string };

export type KnownPeer = { readonly node: string; readonly address: string; readonly endpoint: PeerEndpoint };

/** The other nodes' agents, as the control plane names them to owners of these groups. */
export function peersOf(toStay: readonly string[], groups: Groups, node: string): KnownPeer[] {
  const known = toStay.flatMap((name) => groups[name]?.peers ?? []).filter((peer) => peer.node !== node);
  return [...new Map(known.map((peer) => [peer.node, peer])).values()].flatMap(({ node: of, address }) => {
    const endpoint = parsePeerAddress(address);
    return endpoint === null ? [] : [{ node: of, address, endpoint }];
  });
}

export function judgeKnock({ node, address }: KnownPeer, knocked: Knocked): Outcome {
  if (knocked === "quiet")
    return ok(`nothing at ${address} refuses a datagram; a packet filter that drops it looks the same`);
  const remedy = `is the agent of ${node} running? Let UDP pass to ${address}, and back`;
  return failed({
    what:
      knocked === "refused"
        ? `nobody listens at ${address} (UDP), where the agent of ${node} should`
        : `there is no way to ${address}, where the agent of ${node} is asked (${knocked.unreachable})`,
    cost: "this node has no word of it, and what this node holds goes down after a ttl without a control plane",
    remedy,
  });
}

/** As /proc/net/udp and udp6 write an address and a port (proc(5)): words of 32 bits in the order of a little-endian host. */
export function inProc({ address, port }: PeerEndpoint): string {
  const octets = isIPv6(address) ? octetsOf6(address) : address.split(".").map(Number);
  const words = Array.from({ length: octets.length / 4 }, (_, word) =>
    octets.slice(4 * word, 4 * word + 4).toReversed(),
  );
  const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, "0");
  return `${words
    .flat()
    .map((octet) => hex(octet, 2))
    .join("")}:${hex(port, 4)}`;
}

function octetsOf6(address: string): number[] {
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const parts = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((part) => Number.parseInt(part, 16));
  const [before, after] = [parts(head), parts(tail ?? "")];
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<number>(gap).fill(0), ...after].flatMap((part) => [part >> 8, part & 0xff]);
}
