import { contains, parseAddress, parseNetwork } from "../../cluster/definition/ip-address.ts";
import { lookup } from "../../cluster/definition/definition.ts";
import type { DriverFactory } from "./driver.ts";
import { loopbackAddress } from "./loopback-address.ts";

const loopback = parseNetwork("127.0.0.0/8");

/** An address of 127.0.0.0/8 needs nothing of the host; every other one is put on it. */
export function ipAddress(onHost: DriverFactory): DriverFactory {
  return (context) => {
    const address = parseAddress(String(lookup(context.spec.properties, "Address")));
    const isLoopback = address !== null && loopback !== null && contains(loopback, address);
    return (isLoopback ? loopbackAddress : onHost)(context);
  };
}
