import { isIP } from "node:net";
import { InvalidArgumentError } from "commander";

export type Endpoint = { readonly host: string; readonly port: number };

/** `HOST:PORT`, an IPv6 address in brackets. Throws commander's `InvalidArgumentError`. */
export function parseEndpoint(text: string): Endpoint {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host !== undefined && port <= 65_535) return { host, port };
  throw new InvalidArgumentError("It should be HOST:PORT, such as 127.0.0.1:8787 or [::1]:8787.");
}

/** As `parseEndpoint` reads it. */
export function endpointText({ host, port }: Endpoint): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** A network such as `10.1.0.0/16` or `fd00::/8`. Throws commander's `InvalidArgumentError`. */
export function parseNetwork(text: string): string {
  const [, address = "", bits] = /^([0-9a-fA-F:.]+)\/(\d{1,3})$/.exec(text) ?? [];
  const longest = { 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (bits !== undefined && Number(bits) <= longest) return text;
  throw new InvalidArgumentError("It should be a network, such as 10.1.0.0/16.");
}

/** What only this machine can reach. */
export const loopbackNetworks: readonly string[] = ["127.0.0.0/8", "::1/128"];

/** True for what only this machine can reach. A name other than `localhost` may be anything. */
export function isLoopback(host: string): boolean {
  if (host === "localhost" || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}
