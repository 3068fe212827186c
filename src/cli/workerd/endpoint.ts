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

/** True for what only this machine can reach. A name other than `localhost` may be anything. */
export function isLoopback(host: string): boolean {
  if (host === "localhost" || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}
