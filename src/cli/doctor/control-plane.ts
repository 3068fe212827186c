import { lookup as addressesOfHost } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { type Client, createClient } from "../../client/http-client.ts";
import type { ClusterDefinition } from "../../cluster/definition/definition.ts";
import { codeOf } from "../errors.ts";
import { readSecret } from "../secret-file.ts";
import { isLoopback } from "../workerd/endpoint.ts";
import { check, type Check } from "./check.ts";
import {
  judgeColocation,
  judgeNodeState,
  judgeReach,
  judgeRoundTrip,
  judgeToken,
  judgeTransport,
  judgeWallClock,
} from "./judge/control-plane.ts";
import { configCheck, type DoctorPlace } from "./place.ts";
import { type Reach, reachOf } from "./reach.ts";

/** How often the control plane is asked, to see how long it takes. */
const rounds = 5;
/** Milliseconds. An answer that takes longer than this is none that a lease could live by. */
const answerMs = 2_000;
/** For a check that asks: that there was no answer is an outcome too. */
export const askedWithinMs = answerMs + 500;

/** The way to the control plane, and whether it lets this node in. @param place called when there is a configuration */
export function wayChecks(place: () => DoctorPlace): Check[] {
  let reach: Reach | null = null;
  return [
    check({
      code: "transport",
      subject: "transport",
      needs: [configCheck],
      gather: () => place().url,
      judge: (url) => judgeTransport(url, isLoopback(hostOf(url))),
    }),
    check({
      code: "colocation",
      subject: "control plane",
      needs: [configCheck],
      gather: async () => ({ host: hostOf(place().url), shared: await sharedWith(place()) }),
      judge: ({ host, shared }) => judgeColocation(host, shared),
    }),
    check({
      code: "reach",
      subject: "way to the control plane",
      needs: [configCheck],
      withinMs: askedWithinMs,
      gather: async () => (reach = await reachOf(place().url, AbortSignal.timeout(answerMs))),
      judge: (found) => judgeReach(place().url, found),
    }),
    check({
      code: "wall-clock",
      subject: "wall clock",
      needs: ["reach"],
      gather: () => (reach?.kind === "answers" ? reach.apartMs : null),
      judge: judgeWallClock,
    }),
    check({
      code: "token",
      subject: "token",
      needs: ["reach", "token-file"],
      withinMs: askedWithinMs,
      gather: () => nodesClient(place()).self(place().cluster),
      judge: (self) => judgeToken(place(), self),
    }),
  ];
}

/** What the control plane says of this node, and how soon. @param definition as far as it is known */
export function nodeChecks(place: () => DoctorPlace, definition: () => ClusterDefinition | null): Check[] {
  return [
    check({
      code: "node",
      subject: "node",
      needs: ["token"],
      withinMs: askedWithinMs,
      gather: () => nodesClient(place()).getNode(place().cluster, place().node),
      judge: (answer) => judgeNodeState(place().node, answer, definition()?.lease.ttlMs ?? null),
    }),
    check({
      code: "round-trip",
      subject: "round trip",
      needs: ["reach"],
      withinMs: askedWithinMs,
      gather: () => timesOf(clientWith(place(), ""), answerMs),
      judge: (times) => judgeRoundTrip(times, definition()?.lease ?? null),
    }),
  ];
}

function nodesClient(place: DoctorPlace): Client {
  return clientWith(place, (place.tokenFile === null ? null : readSecret(place.tokenFile)) ?? "");
}

/** @param token null: the agent's own */
export function clientFor(place: DoctorPlace, token: string | null): Client {
  return token === null ? nodesClient(place) : clientWith(place, token);
}

function clientWith({ url }: DoctorPlace, token: string): Client {
  return createClient({ url, token, timeoutMs: answerMs });
}

/**
 * Milliseconds of some answers, after one that made the connection; an answer that did not come is as long as it was waited for. Those
 * that there are when the time is over: a slow control plane gives few, and is not to be taken for one of which nothing is known.
 */
export async function timesOf(client: Pick<Client, "version">, withinMs: number): Promise<number[]> {
  const over = delay(withinMs, null, { ref: false });
  const times: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const sentAt = performance.now();
    const answer = await Promise.race([client.version(), over]);
    const tookMs = performance.now() - sentAt;
    if (answer !== null) times.push(answer.ok ? tookMs : answerMs);
    else if (tookMs > Math.max(0, ...times)) times.push(tookMs);
    if (answer === null) break;
  }
  return times.length > 1 ? times.slice(1) : times;
}

function hostOf(url: string): string {
  return new URL(url).hostname.replaceAll(/^\[|\]$/g, "");
}

/** Addresses that the control plane and this host have in common; none: it is elsewhere. */
export function sharedWith({ url }: Pick<DoctorPlace, "url">): Promise<string[]> {
  return sharedAddresses(hostOf(url));
}

/** Of the addresses of a name those that lead back to this host. A name that leads nowhere has none: that is said elsewhere. */
async function sharedAddresses(host: string): Promise<string[]> {
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address)),
  );
  try {
    const found = await addressesOfHost(host, { all: true });
    return found.map(({ address }) => address).filter((address) => own.has(address) || isLoopback(address));
  } catch (error) {
    if (codeOf(error) !== null) return [];
    throw error;
  }
}
