import { isIP } from "node:net";
import { parsePeerAddress, type PeerEndpoint } from "../agent/peers/channel.ts";
import { usageError } from "./errors.ts";

/** One address, for the others are told where to ask. `from`: where it stands. Throws `CliError`. */
export function assertPeerListen(text: string, from: string): PeerEndpoint {
  const endpoint = parsePeerAddress(text);
  const isOne = endpoint !== null && isIP(endpoint.address) !== 0 && !["0.0.0.0", "::"].includes(endpoint.address);
  if (isOne) return endpoint;
  throw usageError(
    `${from} should be an address of this host that the other nodes reach, and a port, such as 192.0.2.11:7946 or [2001:db8::11]:7946.`,
  );
}
