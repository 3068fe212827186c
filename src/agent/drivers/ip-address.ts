import { contains, parseAddress, parseNetwork } from "../../cluster/definition/ip-address.ts";
import { lookup } from "../../cluster/definition/definition.ts";
import type { DriverFactory } from "./driver.ts";
import { loopbackAddress } from "./loopback-address.ts";

const loopback = parseNetwork("127.0.0.0/8");

/** An address of 127.0.0.0/8 needs nothing of the host; every other one is put on it. */
export function ipAddress(onHost: DriverFactory): DriverFactory {
  return (context) => {
    const address = String(lookup(context.spec.properties, "Address"));
    return (isHostsOwn(address) ? loopbackAddress : onHost)(context);
  };
}

/** On Linux each host has all of 127.0.0.0/8, and nobody else sees it. */
export function isHostsOwn(address: string): boolean {
  const parsed = parseAddress(address);
  return parsed !== null && loopback !== null && contains(loopback, parsed);
}
