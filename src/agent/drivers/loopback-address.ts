import { createServer } from "node:net";
import { lookup } from "../../cluster/definition/definition.ts";
import { contains, parseAddress, parseNetwork } from "../../cluster/definition/ip-address.ts";
import { monotonicMs } from "../../mta/clock.ts";
import { countOpen, type CountOpen } from "../open-connections.ts";
import { addressDrain, noGate } from "./address-drain.ts";
import { type Driver, type DriverContext, DriverError, type DriverFactory } from "./driver.ts";

const loopback = parseNetwork("127.0.0.0/8");

/**
 * An IP Address that needs no privilege: on Linux all of 127.0.0.0/8 is local on every host, so there is nothing to add
 * and nothing to take away. It serves one machine that plays several nodes; the lease decides who may bind it, and
 * whoever binds it holds the port alone. No filter guards it, so draining it is waiting, and nothing keeps new connections away.
 */
export const loopbackAddress: DriverFactory = loopbackAddressWith({ clock: monotonicMs, count: countOpen });

export function loopbackAddressWith(tools: {
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  readonly count: CountOpen;
}): DriverFactory {
  return (context) => driverOf(tools, context);
}

function driverOf({ clock, count }: Parameters<typeof loopbackAddressWith>[0], { spec, log }: DriverContext): Driver {
  const address = String(lookup(spec.properties, "Address"));
  const drain = addressDrain({ address, clock, count, gate: noGate, log });
  return {
    online: async () => {
      if (!isHostsOwn(address)) {
        throw new DriverError(
          "address-not-loopback",
          `${address} is not in 127.0.0.0/8, and the loopback driver serves nothing else; a real address needs the linux driver`,
        );
      }
      await probe(address);
    },
    offline: async () => drain.end(),
    terminate: async () => drain.end(),
    looksAlive: async () => true,
    isAlive: () =>
      probe(address).then(
        () => ({ ok: true }),
        (error: DriverError) => ({ ok: false, reason: error.message }),
      ),
    extend: () => {},
    drain,
  };
}

/** On Linux each host has all of 127.0.0.0/8, and nobody else sees it. */
export function isHostsOwn(address: string): boolean {
  const parsed = parseAddress(address);
  return parsed !== null && loopback !== null && contains(loopback, parsed);
}

/** Binds a port that the kernel chooses, and gives it back: proof that this host takes the address as its own. */
function probe(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      reject(new DriverError("address-not-local", `${address} cannot be bound on this host: ${error.message}`));
    });
    server.listen({ host: address, port: 0 }, () => server.close(() => resolve()));
  });
}
